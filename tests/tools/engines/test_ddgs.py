"""The package ddgs: its engines one after the other, and what their pages mean."""

import asyncio
import sys
import threading
import time

import pytest
from search_apis import SearchApis, dropped, failing, hanging, saying, throttled

from clew.errors import ModelUnavailable, SettingsError
from clew.tools.engines.base import Results, SearchFilters
from clew.tools.engines.ddgs import ORDER, DdgsLimits, DdgsSearch
from clew.tools.search.base import Empty, Failed, Throttled

QUICK = DdgsLimits(interval=0.0, seconds=10.0, pause=0.01, rest=30.0)
EMPTY = saying(200, '<html><input name="q" value="captain"><p>No results.</p></html>', "text/html")


def _hosts(server: SearchApis) -> list[str]:
    return [asked.path.split("/")[1] for asked in server.asked]


@pytest.mark.parametrize("name", ORDER)
async def test_the_page_of_each_engine_is_read(server: SearchApis, name: str) -> None:
    outcome = await DdgsSearch(order=[name], limits=QUICK).results("captain Endurance", limit=5)
    assert isinstance(outcome, Results)
    assert [each.url for each in outcome.results] == [
        "https://polar.example.org/endurance",
        "https://polar.example.org/worsley",
    ]
    assert outcome.results[0].title == "Endurance (1912 ship)"
    assert outcome.results[0].snippet == "The captain of the Endurance was Frank Worsley."


async def test_the_first_that_finds_something_is_enough(server: SearchApis) -> None:
    outcome = await DdgsSearch(order=["mojeek", "brave"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Results) and _hosts(server) == ["www.mojeek.com"]


@pytest.mark.parametrize("first", [throttled(), failing, EMPTY, saying(200, "")])
async def test_the_next_is_asked_where_one_finds_nothing(server: SearchApis, first: object) -> None:
    server.play([first])  # type: ignore[list-item]
    outcome = await DdgsSearch(order=["mojeek", "brave"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Results)
    assert _hosts(server) == ["www.mojeek.com", "search.brave.com"]


async def test_engines_are_asked_with_a_pause_between(server: SearchApis) -> None:
    server.play([], then=failing)
    limits = DdgsLimits(interval=0.0, pause=0.2)
    await DdgsSearch(order=["mojeek", "brave", "yahoo"], limits=limits).results("x", limit=5)
    first, second, third = (asked.at for asked in server.asked)
    assert second - first >= 0.1 and third - second >= 0.2


async def test_where_none_can_be_reached_nobody_waits_and_one_reason_is_given(
    server: SearchApis,
) -> None:
    server.play([], then=dropped)
    started = time.monotonic()
    outcome = await DdgsSearch(limits=DdgsLimits(interval=0.0, pause=5.0)).results("x", limit=5)
    assert isinstance(outcome, Failed) and time.monotonic() - started < 5
    assert outcome.reason.count("could be reached") == 1 and "check the network" in outcome.reason


async def test_two_that_find_nothing_are_believed(server: SearchApis) -> None:
    server.play([], then=EMPTY)
    assert await DdgsSearch(limits=QUICK).results("captain", limit=5) == Empty()
    assert len(server.asked) == 2


async def test_the_only_one_that_answers_is_believed(server: SearchApis) -> None:
    server.play([throttled(), EMPTY, failing])
    engine = DdgsSearch(order=["mojeek", "brave", "yahoo"], limits=QUICK)
    assert await engine.results("captain", limit=5) == Empty()


@pytest.mark.parametrize("status", [202, 403, 429, 503, 999])
async def test_statuses_that_turn_programs_away_are_throttling(
    server: SearchApis, status: int
) -> None:
    server.play([], then=saying(status, "<html>No</html>", "text/html"))
    outcome = await DdgsSearch(order=["duckduckgo"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Throttled) and outcome.retry_after == pytest.approx(30, abs=1)


@pytest.mark.parametrize(
    "text",
    [
        '<div class="anomaly-modal">Select all squares containing a duck</div>',
        "Our systems have detected unusual traffic",
        "Please solve this CAPTCHA",
    ],
)
async def test_pages_that_turn_programs_away_are_throttling(server: SearchApis, text: str) -> None:
    page = f"<html><input value='captain'>{text}</html>"
    server.play([], then=saying(200, page, "text/html"))
    outcome = await DdgsSearch(order=["duckduckgo"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Throttled)


async def test_a_search_about_captchas_may_find_nothing(server: SearchApis) -> None:
    engine = DdgsSearch(order=["duckduckgo"], limits=QUICK)
    assert await engine.results("captcha", limit=5) == Empty()


async def test_a_page_that_is_not_about_the_query_is_a_failure(server: SearchApis) -> None:
    server.play([], then=saying(200, "<html><h1>Hotel</h1></html>", "text/html"))
    outcome = await DdgsSearch(order=["duckduckgo"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Failed) and "duckduckgo" in outcome.reason


async def test_an_engine_that_refused_is_left_alone(server: SearchApis) -> None:
    server.play([throttled()])
    engine = DdgsSearch(order=["duckduckgo", "mojeek"], limits=QUICK)
    for _ in range(2):
        assert isinstance(await engine.results("captain", limit=5), Results)
    assert _hosts(server) == ["html.duckduckgo.com", "www.mojeek.com", "www.mojeek.com"]


async def test_it_rests_longer_each_time_it_refuses(server: SearchApis) -> None:
    server.play([], then=throttled())
    limits = DdgsLimits(interval=0.0, rest=100.0, longest_rest=300.0)
    engine = DdgsSearch(order=["duckduckgo"], limits=limits)
    for rest in (100, 200, 300, 300):
        outcome = await engine.results("captain", limit=5)
        assert isinstance(outcome, Throttled) and outcome.retry_after is not None
        assert outcome.retry_after == pytest.approx(rest, abs=5)
        engine._resting_until.clear()  # as if that time had passed
    server.play([])
    assert isinstance(await engine.results("captain", limit=5), Results)
    server.play([], then=throttled())
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Throttled) and outcome.retry_after == pytest.approx(100, abs=5)


async def test_it_rests_as_long_as_it_asks_for(server: SearchApis) -> None:
    server.play([throttled(90)])
    outcome = await DdgsSearch(order=["duckduckgo"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Throttled) and outcome.retry_after == pytest.approx(90, abs=1)


async def test_filters_that_an_engine_does_not_hand_on_are_named(server: SearchApis) -> None:
    filters = SearchFilters(time_range="week", language="de")
    named = {}
    for name in ORDER:
        engine = DdgsSearch(order=[name], limits=QUICK)
        outcome = await engine.results("captain", limit=5, filters=filters)
        assert isinstance(outcome, Results)
        named[name] = outcome.ignored
    assert named == {
        "duckduckgo": (),
        "brave": ("language",),
        "startpage": (),
        "mojeek": ("time_range",),
        "yahoo": ("language",),
    }
    asked = {asked.path.split("/")[1]: asked.params for asked in server.asked}
    assert asked["html.duckduckgo.com"]["l"] == "de-de"
    assert asked["html.duckduckgo.com"]["df"] == "w"
    assert asked["search.brave.com"]["tf"] == "pw"
    assert asked["www.startpage.com"]["qsr"] == "de_DE"
    assert asked["search.yahoo.com"]["btf"] == "w"


async def test_a_language_without_a_region_is_named(server: SearchApis) -> None:
    engine = DdgsSearch(order=["duckduckgo"], limits=QUICK)
    outcome = await engine.results("captain", limit=5, filters=SearchFilters(language="la"))
    assert isinstance(outcome, Results) and outcome.ignored == ("language",)


async def test_startpage_is_given_the_token_of_its_form(server: SearchApis) -> None:
    outcome = await DdgsSearch(order=["startpage"], limits=QUICK).results("captain", limit=5)
    assert isinstance(outcome, Results)
    assert [asked.method for asked in server.asked] == ["GET", "POST"]
    assert server.asked[1].params["sc"] == "x1"


@pytest.mark.parametrize("order", [[], ["google"], ["brave", "altavista"]])
def test_an_order_of_unknown_engines_is_refused(order: list[str]) -> None:
    with pytest.raises(SettingsError, match="duckduckgo"):
        DdgsSearch(order=order)


def test_without_the_package_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ddgs", None)  # type: ignore[arg-type]
    with pytest.raises(ModelUnavailable, match="pip install ddgs"):
        DdgsSearch()


async def test_a_package_that_does_not_work_is_a_failure(
    server: SearchApis, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DdgsSearch(order=["duckduckgo"], limits=QUICK)
    monkeypatch.setitem(sys.modules, "ddgs.engines", None)  # type: ignore[arg-type]
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Failed) and "install it anew" in outcome.reason
    assert server.asked == []


def test_a_search_that_is_given_up_does_not_hold_up_the_end(server: SearchApis) -> None:
    server.play([], then=hanging)

    async def give_up() -> None:
        engine = DdgsSearch(order=["duckduckgo"], limits=QUICK)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(engine.results("captain", limit=5), 0.2)

    began = time.monotonic()
    asyncio.run(give_up())
    assert time.monotonic() - began < 5
    left = [each for each in threading.enumerate() if each.name == "clew-engine"]
    assert all(each.daemon for each in left)

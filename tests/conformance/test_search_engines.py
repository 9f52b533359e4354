"""What every search engine must do. Add an implementation to `ENGINES`."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search_apis import (
    Behaviour,
    SearchApis,
    cut,
    dripping,
    dropped,
    failing,
    garbage,
    hanging,
    huge,
    saying,
    served,
    slow,
    throttled,
    web_page,
    wrong_shape,
)
from search_formats import KEY, WEB, WebPage

from clew.tools.engines.base import EngineOutcome, Results, SearchEngine, SearchFilters
from clew.tools.engines.brave import BraveSearch
from clew.tools.engines.catalogue import ENGINES as NAMES
from clew.tools.engines.ddgs import DdgsLimits, DdgsSearch
from clew.tools.engines.limits import Limits
from clew.tools.engines.searxng import SearxngSearch
from clew.tools.engines.serper import SerperSearch
from clew.tools.engines.tavily import TavilySearch
from clew.tools.engines.wikipedia import WikipediaSearch
from clew.tools.search.base import Empty, Failed, Throttled

_PATIENT, _IMPATIENT = 10.0, 0.4  # seconds that a request may take


def _limits(seconds: float) -> Limits:
    return Limits(
        slots=2, seconds=seconds, attempts=2, backoff=0.01, longest_wait=0.2, largest=500_000
    )


def _ddgs(url: str, seconds: float) -> SearchEngine:
    limits = DdgsLimits(interval=0.0, seconds=seconds, pause=0.01, rest=30.0, largest=500_000)
    return DdgsSearch(order=["duckduckgo", "mojeek"], limits=limits)


ENGINES: Mapping[str, Callable[[str, float], SearchEngine]] = {
    "ddgs": _ddgs,
    "searxng": lambda url, seconds: SearxngSearch(
        address=f"{url}/searxng", limits=_limits(seconds)
    ),
    "brave": lambda url, seconds: BraveSearch(address=f"{url}/brave", limits=_limits(seconds)),
    "tavily": lambda url, seconds: TavilySearch(address=f"{url}/tavily", limits=_limits(seconds)),
    "serper": lambda url, seconds: SerperSearch(address=f"{url}/serper", limits=_limits(seconds)),
    "wikipedia": lambda url, seconds: WikipediaSearch(
        address=f"{url}/wikipedia", limits=_limits(seconds)
    ),
}
SLOTS = {name: 1 if name == "ddgs" else 2 for name in ENGINES}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchApis]:
    with served(monkeypatch) as running:
        yield running


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, server: SearchApis) -> SearchEngine:
    return ENGINES[request.param](server.url, _PATIENT)


def test_the_catalogue_has_the_same_engines() -> None:
    assert sorted(NAMES) == sorted(ENGINES)


async def test_it_is_an_engine_with_its_name(engine: SearchEngine) -> None:
    assert isinstance(engine, SearchEngine) and engine.name in NAMES


async def test_pages_are_found_best_first(engine: SearchEngine) -> None:
    outcome = await engine.results("captain Endurance", limit=5)
    assert isinstance(outcome, Results)
    assert [each.title for each in outcome.results] == ["Endurance (1912 ship)", "Frank Worsley"]
    assert outcome.results[0].snippet == "The captain of the Endurance was Frank Worsley."
    assert outcome.results[0].date in (None if engine.name == "ddgs" else "2024-03-05",)
    assert outcome.ignored == ()
    assert all(each.url.startswith("https://") for each in outcome.results)


async def test_nothing_that_matches_is_empty(engine: SearchEngine) -> None:
    assert await engine.results("qqqq zzzz", limit=5) == Empty()


@pytest.mark.parametrize(("query", "limit"), [("", 5), (" \n\0", 5), ("captain", 0)])
async def test_nothing_asked_is_empty_without_a_request(
    engine: SearchEngine, server: SearchApis, query: str, limit: int
) -> None:
    assert await engine.results(query, limit=limit) == Empty()
    assert server.asked == []


@pytest.mark.parametrize("limit", [1, 7, 1_000])
async def test_the_limit_holds(engine: SearchEngine, limit: int) -> None:
    outcome = await engine.results("vessel", limit=limit)
    assert isinstance(outcome, Results) and 1 <= len(outcome.results) <= limit
    assert limit > 7 or len(outcome.results) == limit


async def test_an_address_is_named_once(engine: SearchEngine, server: SearchApis) -> None:
    url = "https://polar.example.org/endurance"
    server.web = tuple(
        WebPage(f"{url}{tail}", "Endurance", "A ship of oak")
        for tail in ("?utm_source=x", "#top", "")
    )
    outcome = await engine.results("ship", limit=5)
    assert isinstance(outcome, Results) and len(outcome.results) == 1
    expected = "https://en.wikipedia.org/wiki/Endurance" if engine.name == "wikipedia" else url
    assert outcome.results[0].url == expected


async def test_all_scripts_go_there_and_back(engine: SearchEngine, server: SearchApis) -> None:
    outcome = await engine.results("Ærøskøbing 東京 🚢", limit=5)
    assert isinstance(outcome, Results)
    assert outcome.results[0].title == "Ærøskøbing 東京 🚢"
    assert outcome.results[0].url.isascii()
    assert "Ærøskøbing 東京 🚢" in server.asked[-1].params.values()


@pytest.mark.parametrize("retry_after", [30, "Sun, 06 Nov 2094 08:49:37 GMT"])
async def test_throttling_says_when_to_come_back(
    engine: SearchEngine, server: SearchApis, retry_after: float | str
) -> None:
    server.play([], then=throttled(retry_after))
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Throttled)
    assert outcome.retry_after is not None and outcome.retry_after > 20


async def test_an_engine_that_named_a_time_is_left_alone_until_then(
    engine: SearchEngine, server: SearchApis
) -> None:
    server.play([], then=throttled(30))
    await engine.results("captain", limit=5)
    asked = len(server.asked)
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Throttled) and outcome.retry_after is not None
    assert 20 < outcome.retry_after <= 30
    assert len(server.asked) == asked


@pytest.mark.parametrize("behaviour", [throttled(), throttled(status=503), throttled("soon")])
async def test_throttling_without_a_time_is_throttling(
    engine: SearchEngine, server: SearchApis, behaviour: Behaviour
) -> None:
    server.play([], then=behaviour)
    assert isinstance(await engine.results("captain", limit=5), Throttled)


@pytest.mark.parametrize(
    "behaviour",
    [failing, saying(404, "not here"), saying(302, "", Location="https://elsewhere.example/")],
    ids=["500", "404", "302"],
)
async def test_an_error_status_is_a_failure_that_names_the_engine(
    engine: SearchEngine, server: SearchApis, behaviour: Behaviour
) -> None:
    if engine.name == "ddgs" and behaviour is not failing:
        behaviour = saying(410, "gone")
    server.play([], then=behaviour)
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Failed)
    assert engine.name in outcome.reason and "status" in outcome.reason


@pytest.mark.parametrize(
    "behaviour",
    [
        garbage,
        web_page,
        wrong_shape,
        cut,
        dropped,
        huge,
        saying(200, b""),
        saying(200, "null"),
        saying(200, "[" * 100_000),
        saying(200, {"results": [1, None, {"url": 5}], "web": {"results": [[]]}, "organic": [{}]}),
        saying(200, b"\x1f\x8b\x08broken", Content_Encoding="gzip"),
        saying(200, b"?", Content_Encoding="zstd"),
    ],
    ids="garbage page shape cut dropped huge empty null deep rows gzip zstd".split(),
)
async def test_an_answer_that_cannot_be_read_is_a_failure(
    engine: SearchEngine, server: SearchApis, behaviour: Behaviour
) -> None:
    server.play([], then=behaviour)
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Failed)
    assert engine.name in outcome.reason and len(outcome.reason) < 500


@pytest.mark.parametrize("behaviour", [hanging, dripping], ids=["silent", "dripping"])
@pytest.mark.parametrize("name", sorted(ENGINES))
async def test_no_answer_in_time_is_a_failure(
    name: str, server: SearchApis, behaviour: Behaviour
) -> None:
    engine = ENGINES[name](server.url, _IMPATIENT)
    server.play([], then=behaviour)
    began = time.monotonic()
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Failed) and engine.name in outcome.reason
    assert time.monotonic() - began < 5


async def test_cancellation_passes_through(engine: SearchEngine, server: SearchApis) -> None:
    server.play([], then=hanging)
    task = asyncio.create_task(engine.results("captain", limit=5))
    while not server.asked:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    server.play([])
    assert isinstance(await engine.results("captain", limit=5), Results)


async def test_no_more_requests_at_once_than_slots(
    engine: SearchEngine, server: SearchApis
) -> None:
    server.play([], then=slow(0.05))
    outcomes = await asyncio.gather(*(engine.results("captain", limit=5) for _ in range(6)))
    assert all(isinstance(outcome, Results) for outcome in outcomes)
    assert server.most_at_once == SLOTS[engine.name]


def test_it_works_in_one_event_loop_after_the_other(engine: SearchEngine) -> None:
    for _ in range(3):
        assert isinstance(asyncio.run(engine.results("captain", limit=5)), Results)


async def test_a_site_is_kept_to(engine: SearchEngine, server: SearchApis) -> None:
    filters = SearchFilters(site="https://Polar.Example.ORG/")
    outcome = await engine.results("captain vessel", limit=50, filters=filters)
    if engine.name == "wikipedia":
        assert outcome == Empty() and server.asked == []
        return
    assert isinstance(outcome, Results) and "site" not in outcome.ignored
    assert {urlsplit(each.url).netloc for each in outcome.results} == {"polar.example.org"}


async def test_other_sites_are_dropped_though_the_engine_names_them(
    engine: SearchEngine, server: SearchApis
) -> None:
    server.web = (WebPage("https://polar.example.org.evil.example/", "Ship", "A ship of oak"),)
    filters = SearchFilters(site="polar.example.org")
    assert await engine.results("ship", limit=5, filters=filters) == Empty()


@pytest.mark.parametrize(
    "filters",
    [SearchFilters(site="two words"), SearchFilters(site=""), SearchFilters(language="e/x.org#")],
)
async def test_a_filter_that_cannot_be_meant_is_a_failure(
    engine: SearchEngine, server: SearchApis, filters: SearchFilters
) -> None:
    outcome = await engine.results("ship", limit=5, filters=filters)
    assert isinstance(outcome, Failed) and "write it like" in outcome.reason
    assert server.asked == []


@pytest.mark.parametrize("time_range", ["day", "week", "month", "year"])
async def test_filters_are_used_or_named(
    engine: SearchEngine, server: SearchApis, time_range: Any
) -> None:
    plain = await engine.results("captain", limit=3)
    filters = SearchFilters(time_range=time_range, language="en")
    outcome = await engine.results("captain", limit=3, filters=filters)
    assert isinstance(plain, Results) and isinstance(outcome, Results)
    assert plain.ignored == ()
    before, after = (set(map(str, each.params.items())) for each in server.asked[-2:])
    differences = len(after - before)
    named = {"language": "language" in outcome.ignored, "time": "time_range" in outcome.ignored}
    # English is what Wikipedia and ddgs take without being asked.
    silent = named["language"] or engine.name in ("wikipedia", "ddgs")
    assert differences == (not silent) + (not named["time"])


@pytest.mark.parametrize("name", ["brave", "tavily", "serper"])
async def test_the_key_is_never_shown(
    name: str, server: SearchApis, caplog: pytest.LogCaptureFixture
) -> None:
    engine = ENGINES[name](server.url, _PATIENT)
    caplog.set_level(logging.DEBUG)
    said: list[EngineOutcome] = []
    echo = {"message": f"bad key {KEY}", "error": {"info": KEY, "detail": f"token {KEY}"}}
    for status in (200, 400, 401, 403, 422, 429, 500):
        server.play([], then=saying(status, echo))
        said.append(await engine.results("captain", limit=5))
    server.web = (WebPage(f"https://polar.example.org/{KEY}", f"Ship {KEY}", f"Ship {KEY}."),)
    server.play([])
    said.append(await engine.results("ship", limit=5))
    assert isinstance(said[-1], Results)
    shown = json.dumps([each.model_dump() for each in said]) + repr(engine) + str(vars(engine))
    assert KEY not in shown + caplog.text
    assert all(KEY not in json.dumps({"path": each.path, **each.params}) for each in server.asked)


_OUTCOMES = Results | Empty | Throttled | Failed
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
_FIELDS = st.dictionaries(
    st.sampled_from("url link title content description snippet date page_age timestamp".split()),
    _JSON | st.sampled_from([page.url for page in WEB[:3]]) | st.text(),
)
_ALMOST = st.lists(_FIELDS | _JSON, max_size=4).map(
    lambda rows: json.dumps(
        {
            **{"results": rows, "organic": rows, "web": {"results": rows}},
            **{"query": {"search": rows}, "unresponsive_engines": rows},
        }
    ).encode()
)
_WILD = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_WILD
@given(
    query=st.text(st.characters(exclude_categories=[]), max_size=700) | st.text("a ", max_size=900)
)
def test_wild_queries_never_raise(engine: SearchEngine, query: str) -> None:
    outcome = asyncio.run(engine.results(query, limit=5))
    assert isinstance(outcome, Results | Empty)


@_WILD
@given(body=st.binary(max_size=300) | _JSON.map(json.dumps).map(str.encode) | _ALMOST)
def test_wild_answers_never_raise(engine: SearchEngine, server: SearchApis, body: bytes) -> None:
    server.play([], then=saying(200, body))
    outcome = asyncio.run(engine.results("captain", limit=5))
    assert isinstance(outcome, _OUTCOMES)
    assert json.dumps(outcome.model_dump()).encode("utf-8")

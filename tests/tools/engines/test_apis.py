"""What is particular to each of the engines that are JSON APIs."""

from typing import Any

import httpx
import pytest
from search_apis import Behaviour, SearchApis, saying

from clew.tools.engines.base import Results, SearchFilters
from clew.tools.engines.brave import BraveSearch
from clew.tools.engines.limits import Limits
from clew.tools.engines.searxng import SearxngSearch
from clew.tools.engines.serper import SerperSearch
from clew.tools.engines.tavily import TavilySearch
from clew.tools.engines.wikipedia import WikipediaSearch
from clew.tools.search.base import Empty, Failed, Throttled

QUICK = Limits(attempts=2, backoff=0.01, longest_wait=0.1)


async def _params(server: SearchApis, engine: Any, query: str, **filters: Any) -> dict[str, Any]:
    await engine.results(query, limit=8, filters=SearchFilters(**filters))
    return server.asked[-1].params


async def test_brave_is_asked_as_documented(server: SearchApis) -> None:
    brave = BraveSearch(address=f"{server.url}/brave", limits=QUICK)
    params = await _params(
        server, brave, "captain", time_range="week", language="ja", site="nasa.gov"
    )
    assert params["q"] == "site:nasa.gov captain" and params["count"] == "8"
    assert params["freshness"] == "pw" and params["search_lang"] == "jp"
    assert server.asked[-1].path == "/res/v1/web/search"


async def test_brave_takes_long_queries_cut(server: SearchApis) -> None:
    brave = BraveSearch(address=f"{server.url}/brave", limits=QUICK)
    query = "captain " + "of a very long question " * 40
    outcome = await brave.results(query, limit=5, filters=SearchFilters(site="polar.example.org"))
    assert isinstance(outcome, Results)
    words = server.asked[-1].params["q"].split()
    assert words[:2] == ["site:polar.example.org", "captain"] and len(words) == 50


async def test_brave_says_which_language_it_lacks(server: SearchApis) -> None:
    brave = BraveSearch(address=f"{server.url}/brave", limits=QUICK)
    outcome = await brave.results("captain", limit=5, filters=SearchFilters(language="la"))
    assert isinstance(outcome, Results) and outcome.ignored == ("language",)
    assert "search_lang" not in server.asked[-1].params


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X_RateLimit_Remaining": "0, 1543", "X_RateLimit_Reset": "7, 1419704"}, 7.0),
        ({"X_RateLimit_Remaining": "1, 0", "X_RateLimit_Reset": "1, 1419704"}, 1_419_704.0),
        ({"X_RateLimit_Reset": "3, 9"}, 3.0),
        ({"Retry_After": "5"}, 5.0),
        ({}, None),
    ],
)
async def test_brave_tells_the_window_that_is_used_up(
    server: SearchApis, headers: dict[str, str], seconds: float | None
) -> None:
    server.play([], then=saying(429, {"type": "ErrorResponse"}, **headers))
    brave = BraveSearch(address=f"{server.url}/brave", limits=QUICK)
    assert await brave.results("captain", limit=5) == Throttled(retry_after=seconds)


@pytest.mark.parametrize("variable", ["BRAVE_API_KEY", "TAVILY_API_KEY", "SERPER_API_KEY"])
async def test_a_wrong_key_is_told_with_its_variable(
    server: SearchApis, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "another-key-987654321")
    kinds = {"BRAVE": BraveSearch, "TAVILY": TavilySearch, "SERPER": SerperSearch}
    name = variable.partition("_")[0]
    engine = kinds[name](address=f"{server.url}/{name.casefold()}", limits=QUICK)
    outcome = await engine.results("captain", limit=5)
    assert isinstance(outcome, Failed) and f"check {variable}" in outcome.reason
    assert "another-key" not in outcome.reason and len(server.asked) == 1


async def test_tavily_is_asked_as_documented(server: SearchApis) -> None:
    tavily = TavilySearch(address=f"{server.url}/tavily", limits=QUICK)
    params = await _params(server, tavily, "captain", time_range="year", site="nasa.gov")
    assert params["query"] == "captain" and params["max_results"] == 8
    assert params["time_range"] == "year" and params["include_domains"] == ["nasa.gov"]
    assert server.asked[-1].method == "POST"


@pytest.mark.parametrize("status", [432, 433])
async def test_tavilys_used_up_plan_is_a_failure(server: SearchApis, status: int) -> None:
    server.play([saying(status, {"detail": {"error": "This exceeds your plan's limit."}})])
    tavily = TavilySearch(address=f"{server.url}/tavily", limits=QUICK)
    outcome = await tavily.results("captain", limit=5)
    assert isinstance(outcome, Failed)
    assert "your plan's limit" in outcome.reason and "raise the limit" in outcome.reason


async def test_serper_is_asked_as_documented(server: SearchApis) -> None:
    serper = SerperSearch(address=f"{server.url}/serper", limits=QUICK)
    params = await _params(server, serper, "captain", time_range="month", language="de")
    assert params == {"q": "captain", "num": 8, "tbs": "qdr:m", "hl": "de"}


async def test_serpers_dates_in_words_are_left_out(server: SearchApis) -> None:
    serper = SerperSearch(address=f"{server.url}/serper", limits=QUICK)
    outcome = await serper.results("captain", limit=5)
    assert isinstance(outcome, Results)
    assert [each.date for each in outcome.results] == ["2024-03-05", None]


async def test_serpers_lack_of_credits_is_told(server: SearchApis) -> None:
    server.play([saying(400, {"message": "Not enough credits", "statusCode": 400})])
    serper = SerperSearch(address=f"{server.url}/serper", limits=QUICK)
    outcome = await serper.results("captain", limit=5)
    assert isinstance(outcome, Failed) and "Not enough credits" in outcome.reason


async def test_searxng_is_asked_as_documented(server: SearchApis) -> None:
    searxng = SearxngSearch(address=f"{server.url}/searxng/search/", limits=QUICK)
    params = await _params(server, searxng, "captain", time_range="day", language="de")
    assert params == {"q": "captain", "format": "json", "time_range": "day", "language": "de"}
    assert server.asked[-1].path == "/search"


def _silent(*pairs: list[str]) -> Behaviour:
    return saying(200, {"query": "x", "results": [], "unresponsive_engines": list(pairs)})


async def test_searxng_is_throttled_where_its_engines_are(server: SearchApis) -> None:
    server.play([], then=_silent(["brave", "Suspended: too many requests"], ["x", "timeout"]))
    searxng = SearxngSearch(address=f"{server.url}/searxng", limits=QUICK)
    assert await searxng.results("captain", limit=5) == Throttled()
    assert len(server.asked) == 1


async def test_searxng_fails_where_its_engines_do(server: SearchApis) -> None:
    server.play([_silent(["brave", "timeout"], ["qwant", "unexpected crash"])])
    searxng = SearxngSearch(address=f"{server.url}/searxng", limits=QUICK)
    outcome = await searxng.results("captain", limit=5)
    assert isinstance(outcome, Failed) and "brave timeout, qwant unexpected" in outcome.reason


async def test_searxng_without_json_says_what_to_set(server: SearchApis) -> None:
    server.play([saying(403, "<!doctype html><title>403 Forbidden</title>", "text/html")])
    searxng = SearxngSearch(address=f"{server.url}/searxng", limits=QUICK)
    outcome = await searxng.results("captain", limit=5)
    assert isinstance(outcome, Failed) and "search.formats" in outcome.reason


async def test_wikipedia_is_asked_as_documented(server: SearchApis) -> None:
    wikipedia = WikipediaSearch(address=f"{server.url}/wikipedia/{{language}}", limits=QUICK)
    outcome = await wikipedia.results(
        "captain", limit=99, filters=SearchFilters(language="de", time_range="year")
    )
    assert isinstance(outcome, Results) and outcome.ignored == ("time_range",)
    assert outcome.results[0].url == "https://de.wikipedia.org/wiki/Endurance_(1912_ship)"
    asked = server.asked[-1]
    assert asked.path == "/de/w/api.php" and asked.params["maxlag"] == "5"
    assert asked.params["srlimit"] == "50"


@pytest.mark.parametrize(
    ("filters", "host", "ignored"),
    [
        (SearchFilters(site="wikipedia.org"), "en.wikipedia.org", ()),
        (SearchFilters(site="fr.wikipedia.org"), "fr.wikipedia.org", ()),
        (SearchFilters(site="fr.wikipedia.org", language="fr"), "fr.wikipedia.org", ()),
        (SearchFilters(site="fr.wikipedia.org", language="de"), "fr.wikipedia.org", ("language",)),
    ],
)
async def test_the_site_chooses_the_edition_of_wikipedia(
    server: SearchApis, filters: SearchFilters, host: str, ignored: tuple[str, ...]
) -> None:
    wikipedia = WikipediaSearch(address=f"{server.url}/wikipedia", limits=QUICK)
    outcome = await wikipedia.results("captain", limit=2, filters=filters)
    assert isinstance(outcome, Results) and outcome.ignored == ignored
    assert httpx.URL(outcome.results[0].url).host == host


async def test_wikipedia_has_nothing_of_other_sites(server: SearchApis) -> None:
    wikipedia = WikipediaSearch(address=f"{server.url}/wikipedia", limits=QUICK)
    filters = SearchFilters(site="nasa.gov")
    assert await wikipedia.results("captain", limit=2, filters=filters) == Empty()
    assert server.asked == []


async def test_wikipedias_load_is_throttling_though_its_status_is_good(server: SearchApis) -> None:
    lag = {"error": {"code": "maxlag", "info": "Waiting for 10.0.0.1: 6 seconds lagged"}}
    server.play([], then=saying(200, lag, Retry_After="5"))
    wikipedia = WikipediaSearch(address=f"{server.url}/wikipedia", limits=QUICK)
    assert await wikipedia.results("captain", limit=2) == Throttled(retry_after=5.0)


async def test_wikipedias_refusal_says_why(server: SearchApis) -> None:
    server.play([saying(200, {"error": {"code": "x", "info": "The search is broken."}})])
    wikipedia = WikipediaSearch(address=f"{server.url}/wikipedia", limits=QUICK)
    outcome = await wikipedia.results("captain", limit=2)
    assert isinstance(outcome, Failed) and outcome.reason.endswith("The search is broken.")

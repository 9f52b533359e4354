"""Searching the web: pages of a local server, named by an engine of the test, read for real."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from loopback_internet import LoopbackInternet, make_fetcher
from support import POLAR
from web_behaviours import hanging, page, redirect, status
from web_server import WebServer

from clew.agent.search_agent import SearchAgent
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.searching import fuse, search_all
from clew.tools.engines.base import NO_FILTERS, EngineOutcome, Results, SearchFilters, WebResult
from clew.tools.per_loop import PerLoop
from clew.tools.search.base import Empty, Failed, Found, SearchBackend, Throttled
from clew.tools.search.memory import MemorySearch
from clew.tools.search.web import SECONDS, WebSearch
from clew.tools.web.cache import PageCache
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.reading import PageReader

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


class Naming:
    """An engine that names the same pages whatever is asked for."""

    name = "naming"

    def __init__(
        self, *urls: str, outcome: EngineOutcome | None = None, ignored: Sequence[str] = ()
    ) -> None:
        named = tuple(WebResult(url=url) for url in urls)
        self._outcome = outcome or Results(results=named, ignored=tuple(ignored))
        self.filters: list[SearchFilters] = []

    async def results(
        self, query: str, *, limit: int, filters: SearchFilters = NO_FILTERS
    ) -> EngineOutcome:
        self.filters.append(filters)
        return self._outcome

    async def aclose(self) -> None:
        """Do nothing."""


FILLER = " ".join(f"Polar ships were built of oak number {n}, and sailed slowly." for n in range(9))


def article(title: str, text: str) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><nav>Menu Home Login</nav>"
        f"<article><h1>{title}</h1><p>{text}</p><p>{FILLER}</p></article></body></html>"
    )


PAGES = {f"/{each.title.replace(' ', '_')}": article(each.title, each.text) for each in POLAR}
URLS = [f"http://site.example{path}" for path in PAGES]


@pytest.fixture
def server() -> Iterator[WebServer]:
    routes = {path: page(text) for path, text in PAGES.items()}
    routes |= {"/gone": status(500), "/dead": hanging}
    with WebServer(routes) as serving:
        yield serving


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    made = ExtractionPool(1)
    yield made
    made.close()


Make = Callable[..., WebSearch]


@pytest.fixture
def make_search(server: WebServer, pool: ExtractionPool, encoder: "Encoder") -> Make:
    def make(
        *urls: str,
        engine: Naming | None = None,
        cache: PageCache | None = None,
        filters: SearchFilters = NO_FILTERS,
        seconds: float = SECONDS,
        **named: Any,
    ) -> WebSearch:
        readers = PerLoop(lambda: PageReader(make_fetcher(LoopbackInternet(server)), pool, cache))
        return WebSearch(
            engine or Naming(*urls, **named),
            readers.here,
            encoder,
            filters=filters,
            seconds=seconds,
        )

    return make


async def test_passages_of_the_pages_that_are_named_come_back_ranked(make_search: Make) -> None:
    search = make_search(*URLS)
    assert isinstance(search, SearchBackend) and search.name == "naming"
    outcome = await search.search("Who was the captain of the Endurance?", limit=3)
    assert isinstance(outcome, Found) and len(outcome.hits) == 3
    best = outcome.hits[0].passage
    assert best.title == "Endurance" and best.source == "http://site.example/Endurance"
    assert "Her captain was Frank Worsley." in best.text and "Login" not in best.text


async def test_dead_and_broken_pages_hold_nobody_up_and_are_told_of(make_search: Make) -> None:
    bad = ["http://a.example/dead", "http://b.example/gone", "http://c.example/none"]
    started = time.monotonic()
    search = make_search(*bad, *URLS)
    outcome = await search.search("captain of the Endurance", limit=3)
    assert isinstance(outcome, Found) and outcome.hits[0].passage.title == "Endurance"
    assert time.monotonic() - started < 8
    (note,) = outcome.notes
    assert note.startswith(f"3 of {len(bad) + len(URLS)} pages not read: ")
    assert all(told in note for told in (*bad, "500", "404"))


async def test_after_its_seconds_a_search_ends_with_what_there_is(make_search: Make) -> None:
    outcome = await make_search("http://a.example/dead", seconds=0.2).search("captain", limit=3)
    assert isinstance(outcome, Failed) and "not there within 0.2 s" in outcome.reason


async def test_where_no_page_can_be_read_the_search_has_failed_and_says_why(
    make_search: Make,
) -> None:
    search = make_search("http://site.example/gone", "http://127.0.0.1/", "ftp://site.example/")
    outcome = await search.search("captain", limit=3)
    assert isinstance(outcome, Failed)
    assert "500" in outcome.reason and "127.0.0.1" in outcome.reason


@pytest.mark.parametrize(
    "outcome", [Empty(), Throttled(retry_after=3.0), Failed(reason="no network")]
)
async def test_what_the_engine_says_is_passed_on(make_search: Make, outcome: EngineOutcome) -> None:
    assert await make_search(outcome=outcome).search("captain", limit=3) == outcome


async def test_each_page_is_charged_before_it_is_fetched(
    make_search: Make, server: WebServer
) -> None:
    tally = Tally(Meter(Budget(pages=2), Usage()))
    outcome = await make_search(*URLS).search("captain", limit=9, spending=tally)
    assert isinstance(outcome, Found) and len(server.paths) == 2
    outcome = await make_search(*URLS).search("captain", limit=9, spending=tally)
    assert isinstance(outcome, Failed) and "limit of pages" in outcome.reason
    assert len(server.paths) == 2


async def test_a_page_that_several_want_at_once_is_fetched_once(
    make_search: Make, server: WebServer
) -> None:
    search = make_search(*URLS)
    outcomes = await asyncio.gather(*(search.search("captain", limit=2) for _ in range(5)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert sorted(server.paths) == sorted(PAGES)


async def test_another_run_takes_pages_from_the_cache_free_of_charge(
    make_search: Make, server: WebServer, tmp_path: Path
) -> None:
    tally = Tally.unlimited()
    cache = PageCache(tmp_path, max_age=timedelta(hours=1))
    for _ in range(2):
        outcome = await make_search(*URLS, cache=cache).search("captain", limit=2, spending=tally)
        assert isinstance(outcome, Found)
    assert len(server.paths) == tally.usage.pages == len(PAGES)
    await cache.close()


async def test_many_pages_that_cannot_be_read_are_told_of_in_short(make_search: Make) -> None:
    gone = [f"http://site{number}.example/gone" for number in range(5)]
    outcome = await make_search(*gone).search("captain", limit=3)
    assert isinstance(outcome, Failed) and outcome.reason.endswith("; and 2 more")


async def test_passages_tell_that_they_come_from_the_web_and_of_when(
    make_search: Make, server: WebServer
) -> None:
    dated = '<meta property="article:published_time" content="2024-02-03T10:00:00Z">'
    text = article("Otter", "The Otter is a tug of 1931.").replace("<head>", f"<head>{dated}")
    server.routes["/Otter"] = page(text)
    outcome = await make_search(*URLS, "http://site.example/Otter").search("tug captain", limit=9)
    assert isinstance(outcome, Found)
    assert {hit.passage.origin for hit in outcome.hits} == {"web"}
    dates = {hit.passage.title: hit.passage.date for hit in outcome.hits}
    assert dates.pop("Otter") == "2024-02-03" and set(dates.values()) == {None}


async def test_newer_pages_come_first_where_the_present_is_asked_for(
    make_search: Make, server: WebServer
) -> None:
    def dated(year: int, captain: str) -> str:
        meta = f'<meta property="article:published_time" content="{year}-02-03T10:00:00Z">'
        text = f"The captain of the harbour tug Otter is {captain}, who took over in {year}."
        return article("Otter", text).replace("<head>", f"<head>{meta}")

    urls = [f"http://site{year}.example/{year}" for year in (2005, 2025)]
    server.routes |= {
        "/2005": page(dated(2005, "Ann Rask")),
        "/2025": page(dated(2025, "Bo Lind")),
    }
    search = make_search(*urls)
    outcome = await search.search("captain of the tug Otter now", limit=1)
    assert isinstance(outcome, Found) and outcome.hits[0].passage.date == "2025-02-03"
    outcome = await search.search("captain of the tug Otter in 2005", limit=1)
    assert isinstance(outcome, Found) and outcome.hits[0].passage.date == "2005-02-03"


async def test_two_addresses_of_one_text_are_one_source(
    make_search: Make, server: WebServer
) -> None:
    server.routes["/copy"] = page(PAGES["/Endurance"])
    urls = ["http://site.example/Endurance", "http://mirror.example/copy"]
    outcome = await make_search(*urls).search("captain of the Endurance", limit=9)
    assert isinstance(outcome, Found)
    texts = [hit.passage.text for hit in outcome.hits]
    assert len(texts) == len(set(texts))


async def test_filters_reach_the_engine_and_those_it_lacks_are_told_of(make_search: Make) -> None:
    engine = Naming(*URLS, ignored=["time_range"])
    filters = SearchFilters(time_range="week", site="site.example")
    outcome = await make_search(engine=engine, filters=filters).search("captain", limit=1)
    assert engine.filters == [filters]
    assert isinstance(outcome, Found) and outcome.notes == ("it knows no filter by time range",)


async def test_nothing_is_asked_for_where_nothing_is_wanted(make_search: Make) -> None:
    engine = Naming(*URLS)
    assert isinstance(await make_search(engine=engine).search("captain", limit=0), Empty)
    assert not engine.filters


async def test_a_page_that_failed_is_not_fetched_again_at_once(
    make_search: Make, server: WebServer
) -> None:
    search = make_search("http://site.example/gone")
    outcomes = [await search.search("captain", limit=3) for _ in range(3)]
    assert isinstance(outcomes[0], Failed) and outcomes[0] == outcomes[1] == outcomes[2]
    once = [path for path in server.paths if path == "/gone"]
    assert len(once) == 1


async def test_engines_that_name_the_same_pages_have_them_read_once_and_fused(
    server: WebServer, pool: ExtractionPool, encoder: "Encoder"
) -> None:
    readers = PerLoop(lambda: PageReader(make_fetcher(LoopbackInternet(server)), pool, None))
    both = [WebSearch(Naming(*order), readers.here, encoder) for order in (URLS, URLS[::-1])]
    tally = Tally.unlimited()
    searched = await search_all(both, ["Norway"], tally=tally, tell=lambda record: None)
    assert len(searched.rankings) == 2
    fused = fuse(searched.rankings)
    assert len(fused) == len({each.id for each in fused}) == len({each.source for each in fused})
    assert tally.usage.pages == len(server.paths) == len(URLS)


def test_web_and_corpus_are_searched_together_and_told_apart(make_search: Make) -> None:
    corpus = MemorySearch([each for each in POLAR if each.title == "Frank Worsley"])
    search = make_search(*(url for url in URLS if "Worsley" not in url))
    with SearchAgent(search=[search, corpus], save_runs=False) as agent:
        answer = agent.ask("Where was the captain of the Endurance born?")
    assert answer.short_answer and "Akaroa" in answer.short_answer
    cited = {citation.passage.title: citation.passage.origin for citation in answer.citations}
    assert cited == {"Endurance": "web", "Frank Worsley": "corpus"}


async def test_a_page_that_leads_away_from_the_site_is_not_read(
    make_search: Make, server: WebServer
) -> None:
    server.routes["/moved"] = redirect("http://elsewhere.example/Endurance")
    search = make_search("http://site.example/moved", filters=SearchFilters(site="site.example"))
    outcome = await search.search("captain of the Endurance", limit=3)
    assert isinstance(outcome, Failed) and "leads away from site.example" in outcome.reason


async def test_what_was_not_read_might_have_matched(make_search: Make) -> None:
    urls = [URLS[0], "http://site.example/gone"]
    outcome = await make_search(*urls).search("qqqq zzzz", limit=3)
    assert isinstance(outcome, Failed) and "1 of 2 pages not read" in outcome.reason
    assert isinstance(await make_search(URLS[0]).search("qqqq zzzz", limit=3), Empty)


def test_it_may_be_used_from_one_event_loop_after_another(make_search: Make) -> None:
    search = make_search(*URLS)
    for _ in range(2):
        outcome = asyncio.run(search.search("captain", limit=2))
        assert isinstance(outcome, Found)


def test_a_run_without_a_page_left_abstains_and_says_which_limit_ended_it(
    make_search: Make, server: WebServer
) -> None:
    agent = SearchAgent(search=[make_search(*URLS)], save_runs=False, max_pages=0)
    answer = agent.ask("Where was the captain of the Endurance born?")
    assert answer.abstained and answer.stopped_by == "pages" and not server.paths
    assert "budget (pages)" in answer.text


def test_a_question_is_answered_from_pages_of_the_web(make_search: Make) -> None:
    agent = SearchAgent(search=[make_search(*URLS)], save_runs=False, max_pages=50)
    answer = agent.ask("Where was the captain of the Endurance born?")
    assert answer.short_answer and "Akaroa" in answer.short_answer
    assert {citation.source for citation in answer.citations} <= set(URLS)
    assert 4 <= answer.usage.pages <= 50

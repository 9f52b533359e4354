"""Searching the web: pages of a local server, named by an engine of the test, read for real."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loopback_internet import LoopbackInternet, make_fetcher
from support import POLAR
from web_server import WebServer, hanging, page, status

from clew.agent.search_agent import SearchAgent
from clew.errors import BudgetExhausted
from clew.tools.engines.base import NO_FILTERS, EngineOutcome, Results, SearchFilters, WebResult
from clew.tools.search import web
from clew.tools.search.base import Empty, Failed, Found, SearchBackend, Throttled, free_of_charge
from clew.tools.search.web import WebSearch
from clew.tools.web.cache import PageCache
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.reading import PageReader

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


class Naming:
    """An engine that names the same pages whatever is asked for."""

    name = "naming"

    def __init__(self, *urls: str, outcome: EngineOutcome | None = None) -> None:
        self._outcome = outcome or Results(results=tuple(WebResult(url=url) for url in urls))

    async def results(
        self, query: str, *, limit: int, filters: SearchFilters = NO_FILTERS
    ) -> EngineOutcome:
        return self._outcome


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
    def make(*urls: str, cache: PageCache | None = None, **named: EngineOutcome) -> WebSearch:
        def reader() -> PageReader:
            return PageReader(make_fetcher(LoopbackInternet(server)), pool, cache)

        return WebSearch(Naming(*urls, **named), reader, encoder)

    return make


async def test_passages_of_the_pages_that_are_named_come_back_ranked(make_search: Make) -> None:
    search = make_search(*URLS)
    assert isinstance(search, SearchBackend) and search.name == "naming"
    outcome = await search.search("Who was the captain of the Endurance?", limit=3)
    assert isinstance(outcome, Found) and len(outcome.hits) == 3
    best = outcome.hits[0].passage
    assert best.title == "Endurance" and best.source == "http://site.example/Endurance"
    assert "Her captain was Frank Worsley." in best.text and "Login" not in best.text


async def test_dead_and_broken_pages_hold_nobody_up(
    make_search: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "SECONDS", 3.0)
    bad = ["http://a.example/dead", "http://b.example/gone", "http://c.example/none"]
    started = time.monotonic()
    outcome = await make_search(*bad, *URLS).search("captain of the Endurance", limit=3)
    assert isinstance(outcome, Found) and outcome.hits[0].passage.title == "Endurance"
    assert time.monotonic() - started < 8


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
    left = 2

    def charge() -> None:
        nonlocal left
        if not left:
            raise BudgetExhausted("pages")
        left -= 1

    outcome = await make_search(*URLS).search("captain", limit=9, charge_page=charge)
    assert isinstance(outcome, Found) and len(server.paths) == 2
    outcome = await make_search(*URLS).search("captain", limit=9, charge_page=charge)
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
    def charge() -> None:
        charged.append(1)

    charged: list[int] = []
    cache = PageCache(tmp_path, max_age=timedelta(hours=1))
    for _ in range(2):
        outcome = await make_search(*URLS, cache=cache).search(
            "captain", limit=2, charge_page=charge
        )
        assert isinstance(outcome, Found)
    assert len(server.paths) == len(charged) == len(PAGES)
    await cache.close()


def test_it_may_be_used_from_one_event_loop_after_another(make_search: Make) -> None:
    search = make_search(*URLS)
    for _ in range(2):
        outcome = asyncio.run(search.search("captain", limit=2, charge_page=free_of_charge))
        assert isinstance(outcome, Found)


def test_a_question_is_answered_from_pages_of_the_web(make_search: Make) -> None:
    agent = SearchAgent(search=[make_search(*URLS)], save_runs=False, max_pages=50)
    answer = agent.ask("Where was the captain of the Endurance born?")
    assert answer.short_answer and "Akaroa" in answer.short_answer
    assert {citation.source for citation in answer.citations} <= set(URLS)
    assert 4 <= answer.usage.pages <= 50

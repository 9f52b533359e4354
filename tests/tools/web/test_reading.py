"""Reading pages: each once, bounded in memory, and failures remembered for a while."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from loopback_internet import QUICK, LoopbackInternet, make_fetcher
from web_behaviours import page, status
from web_server import WebServer

from clew.errors import BudgetExhausted
from clew.tools.web import reading
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.page import PageText, Refused, Unreachable, Unreadable
from clew.tools.web.reading import PageReader

ARTICLE = "<html><body><article><p>" + "The Otter is a tug of 1931. " * 30 + "</p></article></body>"
COUNT = 12


@pytest.fixture
def server() -> Iterator[WebServer]:
    routes = {f"/{number}": page(ARTICLE) for number in range(COUNT)} | {"/gone": status(404)}
    with WebServer(routes) as serving:
        yield serving


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    made = ExtractionPool(1)
    yield made
    made.close()


def reader_of(server: WebServer, pool: ExtractionPool) -> PageReader:
    limits = replace(QUICK, seconds=20.0, requests_per_host=COUNT, requests=4, turn_seconds=20.0)
    return PageReader(make_fetcher(LoopbackInternet(server), limits=limits), pool, None)


def nothing() -> None:
    """Charge nothing."""


async def test_a_page_is_text_or_a_reason(server: WebServer, pool: ExtractionPool) -> None:
    reader = reader_of(server, pool)
    text = await reader.read("http://site.example/1", charge=nothing)
    assert isinstance(text, PageText) and "tug of 1931" in text.text
    assert isinstance(await reader.read("http://site.example/gone", charge=nothing), Unreachable)
    assert isinstance(await reader.read("http://10.0.0.1/", charge=nothing), Refused)
    assert isinstance(await reader.read("mailto:a@b.example", charge=nothing), Refused)
    await reader.aclose()


async def test_a_failure_is_remembered_for_a_while_and_costs_nothing(
    server: WebServer, pool: ExtractionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def charge() -> None:
        charged.append(1)

    charged: list[int] = []
    reader = reader_of(server, pool)
    for _ in range(3):
        await reader.read("http://site.example/gone", charge=charge)
    assert len(charged) == 1
    monkeypatch.setattr(reading, "FAILED_SECONDS", 0.0)
    await reader.read("http://site.example/gone", charge=charge)
    assert len(charged) == 2 and server.paths.count("/gone") == 2
    await reader.aclose()


async def test_remembered_failures_are_few(
    server: WebServer, pool: ExtractionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_FAILED", 2)
    reader = reader_of(server, pool)
    for name in ("a", "b", "c", "a"):
        await reader.read(f"http://site.example/{name}", charge=nothing)
    assert [server.paths.count(f"/{name}") for name in "abc"] == [2, 1, 1]
    await reader.aclose()


class _Slow(ExtractionPool):
    """Extraction that only goes on when it is told to."""

    def __init__(self) -> None:
        super().__init__(1)
        self.go_on = asyncio.Event()

    async def extract(self, page: object) -> Unreadable:
        await self.go_on.wait()
        return Unreadable(reason="it was only a test")


async def test_fetching_waits_for_extraction_that_is_behind(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_WAITING", len(ARTICLE))
    pool = _Slow()
    reader = reader_of(server, pool)
    urls = [f"http://site.example/{number}" for number in range(COUNT)]
    tasks = [asyncio.create_task(reader.read(url, charge=nothing)) for url in urls]
    await asyncio.sleep(1.0)
    # Two wait for extraction, which is more than may; at most four more had begun by then.
    assert 2 <= len(server.paths) <= 6
    pool.go_on.set()
    outcomes = await asyncio.gather(*tasks)
    assert all(isinstance(outcome, Unreadable) for outcome in outcomes)
    assert len(server.paths) == COUNT
    await reader.aclose()


async def test_closing_the_reader_does_not_cancel_who_waits(server: WebServer) -> None:
    pool = _Slow()
    reader = reader_of(server, pool)
    waiting = asyncio.create_task(reader.read("http://site.example/1", charge=nothing))
    await asyncio.sleep(0.3)
    await reader.aclose()
    outcome = await waiting
    assert isinstance(outcome, Unreadable) and "stopped" in outcome.reason


async def test_the_budget_may_end_in_the_middle(server: WebServer, pool: ExtractionPool) -> None:
    left = 2

    def charge() -> None:
        nonlocal left
        if not left:
            raise BudgetExhausted("pages")
        left -= 1

    reader = reader_of(server, pool)
    urls = [f"http://site.example/{number}" for number in range(4)]
    kinds = []
    async for _, outcome in reader.read_all(urls, charge=charge, seconds=10.0):
        kinds.append(type(outcome))
    assert sorted(kind.__name__ for kind in kinds) == ["PageText", "PageText", "Refused", "Refused"]
    await reader.aclose()

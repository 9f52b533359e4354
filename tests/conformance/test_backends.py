"""What every search backend must do. Add an implementation to `BACKENDS`."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import POLAR

from clew.tools.engines.base import (
    NO_FILTERS,
    EngineOutcome,
    Results,
    SearchFilters,
    WebResult,
)
from clew.tools.search.base import Empty, Found, SearchBackend, Spending
from clew.tools.search.memory import MemorySearch
from clew.tools.search.simulated import SimulatedSearch, WrittenDocument

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def _corpus(encoder: "Encoder", home: Path, stack: ExitStack) -> SearchBackend:
    import json

    from clew.tools.corpus.index import open_corpus
    from clew.tools.corpus.indexing import index_documents
    from clew.tools.corpus.retrieval import Retriever
    from clew.tools.search.corpus import CorpusSearch

    lines = [
        json.dumps({"id": each.title, "title": each.title, "text": each.text}) for each in POLAR
    ]
    file = home / "polar.jsonl"
    file.write_text("\n".join(lines))
    index_documents([file], home=home, name="polar", encoder=encoder)
    return CorpusSearch(Retriever(open_corpus(home, "polar"), encoder))


class PolarEngine:
    """Names the pages of `POLAR`."""

    name = "web"

    async def results(
        self, query: str, *, limit: int, filters: SearchFilters = NO_FILTERS
    ) -> EngineOutcome:
        urls = [f"http://polar.example/{number}" for number in range(len(POLAR))]
        return Results(results=tuple(WebResult(url=url) for url in urls))

    async def aclose(self) -> None:
        """Do nothing."""


def _web(encoder: "Encoder", home: Path, stack: ExitStack) -> SearchBackend:
    from loopback_internet import LoopbackInternet, make_fetcher
    from web_behaviours import page
    from web_server import WebServer

    from clew.tools.per_loop import PerLoop
    from clew.tools.search.web import WebSearch
    from clew.tools.web.cache import PageCache
    from clew.tools.web.extraction_pool import ExtractionPool
    from clew.tools.web.reading import PageReader

    markup = "<html><title>{0.title}</title><body><p>{0.text}</p></body></html>"
    pages = {f"/{number}": page(markup.format(each)) for number, each in enumerate(POLAR)}
    server = stack.enter_context(WebServer(pages))
    pool = stack.enter_context(closing(ExtractionPool(1)))
    cache = PageCache(home)
    stack.callback(lambda: asyncio.run(cache.close()))
    readers = PerLoop(lambda: PageReader(make_fetcher(LoopbackInternet(server)), pool, cache))
    return WebSearch(PolarEngine(), readers.here, encoder)


class PolarWriter:
    """Writes what stands in the passages that share a word with the query."""

    async def documents(
        self, query: str, *, count: int, useful: bool, spending: Spending
    ) -> Sequence[WrittenDocument]:
        outcome = await MemorySearch(POLAR).search(query, limit=count)
        found = [hit.passage for hit in outcome.hits] if isinstance(outcome, Found) else []
        return [WrittenDocument(each.title, each.text) for each in found]


BACKENDS: Mapping[str, Callable[["Encoder", Path, ExitStack], SearchBackend]] = {
    "corpus": _corpus,
    "memory": lambda encoder, home, stack: MemorySearch(POLAR),
    "simulated": lambda encoder, home, stack: SimulatedSearch(PolarWriter()),
    "web": _web,
}


@pytest.fixture(params=sorted(BACKENDS), scope="module")
def backend(
    request: pytest.FixtureRequest, encoder: "Encoder", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchBackend]:
    with ExitStack() as stack:
        yield BACKENDS[request.param](encoder, tmp_path_factory.mktemp("home"), stack)


async def test_it_is_a_backend_with_a_name(backend: SearchBackend) -> None:
    assert isinstance(backend, SearchBackend) and backend.name


async def test_the_best_hit_comes_first(backend: SearchBackend) -> None:
    outcome = await backend.search("Who was the captain of the Endurance?", limit=3)
    assert isinstance(outcome, Found)
    assert outcome.hits[0].passage.title == "Endurance"
    scores = [hit.score for hit in outcome.hits]
    assert scores == sorted(scores, reverse=True)
    ids = [hit.passage.id for hit in outcome.hits]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_the_limit_holds(backend: SearchBackend, limit: int) -> None:
    outcome = await backend.search("born in Norway", limit=limit)
    assert isinstance(outcome, Found) and 1 <= len(outcome.hits) <= limit


async def test_nothing_that_matches_is_empty_not_failed(backend: SearchBackend) -> None:
    assert isinstance(await backend.search("qqqq zzzz xxxx", limit=5), Empty)


async def test_the_same_query_gives_the_same_hits(backend: SearchBackend) -> None:
    outcomes = await asyncio.gather(*(backend.search("Norway ship", limit=4) for _ in range(8)))
    assert all(outcome == outcomes[0] for outcome in outcomes)


async def test_known_passages_may_help_and_never_hurt(backend: SearchBackend) -> None:
    outcome = await backend.search("Where was the captain born?", limit=4, linked_from=[POLAR[0]])
    assert isinstance(outcome, Found)
    assert "Frank Worsley" in [hit.passage.title for hit in outcome.hits]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=200))
def test_wild_queries_are_found_or_empty(backend: SearchBackend, query: str) -> None:
    outcome = asyncio.run(backend.search(query, limit=5))
    assert isinstance(outcome, Found | Empty)

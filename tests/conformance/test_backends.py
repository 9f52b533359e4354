"""What every search backend must do. Add an implementation to `BACKENDS`."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import POLAR

from clew.tools.search.base import Empty, Found, SearchBackend
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def _corpus(encoder: "Encoder", home: Path) -> SearchBackend:
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


BACKENDS: Mapping[str, Callable[["Encoder", Path], SearchBackend]] = {
    "corpus": _corpus,
    "memory": lambda encoder, home: MemorySearch(POLAR),
}


@pytest.fixture(params=sorted(BACKENDS), scope="module")
def backend(
    request: pytest.FixtureRequest, encoder: "Encoder", tmp_path_factory: pytest.TempPathFactory
) -> SearchBackend:
    return BACKENDS[request.param](encoder, tmp_path_factory.mktemp("home"))


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

"""The ways of ranking documents that are compared: the retriever, and what it stands on."""

from collections.abc import Callable, Iterator, Sequence

from ..tools.corpus.encoder import Encoder
from ..tools.corpus.index import CorpusIndex
from ..tools.corpus.retrieval import Retriever
from ..tools.passages import Passage

RankedPassages = Iterator[tuple[Passage, float]]
RankedDocuments = list[tuple[str, float]]
"""Sources of documents with their scores, best first."""

DEPTH = 100
"""Documents that are ranked for each query."""

_ALL = 10_000
"""More passages than the retriever ever makes candidates of."""


def ranked_documents(passages: RankedPassages) -> RankedDocuments:
    """Return the documents of ranked passages, each where its best passage stands."""
    documents: dict[str, float] = {}
    for passage, score in passages:
        documents.setdefault(passage.source, score)
        if len(documents) == DEPTH:
            break
    return list(documents.items())


def _by_retriever(index: CorpusIndex, encoder: Encoder, query: str) -> RankedPassages:
    hits = Retriever(index, encoder).retrieve(query, limit=_ALL)
    return ((hit.passage, hit.score) for hit in hits)


def _by_terms(index: CorpusIndex, encoder: Encoder, query: str) -> RankedPassages:
    return _all_found(index, lambda limit: index.search_terms(query, limit))


def _by_vectors(index: CorpusIndex, encoder: Encoder, query: str) -> RankedPassages:
    vector = encoder.encode([query])[0]
    return _all_found(index, lambda limit: index.search_vectors(vector, limit))


def _all_found(
    index: CorpusIndex, search: Callable[[int], Sequence[tuple[str, float]]]
) -> RankedPassages:
    """Yield passages for as long as they are asked for, searching deeper when they run out."""
    limit, yielded = 2 * DEPTH, 0
    while True:
        found = search(limit)
        new = found[yielded:]
        passages = index.passages([id for id, _ in new])
        yield from zip(passages, (score for _, score in new), strict=True)
        if len(found) < limit:
            return
        yielded, limit = len(found), 4 * limit


RANKINGS: dict[str, Callable[[CorpusIndex, Encoder, str], RankedPassages]] = {
    "retriever": _by_retriever,
    "bm25": _by_terms,
    "vectors": _by_vectors,
}
"""Rankings by name: of clew's retriever, of BM25 alone, of the encoder's vectors alone."""

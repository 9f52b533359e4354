"""Ranking passages of pages as they come, without building an index first.

Embedding every passage of hundreds of pages would take minutes. So terms choose among all of
them, and vectors, names and links weigh the chosen ones, as in a corpus.
"""

from collections.abc import Iterable, Sequence

from ..corpus.chunking import embedded_text, split
from ..corpus.decoding import clean
from ..corpus.encoder import Encoder
from ..corpus.memory_index import MemoryIndex
from ..corpus.readers import Document
from ..corpus.retrieval import Retriever
from ..corpus.terms import MemoryTerms
from ..passages import Passage
from ..search.base import Hit
from .page import PageText

CHOSEN = 120
"""Passages that terms choose, which is about two seconds of embedding on two cores."""


def passages_of(page: PageText, encoder: Encoder) -> list[Passage]:
    """Return the passages of a page, with their offsets in its text."""
    title = " ".join(clean(page.title).split())
    return split(Document(source=page.url, title=title, text=clean(page.text)), encoder)


def ranked(
    query: str,
    passages: Sequence[Passage],
    encoder: Encoder,
    *,
    limit: int,
    linked_from: Sequence[Passage] = (),
) -> list[Hit]:
    """Return the passages most likely to be evidence, best first.

    Args:
        query: A question, or any text.
        passages: Those of all pages; the first of each page is always considered.
        encoder: Makes the vectors.
        limit: The most hits to return.
        linked_from: Passages already known to matter, whose links are followed too.
    """
    chosen = _chosen(query, passages)
    index = MemoryIndex(chosen, encoder)
    return Retriever(index, encoder).retrieve(query, limit=limit, linked_from=linked_from)


def _chosen(query: str, passages: Iterable[Passage]) -> list[Passage]:
    by_id = {each.id: each for each in passages}
    if len(by_id) <= CHOSEN:
        return list(by_id.values())
    texts = ((each.id, embedded_text(each.title, each.text)) for each in by_id.values())
    first = list({each.source: each.id for each in reversed(by_id.values())}.values())
    by_terms = [id for id, _ in MemoryTerms(texts).search(query, CHOSEN)]
    ids = set(list(dict.fromkeys([*by_terms, *first]))[:CHOSEN])
    return [each for each in by_id.values() if each.id in ids]

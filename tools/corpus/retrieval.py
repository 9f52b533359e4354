"""Retrieval: terms, vectors, names and links, weighed together in one ranking.

Single-shot retrieval misses the second hop of a question: the passage about a film's director
shares nothing with a question that names only the film. But the film's passage names the director,
and a name is a link. So retrieval goes twice: the first ranking finds where links start, the second
ranks what they lead to beside what the query found by itself. This is spreading activation over
passages (as in HippoRAG, Gutiérrez et al. 2024), one step of it, with links in place of a graph
that a language model extracts.
"""

from collections.abc import Sequence

from ..passages import Passage
from ..search.base import Hit
from .candidates import Candidates, PassageIndex
from .encoder import Encoder


class Retriever:
    """Finds passages of an index; safe to use from any thread."""

    def __init__(self, index: PassageIndex, encoder: Encoder) -> None:
        """Wrap an index.

        Args:
            index: An open corpus, or passages in memory.
            encoder: The encoder that it was indexed with.
        """
        self._index = index
        self._encoder = encoder

    def retrieve(self, query: str, *, limit: int, linked_from: Sequence[Passage] = ()) -> list[Hit]:
        """Return the passages most likely to be evidence, best first.

        Args:
            query: A question, simple or of several hops, or any text.
            limit: The most hits to return.
            linked_from: Passages already known to matter, whose links are followed too.

        Returns:
            Hits, scored by their estimated probability of being evidence. Passages that share
            nothing with the query are not among them, unless they are linked to.
        """
        if limit < 1 or not query.strip():
            return []
        candidates = Candidates(self._index, query, self._encoder.encode([query])[0])
        candidates.follow(linked_from)
        best = candidates.ranked()[:limit]
        return [Hit(passage=passage, score=score) for passage, score in best]

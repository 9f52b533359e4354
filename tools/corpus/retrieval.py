"""Retrieval: terms, vectors, names and links, weighed together in one ranking.

Single-shot retrieval misses the second hop of a question: the passage about a film's director
shares nothing with a question that names only the film. But the film's passage names the director,
and a name is a link. So retrieval goes twice: the first ranking finds where links start, the second
ranks what they lead to beside what the query found by itself. This is spreading activation over
passages (as in HippoRAG, Gutiérrez et al. 2024), one step of it, with links in place of a graph
that a language model extracts. Where a name is no title, the next hop is searched for by its words.
"""

from collections.abc import Sequence

from ...errors import ModelUnavailable
from ..passages import Passage
from ..search.base import Hit
from .adapter import QueryAdapter
from .candidates import Candidates, PassageIndex
from .encoder import Encoder
from .relevance_network import RelevanceNetwork, packaged_relevance


class Retriever:
    """Finds passages of an index; safe to use from any thread."""

    def __init__(
        self,
        index: PassageIndex,
        encoder: Encoder,
        *,
        relevance: RelevanceNetwork | None = None,
        adapter: QueryAdapter | None = None,
        cutoff: float = 0.0,
    ) -> None:
        """Wrap an index.

        Args:
            index: An open corpus, or passages in memory.
            encoder: The encoder that it was indexed with.
            relevance: Weighs the candidates, by default as clew was trained to; where it knows
                vectors of another encoder only, plain features do.
            adapter: Moves queries towards what answers them in this corpus.
            cutoff: Hits scored below this are left out, but for the best one.

        Raises:
            ModelUnavailable: If the adapter was trained on the vectors of another encoder.
        """
        if adapter is not None and adapter.encoder != encoder.name:
            raise ModelUnavailable(
                f"the query adapter was trained on vectors of {adapter.encoder} and queries would "
                f"be encoded with {encoder.name}: train it anew with `clew train retriever`"
            )
        network = relevance or packaged_relevance()
        self._network = network if network and network.knows(encoder.name) else None
        self._index = index
        self._encoder = encoder
        self._adapter = adapter
        self._cutoff = cutoff

    def retrieve(self, query: str, *, limit: int, linked_from: Sequence[Passage] = ()) -> list[Hit]:
        """Return the passages most likely to be evidence, best first.

        Args:
            query: A question, simple or of several hops, or any text.
            limit: The most hits to return.
            linked_from: Passages already known to matter, which are followed too.

        Returns:
            Hits, scored by their estimated probability of being evidence. Passages that share
            nothing with the query are not among them, unless what it finds leads to them.
        """
        if limit < 1 or not query.strip():
            return []
        vector = self._encoder.encode([query])[0]
        if self._adapter is not None:
            vector = self._adapter.adapted(vector)
        candidates = Candidates(self._index, query, vector)
        candidates.follow(linked_from)
        best = candidates.ranked(self._network)[:limit]
        least = min(self._cutoff, best[0][1]) if best else 0.0
        return [Hit(passage=passage, score=score) for passage, score in best if score >= least]

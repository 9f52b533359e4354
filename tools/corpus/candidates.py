"""The candidates for one query: what terms, vectors, names and links each say of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..passages import Passage
from .links import Naming, Titled, named_in, relation_words, words_around
from .next_hop import next_query
from .relevance import Features, relevance
from .relevance_network import Floats, RelevanceNetwork, compared

Vectors = NDArray[np.float32]

CANDIDATES = 50
"""Passages that terms and vectors propose, each."""
SCORED = 1000
"""Passages whose term scores are looked up."""
STARTS = 10
"""Passages whose links are followed."""
WORTH_FOLLOWING = 0.02
"""The least relevance of such a passage; links count as much as the passage they start from."""
KNOWN = 0.25
"""The least relevance of a passage that the caller already knows to matter.

Of 0.25, 0.5, 0.75 and 1 the best on MuSiQue's training sub-questions: they hold their parents'
answers, so that links should help what the query finds by itself, not outvote it.
"""
HOPS = 4
"""Passages from which the next hop is searched for, beside those known."""
REACHED = 25
"""Passages that such a search proposes."""
PER_NAME = 20
"""Passages of a named document that become candidates without being found otherwise."""
LIKENESS = 0.25
"""The least cosine of a passage that shares no term and no name with the query."""
RELATION_WORDS = 3


class PassageIndex(Titled, Protocol):
    """Passages that are found by terms, by vector and by title, from any thread."""

    def search_terms(self, query: str, limit: int) -> list[tuple[str, float]]:
        """Return the ids of passages with their BM25 scores above zero, best first."""
        ...

    def search_vectors(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return the ids of passages with the cosines of their vectors to this, best first."""
        ...

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, one row each, in the order of their ids."""
        ...

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return passages in the order of their ids."""
        ...


class Candidates:
    """The passages that may be evidence for a query.

    Made of what terms, vectors and names in the query propose; `follow` adds what they link to.
    """

    def __init__(self, index: PassageIndex, query: str, vector: NDArray[np.float32]) -> None:
        """Collect candidates.

        Args:
            index: Where the passages are.
            query: What is looked for.
            vector: The query's vector.
        """
        self._index = index
        self._query = query
        self._vector = vector
        terms = index.search_terms(query, SCORED)
        best = terms[0][1] if terms else 1.0
        self._terms = {id: score / best for id, score in terms}
        near = index.search_vectors(vector, CANDIDATES)
        self._cosines = dict(near)
        self._nearest = near[0][1] if near else 0.0
        self._passages: dict[str, Passage] = {}
        [names] = named_in([query], index)
        self._named: dict[str, float] = {}
        for name, share in self._shares(names):
            for id in name.ids:
                self._named[id] = max(share, self._named.get(id, 0.0))
        self._relation_words = relation_words(query, names)
        self._links: dict[str, tuple[float, float]] = {}
        self._onward: dict[str, float] = {}
        self._fetched: dict[str, Vectors] = {}
        self._ids: dict[str, None] = {}
        self._add(id for name in names for id in name.ids[:PER_NAME])
        self._add(id for id, _ in terms[:CANDIDATES])
        self._add(id for id, cosine in near if id in self._terms or cosine >= LIKENESS)

    def follow(self, known: Sequence[Passage]) -> None:
        """Follow known passages and the most relevant candidates to where they lead.

        Their links are followed, then what the query asks beside them is searched for.
        """
        self._passages.update((passage.id, passage) for passage in known)
        self._follow_links(self._starts(known, STARTS))
        self._search_onward(self._starts(known, HOPS))

    def _starts(self, known: Sequence[Passage], most: int) -> dict[str, float]:
        """Return the passages to follow with what they count, the best candidates first."""
        best = list(self._scores().items())[:most]
        starts = {id: score for id, score in best if score >= WORTH_FOLLOWING}
        for passage in known:
            starts[passage.id] = max(KNOWN, starts.get(passage.id, 0.0))
        return starts

    def _follow_links(self, starts: Mapping[str, float]) -> None:
        passages = [self._passages[id] for id in starts]
        names_of = named_in([passage.text for passage in passages], self._index)
        reached: list[str] = []
        for passage, names in zip(passages, names_of, strict=True):
            for name, share in self._shares(names):
                linked = starts[passage.id] * share
                beside = words_around(passage.text, name.mention) & self._relation_words
                relation = linked * min(len(beside), RELATION_WORDS)
                for id in name.ids:
                    # A document's links to itself lead nowhere.
                    if self._passages[id].source != passage.source:
                        link = (linked, relation)
                        self._links[id] = max(link, self._links.get(id, link), key=sum)
                reached += name.ids[:PER_NAME]
        self._add(id for id in reached if id in self._links)

    def _search_onward(self, starts: Mapping[str, float]) -> None:
        searches: list[tuple[str, dict[str, float]]] = []
        for start, score in starts.items():
            query = next_query(self._query, self._passages[start])
            found = self._index.search_terms(query, SCORED) if query else []
            if found:
                best = found[0][1]
                shares = {id: score * points / best for id, points in found}
                searches.append((self._passages[start].source, shares))
                self._add(id for id, _ in found[:REACHED])
        for source, shares in searches:
            for id in self._ids:
                if id in shares and self._passages[id].source != source:
                    self._onward[id] = max(shares[id], self._onward.get(id, 0.0))

    def ranked(self, network: RelevanceNetwork | None = None) -> list[tuple[Passage, float]]:
        """Return all candidates with their relevance, best first.

        Args:
            network: What weighs them; plain features alone by default.
        """
        if network is None or not self._ids:
            scores = self._scores()
        else:
            chances = network.relevance(self.compared())
            scores = _best_first(dict(zip(self._ids, map(float, chances), strict=True)))
        return [(self._passages[id], score) for id, score in scores.items()]

    def compared(self) -> Floats:
        """Return the features of the candidates for a network, a row each; see `compared`."""
        features = list(self.features().values())
        return compared(
            np.array(features, dtype=np.float64),
            np.array(relevance(features)),
            self._vector,
            self._vectors(),
            [self._passages[id].source for id in self._ids],
        )

    def _vectors(self) -> Vectors:
        """Return the candidates' vectors, a row each, fetching those that came with a cosine."""
        if missing := [id for id in self._ids if id not in self._fetched]:
            self._fetched.update(zip(missing, self._index.vectors(missing), strict=True))
        return np.array([self._fetched[id] for id in self._ids], dtype=np.float32)

    def features(self) -> dict[str, Features]:
        """Return what speaks for each candidate, by passage id."""
        return {id: self._features(id) for id in self._ids}

    def _scores(self) -> dict[str, float]:
        features = self.features()
        return _best_first(dict(zip(features, relevance(list(features.values())), strict=True)))

    def _features(self, id: str) -> Features:
        linked, relation = self._links.get(id, (0.0, 0.0))
        return Features(
            gap=self._nearest - self._cosines[id],
            terms=self._terms.get(id, 0.0),
            named=self._named.get(id, 0.0),
            linked=linked,
            relation=relation,
            onward=self._onward.get(id, 0.0),
        )

    def _add(self, ids: Iterable[str]) -> None:
        """Make candidates of passages, in a stable order."""
        new = [id for id in dict.fromkeys(ids) if id not in self._ids]
        self._ids.update(dict.fromkeys(new))
        self._load(new)
        if unknown := [id for id in new if id not in self._cosines]:
            rows = self._index.vectors(unknown)
            self._fetched.update(zip(unknown, rows, strict=True))
            self._cosines.update(zip(unknown, map(float, rows @ self._vector), strict=True))
            self._nearest = max(self._nearest, *(self._cosines[id] for id in unknown))

    def _load(self, ids: Iterable[str]) -> None:
        missing = [id for id in dict.fromkeys(ids) if id not in self._passages]
        if missing:
            self._passages.update(
                (passage.id, passage) for passage in self._index.passages(missing)
            )

    def _shares(self, names: Sequence[Naming]) -> list[tuple[Naming, float]]:
        """Pair each name with one over the number of documents that share it."""
        self._load(id for name in names for id in name.ids)
        return [(name, 1.0 / len({self._passages[id].source for id in name.ids})) for name in names]


def _best_first(scores: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))

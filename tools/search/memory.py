"""Search over a handful of passages held in memory, ranked by the words they share."""

import re
from collections.abc import Iterable, Sequence

from ..passages import Passage
from .base import FREE_OF_CHARGE, Empty, Found, Hit, SearchOutcome, Spending

_WORD = re.compile(r"\w+")


class MemorySearch:
    """Searches passages given at construction; for small collections and for tests.

    Args:
        passages: What to search.
        name: Name of the backend.
    """

    def __init__(self, passages: Iterable[Passage], *, name: str = "memory") -> None:
        self.name = name
        self._words = [
            (passage, set(_WORD.findall(f"{passage.title} {passage.text}".casefold())))
            for passage in passages
        ]

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Rank by the share of the query's words that a passage holds; ties in the given order."""
        wanted = set(_WORD.findall(query.casefold()))
        shares = [
            (len(wanted & words) / len(wanted), passage)
            for passage, words in self._words
            if wanted & words
        ]
        shares.sort(key=lambda share: -share[0])
        hits = tuple(Hit(passage=passage, score=score) for score, passage in shares[:limit])
        return Found(hits=hits) if hits else Empty()

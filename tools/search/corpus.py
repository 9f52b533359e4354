"""The search backend of the local corpus."""

import asyncio
from collections.abc import Sequence

from ..corpus.retrieval import Retriever
from ..passages import Passage
from .base import FREE_OF_CHARGE, Empty, Failed, Found, SearchOutcome, Spending


class CorpusSearch:
    """Searches a corpus that the user has indexed; nothing leaves the machine."""

    def __init__(self, retriever: Retriever, *, name: str = "corpus") -> None:
        """Wrap a retriever.

        Args:
            retriever: What finds the passages.
            name: Name of the backend.
        """
        self._retriever = retriever
        self.name = name

    async def load(self) -> None:
        """Load the index now rather than at the first search; raises `CorpusError`."""
        await asyncio.to_thread(self._retriever.retrieve, "load", limit=1)

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Search in a thread of its own; see `SearchBackend.search`."""
        try:
            hits = await asyncio.to_thread(
                self._retriever.retrieve, query, limit=limit, linked_from=linked_from
            )
        except Exception as error:
            # Whatever breaks in an index is trouble of the backend, not an empty result.
            return Failed(reason=str(error) or type(error).__name__)
        return Found(hits=tuple(hits)) if hits else Empty()

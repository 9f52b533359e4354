"""Work that is done once and remembered, for rollouts of a question do the same again and again."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from ...tools.passages import Passage
from ...tools.search.base import FREE_OF_CHARGE, SearchBackend, SearchOutcome, Spending

T = TypeVar("T")


class Remembered(Generic[T]):
    """Results by key, each made once, even where it is asked for twice at a time.

    Args:
        most: How many are kept; those asked for longest ago go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, asyncio.Task[T]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Return the result of a key, made now where it is not known."""
        if key not in self._made:
            self._made[key] = asyncio.ensure_future(_made(make))
        self._made.move_to_end(key)
        task = self._made[key]
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        try:
            # One who is stopped must not stop the work for the others.
            return await asyncio.shield(task)
        except Exception:
            self._made.pop(key, None)
            raise


async def _made(make: Callable[[], Awaitable[T]]) -> T:
    return await make()


class RememberingSearch:
    """A search backend that remembers what came of its searches.

    Args:
        backend: What is searched.
        most: How many searches are remembered.
    """

    def __init__(self, backend: SearchBackend, most: int = 5_000) -> None:
        self._backend = backend
        self._outcomes: Remembered[SearchOutcome] = Remembered(most)

    @property
    def name(self) -> str:
        """Name of the backend that is searched."""
        return self._backend.name

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Search once for the same; see `SearchBackend.search`."""
        key = (query, limit, tuple(passage.id for passage in linked_from))
        return await self._outcomes.get(
            key,
            lambda: self._backend.search(
                query, limit=limit, linked_from=linked_from, spending=spending
            ),
        )

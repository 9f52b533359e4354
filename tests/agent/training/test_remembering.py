"""Work that is done once: by whom, how often, and what is forgotten."""

import asyncio

import pytest
from support import POLAR

from clew.agent.training.remembering import Remembered, RememberingSearch
from clew.tools.passages import Passage
from clew.tools.search.base import Found, SearchBackend, SearchOutcome
from clew.tools.search.memory import MemorySearch


class Counted:
    """Makes the number of the call, after a moment."""

    def __init__(self, fails: int = 0) -> None:
        self.calls = 0
        self.fails = fails

    async def __call__(self) -> int:
        self.calls += 1
        number = self.calls
        await asyncio.sleep(0.01)
        if number <= self.fails:
            raise OSError("out of order")
        return number


async def test_what_is_asked_for_twice_at_a_time_is_made_once() -> None:
    made, remembered = Counted(), Remembered[int](10)
    assert await asyncio.gather(*(remembered.get("a", made) for _ in range(5))) == [1] * 5
    assert await remembered.get("a", made) == 1
    assert await remembered.get("b", made) == 2


async def test_what_failed_is_tried_again() -> None:
    made, remembered = Counted(fails=1), Remembered[int](10)
    with pytest.raises(OSError, match="out of order"):
        await remembered.get("a", made)
    assert await remembered.get("a", made) == 2


async def test_the_oldest_is_forgotten_first() -> None:
    made, remembered = Counted(), Remembered[int](2)
    for key in ("a", "b", "a", "c"):
        await remembered.get(key, made)
    assert await remembered.get("a", made) == 1
    assert await remembered.get("b", made) == 4


async def test_who_is_stopped_does_not_stop_the_others() -> None:
    made, remembered = Counted(), Remembered[int](2)
    first = asyncio.create_task(remembered.get("a", made))
    second = asyncio.create_task(remembered.get("a", made))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1


class CountedSearch(MemorySearch):
    searches = 0

    async def search(self, query: str, **options: object) -> SearchOutcome:
        self.searches += 1
        return await super().search(query, **options)  # type: ignore[arg-type]


async def test_a_search_is_made_once_for_the_same() -> None:
    backend = CountedSearch(POLAR)
    search = RememberingSearch(backend)
    assert isinstance(search, SearchBackend) and search.name == "memory"

    async def titles(limit: int, linked_from: tuple[Passage, ...] = ()) -> list[str]:
        outcome = await search.search("Fram designer", limit=limit, linked_from=linked_from)
        assert isinstance(outcome, Found)
        return [hit.passage.title for hit in outcome.hits]

    assert await titles(1) == await titles(1) == ["Fram"]
    assert backend.searches == 1
    await titles(2)
    await titles(1, POLAR[:1])
    assert backend.searches == 3

"""Reading pages: kept or fetched, each once, and none holding up the others.

Fetching waits for extraction where that is behind, so that what lies in memory between the two is
bounded.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager

from ...errors import BudgetExhausted
from .cache import PageCache
from .extraction_pool import ExtractionPool
from .fetching import Fetcher
from .page import Fetched, Page, PageText, Refused, Unreachable, Unreadable
from .urls import canonical_url

ReadOutcome = PageText | Refused | Unreachable | Unreadable

MOST_WAITING = 64_000_000
"""Bytes of fetched pages that wait for extraction, beyond which no further request begins."""
FAILED_SECONDS = 60.0
"""For so long a page that could not be read is not tried again: a run's time, about."""
_MOST_FAILED = 10_000


class PageReader:
    """Reads pages, in one event loop.

    Args:
        fetcher: Fetches them.
        pool: Extracts their text.
        cache: Keeps it for other runs; none keeps nothing.
    """

    def __init__(self, fetcher: Fetcher, pool: ExtractionPool, cache: PageCache | None) -> None:
        self._fetcher = fetcher
        self._pool = pool
        self._cache = cache
        self._under_way: dict[str, asyncio.Task[ReadOutcome]] = {}
        self._failed: dict[str, tuple[float, ReadOutcome]] = {}
        self._waiting_bytes = 0
        self._extracted = asyncio.Event()

    async def read(self, url: str, *, charge: Callable[[], None]) -> ReadOutcome:
        """Return the text of a page, or why there is none.

        Args:
            url: Its address.
            charge: Called before the page is fetched; what it raises ends the reading.

        Raises:
            BudgetExhausted: If no further page may be fetched.
        """
        try:
            canonical = canonical_url(url)
        except ValueError as error:
            return Refused(reason=str(error))
        if self._cache and (kept := await self._cache.get(canonical)):
            return kept
        if failed := self._failed_lately(canonical):
            return failed
        task = self._under_way.get(canonical)
        if task is None:
            charge()
            task = asyncio.create_task(self._fetched(canonical))
            self._under_way[canonical] = task
            task.add_done_callback(lambda _: self._under_way.pop(canonical, None))
        # Others may wait for the same page, so that it goes on where this reader gives up.
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if task.cancelled() and not (own and own.cancelling()):
                # The reader was closed, which is no reason for who waits to end as well.
                return Unreadable(reason="reading it was stopped")
            raise

    async def read_all(
        self, urls: Sequence[str], *, charge: Callable[[], None], seconds: float
    ) -> AsyncGenerator[tuple[str, ReadOutcome], None]:
        """Yield pages as they come; those that take longer than the seconds are left behind."""

        async def one(url: str) -> tuple[str, ReadOutcome]:
            try:
                return url, await self.read(url, charge=charge)
            except BudgetExhausted as exhausted:
                limit = str(exhausted)
                return url, Refused(reason=f"the limit of {limit} is used up", limit=limit)

        reading = [asyncio.create_task(one(url)) for url in dict.fromkeys(urls)]
        try:
            for outcome in asyncio.as_completed(reading, timeout=seconds):
                try:
                    yield await outcome
                except TimeoutError:
                    return
        finally:
            for task in reading:
                task.cancel()

    async def aclose(self) -> None:
        """Give up what is under way and close all connections."""
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        await self._fetcher.aclose()

    async def _fetched(self, url: str) -> ReadOutcome:
        outcome = await self._fetcher.fetch(url, ready=self._room)
        read: ReadOutcome
        if isinstance(outcome, Fetched):
            with self._waiting(outcome.page):
                read = await self._pool.extract(outcome.page)
        else:
            read = outcome
        if not isinstance(read, PageText):
            self._failed[url] = (time.monotonic(), read)
            if len(self._failed) > _MOST_FAILED:
                del self._failed[next(iter(self._failed))]
        elif self._cache:
            await self._cache.put(url, read)
        return read

    def _failed_lately(self, url: str) -> ReadOutcome | None:
        at, outcome = self._failed.get(url, (0.0, None))
        if outcome and time.monotonic() - at > FAILED_SECONDS:
            del self._failed[url]
            return None
        return outcome

    async def _room(self) -> None:
        while self._waiting_bytes > MOST_WAITING:
            await self._extracted.wait()

    @contextmanager
    def _waiting(self, page: Page) -> Iterator[None]:
        self._waiting_bytes += len(page.body)
        try:
            yield
        finally:
            self._waiting_bytes -= len(page.body)
            self._extracted.set()
            self._extracted = asyncio.Event()

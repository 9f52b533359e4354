"""The search backend of the web: an engine names pages; they are read, their passages ranked."""

import asyncio
from collections.abc import Callable, Sequence

from ..corpus.encoder import Encoder
from ..engines.base import NO_FILTERS, Results, SearchEngine, SearchFilters
from ..passages import Passage
from ..web.page import PageText
from ..web.ranking import PassageRanker
from ..web.reading import PageReader
from .base import FREE_OF_CHARGE, Empty, Failed, Found, SearchOutcome, Spending

PAGES = 8
"""Pages that are read for a query."""
SECONDS = 15.0
"""After so long the pages that have come are all that count."""

_MOST_TOLD = 3


class WebSearch:
    """Searches the web: what it returns stands in pages that it has read.

    Args:
        engine: Names the pages.
        reader: Returns what reads them in the running event loop; backends that share it read a
            page once.
        encoder: Makes the vectors that passages are ranked by.
        filters: What to narrow searches to.
        pages: How many pages to read for a query.
        seconds: How long to wait for them.
    """

    def __init__(
        self,
        engine: SearchEngine,
        reader: Callable[[], PageReader],
        encoder: Encoder,
        *,
        filters: SearchFilters = NO_FILTERS,
        pages: int = PAGES,
        seconds: float = SECONDS,
    ) -> None:
        self.name = engine.name
        self._engine = engine
        self._reader = reader
        self._encoder = encoder
        self._filters = filters
        self._pages = pages
        self._seconds = seconds

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Search, read what is named, and rank it; see `SearchBackend.search`."""
        if limit < 1:
            return Empty()
        named = await self._engine.results(query, limit=self._pages, filters=self._filters)
        if not isinstance(named, Results):
            return named
        ranker = PassageRanker(self._encoder, pages=len(named.results))
        unread = await self._read([each.url for each in named.results], ranker, spending)
        if not ranker.has_passages:
            return Failed(reason=f"no page that was named could be read: {_told(unread)}")
        hits = await asyncio.to_thread(ranker.ranked, query, limit=limit, linked_from=linked_from)
        notes = [f"it knows no filter by {name.replace('_', ' ')}" for name in named.ignored]
        if unread:
            notes.append(f"{len(unread)} of {len(named.results)} pages not read: {_told(unread)}")
        return Found(hits=tuple(hits), notes=tuple(notes)) if hits else Empty()

    async def aclose(self) -> None:
        """Close the engine's connections of the running loop; another search opens new ones."""
        await self._engine.aclose()

    async def _read(
        self, urls: Sequence[str], ranker: PassageRanker, spending: Spending
    ) -> list[str]:
        """Give the pages to the ranker as they come; return which were not read, and why."""
        late = dict.fromkeys(urls, f"not there within {self._seconds:g} s")
        unread: list[str] = []
        async for url, outcome in self._reader().read_all(
            urls, charge=spending.page, seconds=self._seconds
        ):
            del late[url]
            if isinstance(outcome, PageText):
                await asyncio.to_thread(ranker.add, outcome)
            else:
                unread.append(f"{url}: {outcome.reason}")
        return unread + [f"{url}: {reason}" for url, reason in late.items()]


def _told(unread: Sequence[str]) -> str:
    more = len(unread) - _MOST_TOLD
    return "; ".join([*unread[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])])

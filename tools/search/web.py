"""The search backend of the web: an engine names pages; they are read, their passages ranked."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from urllib.parse import urlsplit

from ..corpus.encoder import Encoder
from ..engines.base import NO_FILTERS, Results, SearchEngine, SearchFilters
from ..listing import listed
from ..passages import Passage
from ..web.page import PageText, Refused, Unreachable, Unreadable
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
        cutoff: Passages less relevant than this are left out, but for the best one.
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
        cutoff: float = 0.0,
        pages: int = PAGES,
        seconds: float = SECONDS,
    ) -> None:
        self.name = engine.name
        self._engine = engine
        self._reader = reader
        self._encoder = encoder
        self._filters = filters
        self._cutoff = cutoff
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
        ranker = PassageRanker(self._encoder, pages=len(named.results), cutoff=self._cutoff)
        unread = await self._read([each.url for each in named.results], ranker, spending)
        limits = [each.limit for each in unread.values() if isinstance(each, Refused)]
        limit_met = next(filter(None, limits), None)
        told = f"{len(unread)} of {len(named.results)} pages not read: {_told(unread)}"
        if not ranker.has_passages:
            return Failed(reason=f"no page that was named could be read: {told}", limit=limit_met)
        hits = await asyncio.to_thread(ranker.ranked, query, limit=limit, linked_from=linked_from)
        notes = [f"it knows no filter by {name.replace('_', ' ')}" for name in named.ignored]
        if hits:
            return Found(hits=tuple(hits), notes=(*notes, *([told] if unread else [])))
        if unread:
            # What was not read might have matched.
            return Failed(reason=f"no page that was read matches; {told}", limit=limit_met)
        return Empty()

    async def _read(
        self, urls: Sequence[str], ranker: PassageRanker, spending: Spending
    ) -> dict[str, Refused | Unreachable | Unreadable]:
        """Give the pages to the ranker as they come; return those that were not read."""
        late = Unreachable(reason=f"not there within {self._seconds:g} s")
        unread: dict[str, Refused | Unreachable | Unreadable] = dict.fromkeys(urls, late)
        reading = self._reader().read_all(urls, charge=spending.page, seconds=self._seconds)
        async with aclosing(reading) as outcomes:
            async for url, outcome in outcomes:
                if not isinstance(outcome, PageText):
                    unread[url] = outcome
                elif not self._is_on_site(outcome.url):
                    unread[url] = Refused(reason=f"it leads away from {self._filters.site}")
                else:
                    del unread[url]
                    await asyncio.to_thread(ranker.add, outcome)
        return unread

    def _is_on_site(self, url: str) -> bool:
        site = self._filters.site
        return site is None or f".{urlsplit(url).hostname}".endswith(f".{site}")


def _told(unread: Mapping[str, Refused | Unreachable | Unreadable]) -> str:
    return listed([f"{url}: {outcome.reason}" for url, outcome in unread.items()], _MOST_TOLD)

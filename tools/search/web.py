"""The search backend of the web: an engine names pages; they are read, their passages ranked."""

import asyncio
from collections.abc import Callable, Sequence

from ..corpus.encoder import Encoder
from ..engines.base import NO_FILTERS, Results, SearchEngine, SearchFilters
from ..engines.per_loop import PerLoop
from ..passages import Passage
from ..web.page import PageText
from ..web.ranking import passages_of, ranked
from ..web.reading import PageReader
from .base import Empty, Failed, Found, Hit, SearchOutcome, free_of_charge

PAGES = 8
"""Pages that are read for a query."""
SECONDS = 15.0
"""After so long the pages that have come are all that count."""


class WebSearch:
    """Searches the web: what it returns stands in pages that it has read.

    Args:
        engine: Names the pages.
        make_reader: Makes what reads them, once for each event loop.
        encoder: Makes the vectors that passages are ranked by.
        filters: What to narrow searches to.
        pages: How many pages to read for a query.
    """

    def __init__(
        self,
        engine: SearchEngine,
        make_reader: Callable[[], PageReader],
        encoder: Encoder,
        *,
        filters: SearchFilters = NO_FILTERS,
        pages: int = PAGES,
    ) -> None:
        self.name = engine.name
        self._engine = engine
        self._readers = PerLoop(make_reader)
        self._encoder = encoder
        self._filters = filters
        self._pages = pages

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        charge_page: Callable[[], None] = free_of_charge,
    ) -> SearchOutcome:
        """Search, read what is named, and rank it; see `SearchBackend.search`."""
        named = await self._engine.results(query, limit=self._pages, filters=self._filters)
        if not isinstance(named, Results):
            return named
        passages: list[Passage] = []
        reasons: list[str] = []
        reader = self._readers.here()
        urls = [result.url for result in named.results]
        async for url, outcome in reader.read_all(urls, charge=charge_page, seconds=SECONDS):
            if isinstance(outcome, PageText):
                passages += await asyncio.to_thread(passages_of, outcome, self._encoder)
            else:
                reasons.append(f"{url}: {outcome.reason}")
        if not passages:
            late = len(urls) - len(reasons)
            told = [*reasons, *([f"{late} not there within {SECONDS:g} s"] if late else [])]
            return Failed(reason=f"no page that was named could be read ({'; '.join(told)})")
        hits = await asyncio.to_thread(self._ranked, query, passages, limit, linked_from)
        return Found(hits=tuple(hits)) if hits else Empty()

    def _ranked(
        self, query: str, passages: list[Passage], limit: int, linked_from: Sequence[Passage]
    ) -> list[Hit]:
        return ranked(query, passages, self._encoder, limit=limit, linked_from=linked_from)

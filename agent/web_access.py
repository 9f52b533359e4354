"""What an agent, and those derived from it, search and read the web with."""

import threading
from typing import TYPE_CHECKING

from ..tools.per_loop import PerLoop
from .settings import Settings

if TYPE_CHECKING:
    from ..tools.engines.base import SearchEngine
    from ..tools.web.cache import PageCache
    from ..tools.web.extraction_pool import ExtractionPool
    from ..tools.web.reading import PageReader


class WebAccess:
    """Engines, page readers, their processes and the pages kept, each made at first use.

    Args:
        settings: Say what is asked and how.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._engines: dict[str, SearchEngine] = {}
        self._readers = PerLoop(self._new_reader)
        self._shared: tuple[ExtractionPool, PageCache] | None = None

    def engine(self, name: str) -> "SearchEngine":
        """Return the engine of a name; raises what `engine_named` does."""
        from ..tools.engines.catalogue import engine_named

        with self._lock:
            if name not in self._engines:
                self._engines[name] = engine_named(name, searxng=self._settings.searxng_url)
            return self._engines[name]

    def reader(self) -> "PageReader":
        """Return the reader of pages of the running event loop."""
        return self._readers.here()

    async def leave_loop(self) -> None:
        """Close what belongs to the running event loop; what is used again is opened again."""
        if reader := self._readers.take():
            await reader.aclose()
        for engine in list(self._engines.values()):
            await engine.aclose()

    async def aclose(self) -> None:
        """Close what belongs to the running event loop, and what all of them share."""
        await self.leave_loop()
        with self._lock:
            shared = self._shared
        if shared is not None:
            pool, cache = shared
            pool.close()
            await cache.close()

    def _new_reader(self) -> "PageReader":
        from ..tools.web.cache import PageCache
        from ..tools.web.extraction_pool import ExtractionPool
        from ..tools.web.fetching import Fetcher
        from ..tools.web.reading import PageReader

        with self._lock:
            if self._shared is None:
                self._shared = ExtractionPool(), PageCache(self._settings.home)
            pool, cache = self._shared
        fetcher = Fetcher(respect_robots=self._settings.respect_robots)
        return PageReader(fetcher, pool, cache)

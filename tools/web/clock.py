"""The time that a page has, which stands still while it waits its turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from .troubles import Trouble


class PageClock:
    """Lets a page wait without using up its time, though not for ever.

    Args:
        deadline: When the page must be there; put off by the time that it waits.
        ready: What to wait for before each request.
        patience: Seconds for which it waits in all.
    """

    def __init__(
        self, deadline: asyncio.Timeout, ready: Callable[[], Awaitable[None]], *, patience: float
    ) -> None:
        self.ready = ready
        self._deadline = deadline
        self._patience = patience
        self._left = patience

    @asynccontextmanager
    async def stopped(self) -> AsyncIterator[None]:
        """Wait inside this context; raises `Trouble` when patience is at its end."""
        now = asyncio.get_running_loop().time
        stopped_at, due = now(), self._deadline.when() or 0.0
        self._deadline.reschedule(None)
        try:
            async with asyncio.timeout(self._left):
                yield
        except TimeoutError as error:
            reason = "too many pages of its host, or in all, are wanted: no turn within"
            raise Trouble(f"{reason} {self._patience:g} s") from error
        finally:
            waited = now() - stopped_at
            self._left -= waited
            self._deadline.reschedule(due + waited)

"""How often an engine may be asked: so many at a time, so far apart, and not while it refuses."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..per_loop import PerLoop

_LONGEST_REST = 300.0
"""Seconds after which an engine is asked again, whatever it said: headers may be wrong."""


class Pacing:
    """Spaces the requests to one engine.

    Args:
        slots: The most requests at a time.
        interval: Seconds between the starts of two requests.
    """

    def __init__(self, *, slots: int, interval: float) -> None:
        self._slots = PerLoop(lambda: asyncio.Semaphore(slots))
        self._interval = interval
        self._next_start = 0.0
        self._resting_until = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a slot and for the interval to pass, and hold the slot meanwhile."""
        async with self._slots.here():
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval
            await asyncio.sleep(start - now)
            yield

    def rest(self, seconds: float) -> None:
        """Note that the engine wants to be left alone for so long, five minutes at the most."""
        until = time.monotonic() + min(seconds, _LONGEST_REST)
        self._resting_until = max(self._resting_until, until)

    @property
    def rest_left(self) -> float:
        """Seconds for which the engine still wants to be left alone."""
        return max(0.0, self._resting_until - time.monotonic())

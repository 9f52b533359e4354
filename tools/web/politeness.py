"""Whose turn it is: few requests at once, fewer to one host, and pauses between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_REMEMBERED = 1_000  # hosts, beyond which those that are done with are forgotten


class Turns:
    """Gives requests their turn.

    Args:
        requests: How many are under way at once.
        requests_per_host: How many of them to one host.
        pause_seconds: Seconds between the starts of two requests to one host.
    """

    def __init__(self, *, requests: int, requests_per_host: int, pause_seconds: float) -> None:
        self._all = asyncio.Semaphore(requests)
        self._per_host = requests_per_host
        self._pause = pause_seconds
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, at_once: bool = False) -> AsyncIterator[None]:
        """Wait for a request's turn, which lasts as long as the context.

        Args:
            host: Whom it goes to.
            at_once: Whether it belongs to one before it, so that no pause is due.
        """
        known = self._known(host)
        known.users += 1
        try:
            async with known.semaphore:
                # First come, first served. Only when the pause is over is one of the few places
                # taken, so that a host that is asked much does not keep others waiting.
                async with known.starting:
                    if not at_once:
                        await known.pause_over()
                    await self._all.acquire()
                    known.next_start = max(known.next_start, _now() + self._pause)
                try:
                    yield
                finally:
                    self._all.release()
        finally:
            known.users -= 1

    def hold_off(self, host: str, seconds: float) -> None:
        """Let the next request to a host begin only after so many seconds."""
        known = self._known(host)
        known.next_start = max(known.next_start, _now() + seconds)

    def _known(self, host: str) -> "_Host":
        if host not in self._hosts:
            if len(self._hosts) >= _REMEMBERED:
                self._hosts = {name: one for name, one in self._hosts.items() if one.is_needed()}
            self._hosts[host] = _Host(self._per_host)
        return self._hosts[host]


class _Host:
    def __init__(self, requests: int) -> None:
        self.semaphore = asyncio.Semaphore(requests)
        self.starting = asyncio.Lock()
        self.next_start = 0.0
        self.users = 0

    async def pause_over(self) -> None:
        wait = self.next_start - _now()
        while wait > 0:
            await asyncio.sleep(wait)  # meanwhile the host may have been held off
            wait = self.next_start - _now()

    def is_needed(self) -> bool:
        return self.users > 0 or self.next_start > _now()


def _now() -> float:
    return asyncio.get_running_loop().time()

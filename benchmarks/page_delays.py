"""What the delays of a web alone take: its requests in a time that only passes while they wait."""

import asyncio
import selectors
from typing import Any

from page_server import PlannedPage, Web

from clew.tools.web.limits import FetchLimits
from clew.tools.web.politeness import Turns

_PAUSES = (0.375, 0.75)  # seconds before a retry, which are drawn around these


def forced_seconds(web: Web, limits: FetchLimits) -> float:
    """Return the seconds that the engine and then all pages take if nothing else takes time.

    Each request waits its turn as in clew and then its delay. A host's robots.txt comes before its
    pages, a page that never answers is given up after the silence that the limits allow, and one
    whose connection is cut off is tried again.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return web.engine + runner.run(_all(web, limits))


async def _all(web: Web, limits: FetchLimits) -> float:
    turns = Turns(
        requests=limits.requests,
        requests_per_host=limits.requests_per_host,
        pause_seconds=limits.pause_seconds,
    )

    async def request(host: str, seconds: float) -> None:
        async with turns.turn(host):
            await asyncio.sleep(seconds)

    async def page(page: PlannedPage) -> None:
        await rules[page.host]
        if page.fate == "never":
            await request(page.host, limits.silence_seconds)
            return
        await request(page.host, page.delay)
        for pause in _PAUSES[: limits.retries] if page.fate == "cut off" else ():
            turns.hold_off(page.host, pause)
            await asyncio.sleep(pause)
            await request(page.host, page.delay)

    hosts = dict.fromkeys(page.host for page in web.pages)
    rules = {host: asyncio.ensure_future(request(host, web.robots[host])) for host in hosts}
    await asyncio.gather(*map(page, web.pages))
    return asyncio.get_running_loop().time()


class _Selector(selectors.SelectSelector):
    """Skips the time for which it is to wait."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    """A loop whose clock shows the time that was skipped."""

    def __init__(self) -> None:
        self._skipping = _Selector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now

"""What sites ask crawlers to leave alone: robots.txt, after RFC 9309."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from protego import Protego

from .exchanging import Response
from .troubles import NotPublic, Refusal, Trouble

ROBOTS_BYTES = 512_000
"""The most that is read of a robots.txt: the least that RFC 9309 allows."""

_AGENT = "clew"
_REMEMBERED = 1_000  # sites


class Robots:
    """The rules of sites, each read once.

    Args:
        read: Fetches a robots.txt by its address, following redirects.
    """

    def __init__(self, read: Callable[[str], Awaitable[Response]]) -> None:
        self._read = read
        self._rules: OrderedDict[str, Protego | str] = OrderedDict()
        self._reading: dict[str, asyncio.Lock] = {}

    async def check(self, url: str) -> None:
        """Return if a page may be fetched.

        Args:
            url: The page's address, in canonical form.

        Raises:
            Refusal: The site asks not to, or its server fails to say.
            Trouble: The site cannot be reached at all.
        """
        scheme, _, rest = url.partition("://")
        site = f"{scheme}://{rest.partition('/')[0]}"
        if url == f"{site}/robots.txt":
            return
        rules = await self._rules_of(site)
        if isinstance(rules, str):
            raise Refusal(rules)
        if not rules.can_fetch(url, _AGENT):
            raise Refusal(f"the robots.txt of {site} asks not to fetch the page")

    async def _rules_of(self, site: str) -> Protego | str:
        # Pages of one site that come together wait for one reading, and share it.
        lock = self._reading.setdefault(site, asyncio.Lock())
        try:
            async with lock:
                if site not in self._rules:
                    self._rules[site] = await self._read_rules(site)
                    if len(self._rules) > _REMEMBERED:
                        self._rules.popitem(last=False)
                self._rules.move_to_end(site)
                return self._rules[site]
        finally:
            if not lock.locked():
                self._reading.pop(site, None)

    async def _read_rules(self, site: str) -> Protego | str:
        """Return the rules, or why nothing of the site may be fetched."""
        try:
            response = await self._read(f"{site}/robots.txt")
        except NotPublic:
            raise
        except Refusal as refusal:
            return f"the robots.txt of {site} cannot be read: {refusal}"
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Trouble(f"{site} wants fewer requests", passing=True)
        # RFC 9309, section 2.3.1: where there are no rules, everything is allowed; where the
        # server fails to say whether there are, nothing is.
        if response.status >= 500:
            return f"{site} fails to say whether it may be fetched: status {response.status}"
        if not response.is_page:
            return Protego.parse("")
        return Protego.parse(response.body.decode("utf-8", errors="replace"))

"""Pages fetched: redirects, retries, robots.txt and turns around single requests."""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from ..waiting import retry_after
from .clock import PageClock
from .connecting import GuardedNetwork
from .exchanging import Response, exchange
from .limits import FetchLimits
from .page import Fetched, FetchOutcome, Page, Refused, Unreachable
from .politeness import Turns
from .robots import ROBOTS_BYTES, Robots
from .sites import Sites
from .troubles import Refusal, Trouble
from .urls import canonical_url, redirected_url

_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_FIRST_RETRY = 0.5  # seconds, doubled with each one more


async def _at_once() -> None:
    """Let a request begin."""


class Fetcher:
    """Fetches pages from the public internet, within limits and politely.

    Connections, and what sites ask of crawlers, are kept for the fetcher's life. Cookies,
    credentials and referrers are never sent, and proxies named by the environment not used, for a
    proxy would connect where it likes. A redirect from https to http is followed: nothing secret
    goes over it, http pages are fetched anyway, many such hops lead back to https, and the page's
    final address shows where it came from.

    To be used in one event loop.

    Args:
        limits: The most that fetches may cost.
        network: Opens connections, to public addresses only.
        respect_robots: Whether pages that a site's robots.txt excludes are left alone.
        tls: How servers' certificates are checked; by default against the well-known authorities.
    """

    def __init__(
        self,
        *,
        limits: FetchLimits | None = None,
        network: GuardedNetwork | None = None,
        respect_robots: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._sites = Sites(network or GuardedNetwork(), self._limits, tls)
        self._turns = Turns(
            requests=self._limits.requests,
            requests_per_host=self._limits.requests_per_host,
            pause_seconds=self._limits.pause_seconds,
        )
        self._robots = Robots(self._read_robots) if respect_robots else None

    async def fetch(
        self, url: str, *, ready: Callable[[], Awaitable[None]] = _at_once
    ) -> FetchOutcome:
        """Fetch a page.

        Args:
            url: Its address, in any spelling.
            ready: Awaited when it is a request's turn; as long as it waits, the request holds its
                place and does not begin.

        Returns:
            The page; or why it was not fetched. Nothing is raised but cancellation.
        """
        try:
            asked = canonical_url(url)
        except ValueError as error:
            return Refused(reason=str(error))
        limit = self._limits.seconds
        try:
            async with asyncio.timeout(limit) as deadline:
                clock = PageClock(deadline, ready, patience=self._limits.turn_seconds)
                return Fetched(page=await self._follow(asked, clock))
        except Refusal as refusal:
            return Refused(reason=str(refusal))
        except Trouble as trouble:
            return Unreachable(reason=str(trouble))
        except TimeoutError:
            return Unreachable(reason=f"the page was not there within {limit:g} s")
        except Exception as error:
            # Whatever a server brings the libraries below to raise is trouble with that server.
            return Unreachable(reason=f"the page broke its reader: {type(error).__name__}: {error}")

    async def aclose(self) -> None:
        """Close all connections; no fetch may be under way."""
        await self._sites.aclose()

    async def _follow(self, asked: str, clock: PageClock) -> Page:
        url = asked
        before = None
        for _ in range(self._limits.redirects + 1):
            response = await self._answer(url, clock, before)
            target = _redirect(url, response)
            if target is None:
                return Page(
                    url=asked,
                    final_url=url,
                    content_type=response.content_type,
                    charset=response.charset,
                    body=response.body,
                    fetched_at=datetime.now(UTC),
                )
            before, url = _host(url), target
        raise Refusal(f"the page redirects more than {self._limits.redirects} times")

    async def _answer(self, url: str, clock: PageClock, before: str | None) -> Response:
        """Return a page or a redirect, however many attempts it takes.

        Args:
            url: The address.
            clock: The page's time.
            before: The host that has just redirected to this address.
        """
        host = _host(url)
        for attempt in range(self._limits.retries + 1):
            try:
                async with AsyncExitStack() as turn:
                    at_once = before == host and not attempt
                    async with clock.stopped():
                        await turn.enter_async_context(self._turns.turn(host, at_once=at_once))
                        await clock.ready()
                    if self._robots is not None:
                        await self._robots.check(url)
                    response = await exchange(self._sites, url, self._limits)
                _raise_for_status(host, response)
                return response
            except Trouble as trouble:
                pause = self._pause(trouble, attempt)
                if pause is None:
                    raise
            self._turns.hold_off(host, pause)
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, trouble: Trouble, attempt: int) -> float | None:
        """Return the seconds to wait before another attempt; nothing if there is to be none."""
        longest = self._limits.retry_seconds
        if not trouble.passing or attempt == self._limits.retries:
            return None
        if trouble.retry_after is not None:
            return None if trouble.retry_after > longest else trouble.retry_after
        # Jitter, so that pages that failed together do not come back together.
        return min(_FIRST_RETRY * 2.0**attempt, longest) * random.uniform(0.5, 1.0)

    async def _read_robots(self, url: str) -> Response:
        limits = replace(self._limits, wire_bytes=ROBOTS_BYTES, body_bytes=ROBOTS_BYTES)
        for _ in range(self._limits.redirects + 1):
            response = await exchange(self._sites, url, limits, types=())
            target = _redirect(url, response)
            if target is None:
                return response
            url = target
        raise Refusal(f"it redirects more than {self._limits.redirects} times")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _redirect(url: str, response: Response) -> str | None:
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        return redirected_url(url, location)
    except ValueError as error:
        raise Refusal(f"the page redirects to no usable address: {error}") from error


def _raise_for_status(host: str, response: Response) -> None:
    status = response.status
    if response.is_page or (status in _REDIRECTS and response.headers.get("location")):
        return
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    raise Trouble(
        f"{host} answers {status} {phrase}".rstrip(),
        passing=status in _PASSING,
        retry_after=retry_after(response.headers),
    )

"""One visit to one of the engines of the package ddgs, and what its page means."""

import html
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ..search.base import Failed, Throttled
from ..waiting import retry_after
from .base import WebResult
from .reading import web_result

_REFUSING = frozenset({202, 403, 418, 429, 503, 999})
"""Statuses with which these sites turn programs away; DuckDuckGo's is 202, Yahoo's 999."""
_SIGNS = (
    "captcha",
    "anomaly-modal",
    "unusual traffic",
    "automated queries",
    "too many requests",
    "are you a robot",
    "rate limit",
)
"""What stands on the pages with which they do so under status 200."""


@dataclass(frozen=True)
class Visit:
    """What to ask of an engine.

    Attributes:
        engine: Its name.
        query: The query.
        region: Country and language, in the package's notation.
        time_limit: ``d``, ``w``, ``m`` or ``y``.
        seconds: The longest that a request may take.
        largest: The most bytes of a page.
    """

    engine: str
    query: str
    region: str
    time_limit: str | None
    seconds: float
    largest: int


class NotReached(Failed):
    """An engine whose server could not be connected to.

    Attributes:
        failure: Name of what went wrong.
    """

    failure: str


def visit(asked: Visit) -> list[WebResult | None] | Throttled | Failed:
    """Ask an engine; an empty list is a page that shows no results and no sign of refusal.

    The package turns every status but 200 into "No results found."; what came is therefore looked
    at below it, where it meets its HTTP client. Blocks: call it in a thread.
    """
    try:
        from ddgs.engines import ENGINES
        from ddgs.exceptions import TimeoutException

        make = ENGINES["text"].get(asked.engine)
        if make is None:
            return Failed(reason=f"{asked.engine} is not in this version of ddgs")
        engine = make(timeout=asked.seconds)  # type: ignore[arg-type]
    except Exception as error:
        # Its client is compiled: a wheel of another machine fails here, and in its own ways.
        reason = f"the package ddgs does not work here ({type(error).__name__}); install it anew"
        return Failed(reason=reason)
    seen = _Seen(engine.http_client.client, asked)
    engine.http_client.client = seen  # type: ignore[assignment]
    try:
        found = engine.search(asked.query, region=asked.region, timelimit=asked.time_limit)
    except TimeoutException:
        return Failed(reason=f"{asked.engine} did not answer within {asked.seconds:g} seconds")
    except Exception as error:
        # The package reads pages that may be anything with code that expects its own engines'.
        found, failure = None, type(error.__cause__ or error).__name__
        if isinstance(error.__cause__, _TooMuch):
            return Failed(reason=f"{asked.engine} answered with too large or too slow a page")
    else:
        failure = "an empty page"
    if found:
        return [web_result(each.href, each.title, each.body) for each in found]
    return _meaning(asked, seen, failure, found is not None)


def _meaning(
    asked: Visit, seen: "_Seen", failure: str, readable: bool
) -> list[WebResult | None] | Throttled | Failed:
    """Return what a page without results means."""
    if seen.status in _REFUSING:
        return Throttled(retry_after=retry_after(httpx.Headers(dict(seen.headers))))
    if seen.status == 0:
        reason = f"{asked.engine} could not be reached ({failure}); check the network"
        return NotReached(reason=reason, failure=failure)
    if seen.status != 200:
        return Failed(reason=f"{asked.engine} answered with status {seen.status}")
    page, query = seen.page.casefold(), asked.query.casefold()
    # A page repeats its query, which may itself be about captchas.
    if any(sign in page and sign not in query for sign in _SIGNS):
        return Throttled()
    # The page of a search that found nothing repeats what was searched for.
    if not readable or max(query.split(), key=len) not in html.unescape(page):
        return Failed(
            reason=f"{asked.engine} answered with a page that ddgs cannot read ({failure})"
        )
    return []


class _TooMuch(Exception):
    """A page is larger, or comes more slowly, than it may."""


@dataclass
class _Page:
    """What the package reads of a response."""

    status_code: int
    content: bytes
    text: str


@dataclass
class _Seen:
    """Stands between an engine and its HTTP client: bounds pages and keeps the last one."""

    client: Any
    asked: Visit
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    page: str = ""

    def request(self, *args: Any, **kwargs: Any) -> _Page:
        self.status = 0
        until = time.monotonic() + self.asked.seconds
        received = bytearray()
        with self.client.request(*args, **kwargs, stream=True) as response:
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > self.asked.largest or time.monotonic() > until:
                    raise _TooMuch
            encoding = response.encoding or "utf-8"
            self.status, self.headers = response.status_code, response.headers
        try:
            self.page = received.decode(encoding, "replace")
        except LookupError:
            self.page = received.decode("utf-8", "replace")
        return _Page(self.status, bytes(received), self.page)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

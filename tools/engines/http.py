"""One request to a JSON API: paced, retried, bounded, and every trouble put into words."""

import asyncio
import json
import random
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from ..per_loop import PerLoop
from ..search.base import Failed, Throttled
from ..waiting import retry_after
from .bodies import BodyError, body_of
from .limits import Limits
from .pacing import Pacing
from .reading import one_line

_LONGEST_MESSAGE = 200


@dataclass(frozen=True)
class Request:
    """What to ask an API.

    Attributes:
        method: ``GET`` or ``POST``.
        url: The address, without parameters.
        params: Parameters of the address.
        json: What to send as JSON.
    """

    method: str
    url: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None


class JsonApi:
    """Asks one API; keeps its connections, its pace and its key.

    A 429 or 503, a connection that breaks, and what ``judge`` takes for throttling with a time to
    wait are tried again: after the time the API asks for where that is short, else after a growing,
    jittered pause. Redirects are not followed: they would carry the key elsewhere.

    Args:
        name: Name of the engine, for messages.
        limits: What a request may cost.
        headers: Headers of every request; the key goes here, never into an address.
        key: The key, which is taken out of everything that comes back.
        hints: What to do about a status, by status.
        when: Reads from the headers of a refusal how many seconds to wait.
        judge: Finds trouble in an answer with status 200, given the JSON and the headers.
    """

    def __init__(
        self,
        name: str,
        limits: Limits,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        hints: Mapping[int, str] | None = None,
        when: Callable[[httpx.Headers], float | None] = retry_after,
        judge: Callable[[Any, httpx.Headers], Throttled | Failed | None] | None = None,
    ) -> None:
        self._name = name
        self._limits = limits
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"clew/{_version()} (agentic search) httpx/{httpx.__version__}",
            **(headers or {}),
        }
        self._key = key
        self._hints = hints or {}
        self._when = when
        self._judge = judge
        self._pacing = Pacing(slots=limits.slots, interval=limits.interval)
        self._client = PerLoop(self._new_client)

    async def ask(self, request: Request) -> "Answer | Throttled | Failed":
        """Ask, and ask again where that may help."""
        for attempt in range(1, self._limits.attempts + 1):
            async with self._pacing.turn():
                if rest := self._pacing.rest_left:
                    return Throttled(retry_after=round(rest, 1))
                outcome, may_help = await self._attempt(request)
            wait = self._limits.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
            if isinstance(outcome, Throttled) and outcome.retry_after is not None:
                wait = outcome.retry_after * random.uniform(1.0, 1.1)
            if not may_help or attempt == self._limits.attempts or wait > self._limits.longest_wait:
                break
            await asyncio.sleep(wait)
        if isinstance(outcome, Throttled) and outcome.retry_after is not None:
            self._pacing.rest(outcome.retry_after)
        return outcome

    async def aclose(self) -> None:
        """Close the connections of the running loop; another request opens new ones."""
        if client := self._client.take():
            await client.aclose()

    async def _attempt(self, request: Request) -> "tuple[Answer | Throttled | Failed, bool]":
        """Return what one attempt came to, and whether another one may help."""
        try:
            async with (
                asyncio.timeout(self._limits.seconds),
                self._client.here().stream(
                    request.method, request.url, params=request.params, json=request.json
                ) as response,
            ):
                body = await body_of(response, self._limits.largest)
        except (TimeoutError, httpx.TimeoutException):
            return self._failed(f"did not answer within {self._limits.seconds:g} seconds"), False
        except BodyError as error:
            return self._failed(f"answered {error}"), False
        except httpx.RemoteProtocolError:
            return self._failed("broke its answer off, or answered what is no HTTP"), True
        except httpx.TransportError as error:
            reason = f"could not be reached ({type(error).__name__}); check the network"
            return self._failed(reason), True
        return self._read(response, body)

    def _read(
        self, response: httpx.Response, body: bytes
    ) -> "tuple[Answer | Throttled | Failed, bool]":
        text = body.decode("utf-8", "replace")
        if self._key:
            text = text.replace(self._key, "[key]")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if response.status_code in (429, 503):
            return Throttled(retry_after=self._when(response.headers)), True
        if response.status_code != 200:
            return self._refused(response.status_code, data), False
        if data is None:
            page = text.lstrip()[:1] == "<"
            what = "a web page" if page else "something else"
            return self._failed(f"answered with {what} instead of JSON; try again later"), False
        trouble = self._judge(data, response.headers) if self._judge else None
        may_help = isinstance(trouble, Throttled) and trouble.retry_after is not None
        return trouble or Answer(data), may_help

    def _refused(self, status: int, data: Any) -> Failed:
        said = one_line(_message(data), _LONGEST_MESSAGE)
        hint = self._hints.get(status, "")
        if 300 <= status < 400:
            hint = hint or "it redirects, which clew does not follow; check the address"
        parts = [f"answered with status {status}", f": {said}" if said else ""]
        return self._failed("".join(parts) + (f"; {hint}" if hint else ""))

    def _failed(self, reason: str) -> Failed:
        return Failed(reason=f"{self._name} {reason}")

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers=self._headers, timeout=self._limits.seconds, verify=_certificates()
        )


@dataclass(frozen=True)
class Answer:
    """What an API answered well with.

    Attributes:
        data: The JSON.
    """

    data: Any


def _message(data: Any) -> str:
    """Return what an API says about an error, wherever in its JSON it says so."""
    for key in ("error", "detail", "message", "info"):
        if isinstance(data, dict) and (said := _message(data.get(key))):
            return said
    return data if isinstance(data, str) else ""


@cache
def _certificates() -> ssl.SSLContext:
    """Load the trusted certificates once: that takes longer than most requests."""
    return httpx.create_ssl_context()


def _version() -> str:
    from ... import __version__

    return __version__

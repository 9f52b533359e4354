"""An internet of its own on this machine: public names and addresses that lead to local servers.

Nothing leaves loopback, and nothing in clew is told so: names resolve to public addresses through
a stub, the guard sees and judges those, and only then, where the socket would be opened, does the
connection go to a local server instead.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpcore
import trustme
from web_server import WebServer

from clew.tools.web.addresses import Address
from clew.tools.web.connecting import GuardedNetwork
from clew.tools.web.fetching import Fetcher
from clew.tools.web.limits import FetchLimits
from clew.tools.web.troubles import Trouble

PUBLIC = "93.184.216.34"
"""A public address, which is never connected to."""

Addresses = Sequence[str] | Callable[[], Sequence[str]]

QUICK = FetchLimits(
    wire_bytes=1_000_000,
    body_bytes=2_000_000,
    seconds=3.0,
    connect_seconds=1.0,
    silence_seconds=1.0,
    turn_seconds=5.0,
    retries=1,
    retry_seconds=0.05,
    pause_seconds=0.0,
)
"""Limits small enough for tests to run into them."""


class StubResolver:
    """Knows the addresses of names from a table.

    Args:
        names: Addresses of a name, or what returns them anew each time.
        otherwise: Addresses of all other names; none of them exists without.
        seconds: How long it takes.

    Attributes:
        asked: The names that were asked for, in order.
    """

    def __init__(
        self,
        names: Mapping[str, Addresses] | None = None,
        *,
        otherwise: Sequence[str] = (PUBLIC,),
        seconds: float = 0.0,
    ) -> None:
        self._names = dict(names or {})
        self._otherwise = otherwise
        self._seconds = seconds
        self.asked: list[str] = []

    async def resolve(self, name: str) -> Sequence[Address]:
        """Return the addresses of a name."""
        self.asked.append(name)
        await asyncio.sleep(self._seconds)
        known = self._names.get(name, self._otherwise)
        addresses = known() if callable(known) else known
        if not addresses:
            raise Trouble(f"there is no host {name}")
        return [ipaddress.ip_address(address) for address in addresses]


class LoopbackInternet(httpcore.AsyncNetworkBackend):
    """Connects to a local server whatever address is asked for, and remembers which it was.

    Args:
        server: Where all connections go; without one, none comes about.
        silent: Addresses that never answer.

    Attributes:
        opened: Addresses and ports that a socket would have been opened to, in order.
        received: Bytes that came in over all connections.
    """

    def __init__(self, server: WebServer | None = None, *, silent: Iterable[str] = ()) -> None:
        self._server = server
        self._silent = set(silent)
        self._sockets = httpcore.AnyIOBackend()
        self.opened: list[tuple[str, int]] = []
        self.received = 0

    async def connect_tcp(self, host: str, port: int, *args: Any, **named: Any) -> "_Stream":
        """Connect to the server."""
        self.opened.append((host, port))
        if host in self._silent:
            await asyncio.sleep(named["timeout"])
            raise httpcore.ConnectTimeout("silence")
        if self._server is None:
            raise httpcore.ConnectError("connection refused")
        stream = await self._sockets.connect_tcp("127.0.0.1", self._server.port, *args, **named)
        return _Stream(stream, self)


class _Stream(httpcore.AsyncNetworkStream):
    """Counts what comes in."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, internet: LoopbackInternet) -> None:
        self._inner = inner
        self._internet = internet

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        self._internet.received += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(
            await self._inner.start_tls(ssl_context, server_hostname, timeout), self._internet
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def make_fetcher(
    internet: LoopbackInternet,
    *,
    resolver: StubResolver | None = None,
    limits: FetchLimits = QUICK,
    respect_robots: bool = False,
    trusted: trustme.CA | None = None,
) -> Fetcher:
    """Return a fetcher for which the internet is the local one."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificates, and trusts no one yet
    if trusted is not None:
        trusted.configure_trust(tls)
    return Fetcher(
        limits=limits,
        network=GuardedNetwork(resolver=resolver or StubResolver(), inner=internet),
        respect_robots=respect_robots,
        tls=tls,
    )

"""How many bytes a site may send.

What a response's reader sees are bodies. A server can also send without end what never becomes
part of one: interim responses, trailers, pings, settings, padding. So bytes are counted where
they come in, for all connections to a site together.
"""

# ruff: noqa: ASYNC109 - timeouts are parameters in the interface of httpcore

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
from httpcore import SOCKET_OPTION

from .troubles import Flooded


class Meter:
    """The bytes that a site may still send.

    Args:
        per_request: How many it may send more for each request it gets.
        most: How many it may ever have left, however little its answers took.
    """

    def __init__(self, *, per_request: int, most: int) -> None:
        self._per_request = per_request
        self._most = most
        self._left = 0

    def grant(self) -> None:
        """Allow for another request."""
        self._left = min(self._left + self._per_request, self._most)

    def count(self, received: int) -> None:
        """Take off what has come in; raises `Flooded` when it is too much."""
        self._left -= received
        if self._left < 0:
            raise Flooded(f"the server sends more than {self._per_request:,} bytes for a page")


class MeteredNetwork(httpcore.AsyncNetworkBackend):
    """Connects by another network and meters what comes in.

    Args:
        inner: Opens the connections.
        meter: Counts for all of them.
    """

    def __init__(self, inner: httpcore.AsyncNetworkBackend, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _MeteredStream(stream, self._meter)

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await self._inner.sleep(seconds)


class _MeteredStream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        self._meter.count(len(data))
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
        secured = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _MeteredStream(secured, self._meter)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

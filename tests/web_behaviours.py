"""What a local web server does with a request, well or badly: the behaviours of `WebServer`.

A behaviour is a coroutine function of the `Exchange` to answer.
"""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import h2.connection

HTML = "text/html; charset=utf-8"


@dataclass
class Exchange:
    """A request to answer.

    Attributes:
        method: Such as ``GET``.
        host: The ``Host`` of the request, without its port.
        path: With the query.
        headers: Names in lower case.
        protocol: ``HTTP/1.1`` or ``HTTP/2``.
        connection: A number for the connection that it came over.
        at: When it came, in seconds of the monotonic clock.
        writer: The connection itself, for those who want to break the protocol.
        http2: The state of the HTTP/2 connection, where it is one.
        stream: The number of the request's stream in it.
    """

    method: str
    host: str
    path: str
    headers: dict[str, str]
    protocol: str
    connection: int
    writer: asyncio.StreamWriter
    http2: h2.connection.H2Connection | None = None
    stream: int = 0
    window: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = field(default_factory=time.monotonic)

    async def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self.writer.is_closing():
            raise ConnectionResetError("the client is gone")
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # draining alone may never let the others see who has left

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
        if self.http2 is not None:
            fields = [(":status", str(status)), *((k.lower(), v) for k, v in headers.items())]
            self.http2.send_headers(self.stream, fields)
            await self.raw(self.http2.data_to_send())
            return
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await self.raw("\r\n".join([*lines, "", ""]).encode("utf-8"))

    async def send(self, data: bytes) -> None:
        """Send a part of the body."""
        if self.http2 is None:
            await self.raw(data)
            return
        while data:
            room = min(
                self.http2.local_flow_control_window(self.stream),
                self.http2.max_outbound_frame_size,
            )
            if not room:
                self.window.clear()
                await self.window.wait()
                continue
            self.http2.send_data(self.stream, data[:room])
            data = data[room:]
            await self.raw(self.http2.data_to_send())

    async def end(self) -> None:
        """End the response; nothing to say in HTTP/1.1, where its length does."""
        if self.http2 is not None:
            self.http2.end_stream(self.stream)
            await self.raw(self.http2.data_to_send())

    async def respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a whole response."""
        await self.begin(status, {"Content-Length": str(len(body)), **headers})
        await self.send(body)
        await self.end()

    def hang_up(self) -> None:
        """Close the connection as it is."""
        self.writer.close()

    def reset(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


def page(
    body: str | bytes = "<html><p>Hello", content_type: str | None = HTML, **headers: str
) -> Behaviour:
    """Answer with a page; underscores in names of headers stand for hyphens."""
    content = body.encode() if isinstance(body, str) else body
    fields = {} if content_type is None else {"Content-Type": content_type}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}

    async def behaviour(exchange: Exchange) -> None:
        await exchange.respond(200, content, fields)

    return behaviour


def status(code: int, **headers: str) -> Behaviour:
    """Answer with an error."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    async def behaviour(exchange: Exchange) -> None:
        await exchange.respond(code, b"no", {"Content-Type": "text/plain", **fields})

    return behaviour


def redirect(location: str, code: int = 302) -> Behaviour:
    """Lead elsewhere."""
    return status(code, Location=location)


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    """Wait, and do something else then."""

    async def delayed(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await behaviour(exchange)

    return delayed


def first(behaviours: Iterable[Behaviour], *, then: Behaviour) -> Behaviour:
    """Do one thing after the other, and another one from then on."""
    rest = iter(behaviours)

    async def behaviour(exchange: Exchange) -> None:
        await next(rest, then)(exchange)

    return behaviour


def made(make: Callable[[], Behaviour]) -> Behaviour:
    """Make a behaviour only when it is needed, for some are large."""

    async def behaviour(exchange: Exchange) -> None:
        await make()(exchange)

    return behaviour


def raw(data: bytes, *, hang_up: bool = True) -> Behaviour:
    """Send bytes that may be no HTTP at all."""

    async def behaviour(exchange: Exchange) -> None:
        await exchange.raw(data)
        if hang_up:
            exchange.hang_up()

    return behaviour


def repeating(
    start: bytes, piece: bytes, *, every: float = 0.0, times: int = 1_000_000
) -> Behaviour:
    """Send something, then something else again and again, for as long as it is taken."""

    async def behaviour(exchange: Exchange) -> None:
        await exchange.raw(start)
        for _ in range(times):
            await exchange.raw(piece)
            await asyncio.sleep(every)
        exchange.hang_up()

    return behaviour


def streaming(piece: bytes, *, times: int, content_type: str = HTML, **headers: str) -> Behaviour:
    """Send a long body in pieces, in either protocol, without saying how long it is."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    async def behaviour(exchange: Exchange) -> None:
        await exchange.begin(200, {"Content-Type": content_type, **fields})
        for _ in range(times):
            await exchange.send(piece)
        await exchange.end()
        if exchange.http2 is None:
            exchange.hang_up()

    return behaviour


async def hanging(exchange: Exchange) -> None:
    """Say nothing until the client leaves."""
    await asyncio.sleep(3600)


async def resetting(exchange: Exchange) -> None:
    """Break the connection off."""
    exchange.reset()


def bomb(megabytes: int) -> bytes:
    """Return a gzip member that grows a thousandfold."""
    return gzip.compress(bytes(megabytes * 1_000_000), compresslevel=9)

"""A local web server: real HTTP/1.1, and HTTP/2 over TLS, misbehaving on demand.

    with WebServer({"/": page("<p>Hello"), "/old": redirect("/")}) as server:
        ...  # http://127.0.0.1:{server.port}/
    with WebServer({"/": hanging}, tls=authority()) as server:
        ...  # takes requests in HTTP/2, or HTTP/1.1 where the client wants it, and says nothing

What it does is in `web_behaviours`, and found by host and path (``site.example/page``) or by path
alone.
"""

import asyncio
import ssl
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from types import TracebackType

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import trustme
from web_behaviours import Behaviour, Exchange, status


def authority() -> trustme.CA:
    """Return an authority of its own, whose certificates no one else trusts."""
    return trustme.CA()


class WebServer:
    """Serves on a free port of 127.0.0.1, in a thread of its own, while its context lasts.

    Args:
        routes: What to do for a host and path, or for a path.
        otherwise: What to do for all others.
        tls: Issues the certificate; without one the server speaks HTTP/1.1 in the clear.
        hosts: Names for which the certificate is good.
        http2: Whether HTTP/2 is offered over TLS.

    Attributes:
        port: Where it listens.
        exchanges: The requests, in the order in which they came.
        connections: How many connections were made to it.
    """

    def __init__(
        self,
        routes: Mapping[str, Behaviour] | None = None,
        *,
        otherwise: Behaviour | None = None,
        tls: trustme.CA | None = None,
        hosts: Iterable[str] = ("127.0.0.1", "site.example", "other.example", "*.site.example"),
        http2: bool = True,
    ) -> None:
        self.routes = dict(routes or {})
        self.otherwise = otherwise or status(404)
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self.port = 0
        self._tls = None if tls is None else _server_tls(tls, hosts, http2)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started: Future[int] = Future()

    def __enter__(self) -> "WebServer":
        self._thread.start()
        self.port = self._started.result(timeout=10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(timeout=10)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [exchange.path for exchange in self.exchanges]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        )
        self._started.set_result(server.sockets[0].getsockname()[1])
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        server.close()
        self._loop.close()

    def _stop(self) -> None:
        self._loop.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        tls = writer.get_extra_info("ssl_object")
        try:
            if tls is not None and tls.selected_alpn_protocol() == "h2":
                await self._serve_http2(reader, writer, number)
            else:
                await self._serve_http1(reader, writer, number)
        except (OSError, asyncio.IncompleteReadError, h2.exceptions.H2Error):
            pass  # the client is gone
        finally:
            writer.close()

    async def _answer(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        path = exchange.path.partition("?")[0]
        routes = self.routes
        behaviour = routes.get(f"{exchange.host}{path}") or routes.get(path) or self.otherwise
        await behaviour(exchange)

    async def _serve_http1(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = {
                name.lower(): value.strip()
                for name, value in (line.split(":", 1) for line in head[1:] if line)
            }
            host = _without_port(headers["host"])
            exchange = Exchange(method, host, path, headers, "HTTP/1.1", number, writer)
            # Whoever leaves ends the behaviour: it may have nothing to say and never notice.
            answering = asyncio.ensure_future(self._answer(exchange))
            leaving = asyncio.ensure_future(_left(reader))
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if not answering.done():
                answering.cancel()
                return
            answering.result()

    async def _serve_http2(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        state = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )
        state.initiate_connection()
        writer.write(state.data_to_send())
        tasks: dict[int, asyncio.Task[None]] = {}
        window = asyncio.Event()
        try:
            while data := await reader.read(65_536):
                for event in state.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        fields = dict(event.headers)
                        exchange = Exchange(
                            str(fields[":method"]),
                            _without_port(str(fields[":authority"])),
                            str(fields[":path"]),
                            {str(name): str(value) for name, value in fields.items()},
                            "HTTP/2",
                            number,
                            writer,
                            state,
                            event.stream_id,
                            window,
                        )
                        tasks[event.stream_id] = asyncio.ensure_future(self._answer(exchange))
                    elif isinstance(event, h2.events.StreamReset):
                        tasks[event.stream_id].cancel()
                window.set()
                writer.write(state.data_to_send())
                await writer.drain()
        finally:
            for task in tasks.values():
                task.cancel()


async def _left(reader: asyncio.StreamReader) -> None:
    """Return when the client has left; nothing is read, for what comes is its next request."""
    while not reader.at_eof() and reader.exception() is None:
        await asyncio.sleep(0.02)


def _without_port(host: str) -> str:
    return host if host.endswith("]") else host.rsplit(":", 1)[0]


def _server_tls(authority: trustme.CA, hosts: Iterable[str], http2: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
    return context

"""A local HTTP server in threads of this process: what those of tests and benchmarks share."""

import json
import socket
import sys
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self


class HttpExchange(BaseHTTPRequestHandler):
    """One connection: what was asked on it last, and ways to answer."""

    protocol_version = "HTTP/1.1"
    # Small unbuffered writes would meet delayed acknowledgements: 40 ms a call.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def received(self) -> bytes:
        """Read the body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def begin(self, status: int, kind: str, length: int, **headers: str) -> None:
        """Send the head of a response; underscores in names of headers stand for hyphens."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def send(self, status: int, kind: str, content: bytes, **headers: str) -> None:
        """Send a whole response."""
        self.begin(status, kind, len(content), **headers)
        self.wfile.write(content)
        self.wfile.flush()

    def send_json(self, status: int, content: Any, **headers: str) -> None:
        """Send a whole response that is JSON."""
        self.send(status, "application/json", json.dumps(content).encode(), **headers)

    def send_half(self, status: int, kind: str, content: bytes) -> None:
        """Send the head of a response and the first half of its body."""
        self.begin(status, kind, len(content))
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()

    def break_off(self) -> None:
        """Close the connection, whatever is still to be said on it."""
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


class Listener(ThreadingHTTPServer):
    """A listening socket on a free port of the loopback interface, and what it has accepted.

    Attributes:
        failures: What went wrong in answering.
    """

    request_queue_size = 256
    daemon_threads = True
    block_on_close = False

    def __init__(self, exchange: type[HttpExchange]) -> None:
        super().__init__(("127.0.0.1", 0), exchange)
        self.failures: list[BaseException] = []
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        # A client that leaves is no failure of the server.
        if error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.failures.append(error)

    def cut_connections(self) -> None:
        """Close what clients keep open, as a server that dies does."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class LocalServer(ABC):
    """Serves while the ``with`` block lasts; leaving it cuts every connection.

    Attributes:
        url: Its address.
        stopping: Set when the block ends, for those who wait before they answer.
    """

    folder: ClassVar[str] = ""
    """What its address ends with."""

    def __init__(self) -> None:
        self.url = ""
        self.stopping = threading.Event()

    @abstractmethod
    def listen(self) -> Listener:
        """Return a listener that has requests answered by this server."""

    def __enter__(self) -> Self:
        """Start to serve."""
        self._listener = self.listen()
        self.url = f"http://127.0.0.1:{self._listener.server_address[1]}{self.folder}"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop; raises what went wrong inside, if anything did."""
        self.stopping.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.cut_connections()
        if error is None and self._listener.failures:
            raise self._listener.failures[0]

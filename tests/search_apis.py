"""A local server that speaks the documented formats of the search APIs that clew asks.

    with SearchApis() as server:
        engine = BraveSearch(address=f"{server.url}/brave")
        ...  # finds among the pages of `WEB`
        server.play([throttled(2)], then=failing)
        ...  # is refused once, and gets a 500 from then on

What it answers well is in `search_formats`; behaviours spoil answers one by one.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from local_server import HttpExchange, Listener, LocalServer
from search_formats import KEY, WEB, Asked, WebPage, good_answer

_PATIENCE = 20.0
"""Seconds after which even a hanging server lets go, so that no test waits for ever."""


Behaviour = Callable[["Exchange"], None]


class SearchApis(LocalServer):
    """Serves while the ``with`` block lasts.

    Args:
        web: The pages that there are.

    Attributes:
        url: Address below which each API has a folder of its name.
        asked: The requests, in the order in which they came.
        most_at_once: The most requests that were under way at a time.
    """

    def __init__(self, web: Iterable[WebPage] = WEB) -> None:
        super().__init__()
        self.web = tuple(web)
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self.play([])

    def play(self, behaviours: Iterable[Behaviour], *, then: Behaviour | None = None) -> None:
        """Play these behaviours from now on, one a request, then the last one for good."""
        self._next = iter(behaviours)
        self._then = then or behaving

    def reply(self, exchange: "Exchange") -> None:
        """Play the next behaviour."""
        with self._lock:
            self.asked.append(exchange.asked)
            behaviour = next(self._next, self._then)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            behaviour(exchange)
        finally:
            with self._lock:
                self._under_way -= 1

    def listen(self) -> "_Listener":
        """Listen for requests to the APIs."""
        return _Listener(self)


class Loopback:
    """The HTTP client of the package ddgs, with every address led to the local server."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        """Ask the local server in the place of the one that is meant."""
        parts = urlsplit(url)
        there = f"{self._url}/ddgs/{parts.netloc}{parts.path}"
        return self._client.request(method, there, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def lead_to_loopback(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Have the package ddgs ask the local server, whatever address it asks for."""
    primp = pytest.importorskip("primp", reason="the package ddgs is not installed")
    real = primp.Client
    monkeypatch.setattr(primp, "Client", lambda **given: Loopback(real(**given), url))


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchApis]:
    """Serve the search APIs to every engine, with keys that they take."""
    for name in ("BRAVE_API_KEY", "TAVILY_API_KEY", "SERPER_API_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("NO_PROXY", "*")
    with SearchApis() as running:
        lead_to_loopback(monkeypatch, running.url)
        yield running


class Exchange(HttpExchange):
    """One connection: what was asked on it last, and ways to answer."""

    server: "_Listener"
    asked: Asked

    def do_GET(self) -> None:
        """Note what is asked and have it answered."""
        parts = urlsplit(self.path)
        _, api, *rest = parts.path.split("/")
        body = self.received()
        params: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
        if "json" in self.headers.get("Content-Type", ""):
            params |= json.loads(body)
        else:
            params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        headers = {name.casefold(): value for name, value in self.headers.items()}
        self.asked = Asked(
            api, self.command, "/".join(["", *rest]), headers, params, self.client_address[1]
        )
        self.server.apis.reply(self)

    do_POST = do_GET

    def good_answer(self) -> tuple[int, str, bytes]:
        """Return what the API answers: status, type and body."""
        return good_answer(self.asked, self.server.apis.web)


class _Listener(Listener):
    def __init__(self, apis: SearchApis) -> None:
        super().__init__(Exchange)
        self.apis = apis

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: what goes wrong here shows as an answer that does not come."""


def behaving(exchange: Exchange) -> None:
    """Answer well."""
    exchange.send(*exchange.good_answer())


def slow(seconds: float) -> Behaviour:
    """Answer well, after a while."""

    def behaviour(exchange: Exchange) -> None:
        exchange.server.apis.stopping.wait(seconds)
        behaving(exchange)

    return behaviour


def throttled(retry_after: float | str | None = None, *, status: int = 429) -> Behaviour:
    """Refuse for now, saying when to come back or not."""

    def behaviour(exchange: Exchange) -> None:
        headers = {} if retry_after is None else {"Retry_After": str(retry_after)}
        saying(status, {"message": "Too many requests"}, **headers)(exchange)

    return behaviour


def saying(status: int, content: Any, kind: str = "", **headers: str) -> Behaviour:
    """Answer with this: bytes or text as they are, anything else as JSON."""
    body = content if isinstance(content, str | bytes) else json.dumps(content)
    body = body.encode() if isinstance(body, str) else body
    return lambda exchange: exchange.send(status, kind or "application/json", body, **headers)


failing = saying(500, {"message": "Internal server error"})
garbage = saying(200, bytes(range(256)) * 8)
web_page = saying(200, "<!doctype html><html><h1>Welcome to the hotel</h1></html>", "text/html")
wrong_shape = saying(200, {"documents": {"first": 1}, "results": "none", "organic": 3, "web": []})


def hanging(exchange: Exchange) -> None:
    """Say nothing until the client has long left."""
    exchange.server.apis.stopping.wait(_PATIENCE)
    exchange.close_connection = True


def dripping(exchange: Exchange) -> None:
    """Send an answer byte by byte, slowly but never silent for long."""
    exchange.begin(200, "application/json", 10_000)
    for _ in range(10_000):
        exchange.wfile.write(b" ")
        exchange.wfile.flush()
        if exchange.server.apis.stopping.wait(0.05):
            break


def cut(exchange: Exchange) -> None:
    """Close the connection in the middle of a good answer."""
    exchange.send_half(*exchange.good_answer())
    exchange.break_off()


def dropped(exchange: Exchange) -> None:
    """Close the connection without a word."""
    exchange.break_off()


def huge(exchange: Exchange) -> None:
    """Send fifty megabytes."""
    exchange.begin(200, "application/json", 50 * 2**20)
    for _ in range(50):
        exchange.wfile.write(b" " * 2**20)

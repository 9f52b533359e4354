import asyncio
import email.utils
import gzip
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from loopback_internet import PUBLIC, QUICK, LoopbackInternet, StubResolver, make_fetcher
from web_behaviours import (
    Behaviour,
    Exchange,
    after,
    first,
    hanging,
    page,
    redirect,
    resetting,
    status,
)
from web_server import WebServer, authority

from clew import __version__
from clew.tools.web.connecting import GuardedNetwork
from clew.tools.web.fetching import Fetcher
from clew.tools.web.limits import FetchLimits
from clew.tools.web.page import Fetched, FetchOutcome, Refused, Unreachable


@pytest.fixture(scope="module")
def trusted() -> trustme.CA:
    return authority()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as running:
        yield running


@asynccontextmanager
async def fetching(
    server: WebServer, *, limits: FetchLimits = QUICK, trusted: trustme.CA | None = None
) -> AsyncIterator[Fetcher]:
    fetcher = make_fetcher(LoopbackInternet(server), limits=limits, trusted=trusted)
    yield fetcher
    await fetcher.aclose()


async def fetch(server: WebServer, url: str = "http://site.example/") -> FetchOutcome:
    async with fetching(server) as fetcher:
        return await fetcher.fetch(url)


async def test_a_page_comes_with_what_is_said_of_it(server: WebServer) -> None:
    server.routes["/a"] = page("<p>Grüße", 'Text/HTML; Charset="UTF-8"; x=1')
    before = datetime.now(UTC)
    outcome = await fetch(server, "HTTP://Site.Example:80/a?utm_source=x#top")
    assert isinstance(outcome, Fetched)
    got = outcome.page
    assert got.url == got.final_url == "http://site.example/a"
    assert (got.content_type, got.charset) == ("text/html", "utf-8")
    assert got.body == "<p>Grüße".encode()
    assert before <= got.fetched_at <= datetime.now(UTC)


async def test_the_request_names_the_project_and_nothing_else(server: WebServer) -> None:
    server.routes["/"] = page(Set_Cookie="session=1")
    async with fetching(server) as fetcher:
        await fetcher.fetch("http://site.example/")
        await fetcher.fetch("http://site.example/")
    for exchange in server.exchanges:
        assert exchange.headers.pop("user-agent") == f"clew/{__version__}"
        assert exchange.headers.pop("accept-encoding") == "gzip, deflate"
        assert exchange.headers.pop("accept").startswith("text/html")
        assert exchange.headers == {"host": "site.example"}


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "application/xhtml+xml", "text/plain", "application/json", "application/pdf"],
)
async def test_these_kinds_of_content_are_read(server: WebServer, content_type: str) -> None:
    server.routes["/"] = page("body", content_type)
    outcome = await fetch(server)
    assert isinstance(outcome, Fetched)
    assert (outcome.page.content_type, outcome.page.charset) == (content_type, None)


@pytest.mark.parametrize("content_type", ["image/png", "video/mp4", "application/octet-stream"])
async def test_other_kinds_are_said_and_not_read(server: WebServer, content_type: str) -> None:
    server.routes["/"] = page(b"x" * 100_000, content_type)
    outcome = await fetch(server)
    assert isinstance(outcome, Refused)
    assert content_type in outcome.reason


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!DOCTYPE html><p>a", "text/html"),
        (b"%PDF-1.7 \0", "application/pdf"),
        (b"just words", "text/plain"),
        (b"", "text/plain"),
        (b"\x89PNG\0\0", None),
    ],
)
async def test_content_of_no_kind_is_looked_at(
    server: WebServer, body: bytes, kind: str | None
) -> None:
    server.routes["/"] = page(body, None)
    outcome = await fetch(server)
    if kind is None:
        assert isinstance(outcome, Refused)
    else:
        assert isinstance(outcome, Fetched)
        assert outcome.page.content_type == kind


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_compressed_pages_are_decompressed(
    encoding: str, secure: bool, trusted: trustme.CA
) -> None:
    body = b"<p>" + b"word " * 20_000
    sent = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    routes = {"/": page(sent, Content_Encoding=encoding)}
    with WebServer(routes, tls=trusted if secure else None) as server:
        async with fetching(server, trusted=trusted) as fetcher:
            outcome = await fetcher.fetch(f"http{'s' * secure}://site.example/")
    assert isinstance(outcome, Fetched)
    assert outcome.page.body == body


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(server: WebServer, code: int) -> None:
    server.routes |= {"/a": redirect("b?x=1#y", code), "/b": page("b")}
    outcome = await fetch(server, "http://site.example/a")
    assert isinstance(outcome, Fetched)
    assert outcome.page.url == "http://site.example/a"
    assert outcome.page.final_url == "http://site.example/b?x=1"


async def test_redirects_reuse_the_connection(server: WebServer) -> None:
    server.routes |= {"/a": redirect("/b"), "/b": page()}
    await fetch(server, "http://site.example/a")
    assert server.connections == 1


async def test_redirects_end(server: WebServer) -> None:
    server.routes["/"] = redirect("/")
    outcome = await fetch(server)
    assert isinstance(outcome, Refused)
    assert "more than 5 times" in outcome.reason
    assert len(server.paths) == 6


async def test_a_redirect_may_lead_from_https_to_http(trusted: trustme.CA) -> None:
    with (
        WebServer({"/": page()}) as plain,
        WebServer({"/": redirect("http://other.example/")}, tls=trusted) as secure,
    ):

        class BothServers(LoopbackInternet):
            async def connect_tcp(self, host, port, *args, **named):  # type: ignore[no-untyped-def]
                self._server = secure if port == 443 else plain
                return await super().connect_tcp(host, port, *args, **named)

        fetcher = make_fetcher(BothServers(), trusted=trusted)
        outcome = await fetcher.fetch("https://site.example/")
        await fetcher.aclose()
    assert isinstance(outcome, Fetched)
    assert outcome.page.final_url == "http://other.example/"


async def test_http2_carries_several_pages_over_one_connection(trusted: trustme.CA) -> None:
    routes = {f"/{i}": after(0.05, page(b"x" * 200_000)) for i in range(2)}
    with WebServer(routes, tls=trusted) as server:
        async with fetching(server, trusted=trusted) as fetcher:
            outcomes = await asyncio.gather(
                *(fetcher.fetch(f"https://site.example/{i}") for i in range(2))
            )
        assert all(isinstance(outcome, Fetched) for outcome in outcomes)
        assert [exchange.protocol for exchange in server.exchanges] == ["HTTP/2"] * 2
        assert server.connections == 1


async def test_servers_without_http2_are_served_in_http1(trusted: trustme.CA) -> None:
    with WebServer({"/": page()}, tls=trusted, http2=False) as server:
        async with fetching(server, trusted=trusted) as fetcher:
            for _ in range(3):
                assert isinstance(await fetcher.fetch("https://site.example/"), Fetched)
        assert {exchange.protocol for exchange in server.exchanges} == {"HTTP/1.1"}
        assert server.connections == 1


@pytest.mark.parametrize(
    ("host", "is_trusted"), [("site.example", False), ("another.example", True)]
)
async def test_a_certificate_must_be_trusted_and_of_the_name(
    host: str, is_trusted: bool, trusted: trustme.CA
) -> None:
    with WebServer({"/": page()}, tls=trusted) as server:
        async with fetching(server, trusted=trusted if is_trusted else None) as fetcher:
            outcome = await fetcher.fetch(f"https://{host}/")
        assert server.exchanges == []
    assert isinstance(outcome, Unreachable)
    assert "certificate" in outcome.reason


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 500, 502, 304, 300])
async def test_errors_are_said_and_not_retried(server: WebServer, code: int) -> None:
    server.routes["/"] = status(code)
    outcome = await fetch(server)
    assert isinstance(outcome, Unreachable)
    assert str(code) in outcome.reason
    assert len(server.paths) == 1


@pytest.mark.parametrize(
    "trouble", [status(503), status(429), status(429, Retry_After="0"), resetting]
)
async def test_what_may_pass_is_tried_again(server: WebServer, trouble: Behaviour) -> None:
    server.routes["/"] = first([trouble], then=page())
    assert isinstance(await fetch(server), Fetched)
    assert len(server.paths) == 2


@pytest.mark.parametrize("trouble", [status(503), resetting])
async def test_it_is_not_tried_for_ever(server: WebServer, trouble: Behaviour) -> None:
    server.routes["/"] = trouble
    assert isinstance(await fetch(server), Unreachable)
    assert len(server.paths) == 1 + QUICK.retries


async def test_a_server_that_wants_time_gets_it(server: WebServer) -> None:
    server.routes["/"] = first([status(429, Retry_After="1")], then=page())
    async with fetching(server, limits=replace(QUICK, retry_seconds=2.0, seconds=5.0)) as fetcher:
        assert isinstance(await fetcher.fetch("http://site.example/"), Fetched)
    earlier, later = (exchange.at for exchange in server.exchanges)
    assert later - earlier >= 1.0


async def test_two_silent_pages_of_a_host_are_given_up_at_once(server: WebServer) -> None:
    server.routes |= {"/one": hanging, "/two": hanging}
    async with fetching(server) as fetcher:
        pages = (fetcher.fetch(f"http://site.example/{name}") for name in ("one", "two"))
        outcomes = await asyncio.gather(*pages)
    assert all(isinstance(outcome, Unreachable) for outcome in outcomes)
    assert sorted(server.paths) == ["/one", "/two"]


@pytest.mark.parametrize("in_seconds", [60, 10**30])
async def test_a_server_that_wants_much_time_is_given_up(
    server: WebServer, in_seconds: int
) -> None:
    server.routes["/"] = status(503, Retry_After=str(in_seconds))
    assert isinstance(await fetch(server), Unreachable)
    assert len(server.paths) == 1


async def test_a_time_to_retry_may_be_a_date(server: WebServer) -> None:
    later = email.utils.format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    past = email.utils.format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    server.routes |= {
        "/later": status(503, Retry_After=later),
        "/past": first([status(503, Retry_After=past)], then=page()),
        "/odd": first([status(503, Retry_After="soon, we hope")], then=page()),
    }
    assert isinstance(await fetch(server, "http://site.example/later"), Unreachable)
    assert server.paths == ["/later"]
    assert isinstance(await fetch(server, "http://site.example/past"), Fetched)
    assert isinstance(await fetch(server, "http://site.example/odd"), Fetched)


async def test_names_without_addresses_are_unreachable() -> None:
    fetcher = make_fetcher(LoopbackInternet(), resolver=StubResolver(otherwise=[]))
    outcome = await fetcher.fetch("http://nowhere.example/")
    assert outcome == Unreachable(reason="there is no host nowhere.example")


async def test_hosts_that_refuse_connections_are_unreachable() -> None:
    outcome = await make_fetcher(LoopbackInternet()).fetch("http://site.example/")
    assert isinstance(outcome, Unreachable)
    assert "connection refused" in outcome.reason


async def test_hosts_that_never_answer_cost_the_time_to_connect() -> None:
    internet = LoopbackInternet(silent=[PUBLIC])
    began = time.monotonic()
    outcome = await make_fetcher(internet).fetch("http://site.example/")
    assert isinstance(outcome, Unreachable)
    assert time.monotonic() - began < QUICK.seconds


async def test_this_machine_is_out_of_reach_unless_a_test_says_otherwise(
    server: WebServer,
) -> None:
    server.routes["/"] = page()
    url = f"http://127.0.0.1:{server.port}/"
    refused = await Fetcher().fetch(url)
    assert isinstance(refused, Refused)
    assert "loopback" in refused.reason
    assert server.connections == 0
    fetcher = Fetcher(network=GuardedNetwork(allowed_networks=["127.0.0.1/32"]))
    assert isinstance(await fetcher.fetch(url), Fetched)
    await fetcher.aclose()


async def test_cancellation_passes_and_leaves_nothing_behind(server: WebServer) -> None:
    server.routes |= {"/hang": hanging, "/": page()}
    async with fetching(server, limits=replace(QUICK, requests=1)) as fetcher:
        fetch = asyncio.create_task(fetcher.fetch("http://site.example/hang"))
        await asyncio.sleep(0.1)
        fetch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetch
        # Its place is free again, and its connection is not used for anything else.
        assert isinstance(await fetcher.fetch("http://site.example/"), Fetched)
    assert server.connections == 2


async def test_proxies_of_the_environment_are_not_used(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.routes["/"] = page()
    assert isinstance(await fetch(server), Fetched)


async def test_a_bad_page_of_a_site_does_not_spoil_the_others(trusted: trustme.CA) -> None:
    async def flooding(exchange: Exchange) -> None:
        await exchange.begin(200, {"Content-Type": "text/html"})
        while True:
            await exchange.send(b"x" * 16_000)

    routes = {"/flood": flooding, "/good": after(0.3, page(b"good" * 50_000))}
    with WebServer(routes, tls=trusted) as server:
        async with fetching(server, trusted=trusted) as fetcher:
            bad, good = await asyncio.gather(
                fetcher.fetch("https://site.example/flood"),
                fetcher.fetch("https://site.example/good"),
            )
            again = await fetcher.fetch("https://site.example/good")
    assert isinstance(bad, Refused)
    assert isinstance(good, Fetched)
    assert isinstance(again, Fetched)


async def test_idle_connections_are_closed_when_there_are_many(server: WebServer) -> None:
    server.otherwise = page()
    async with fetching(server, limits=replace(QUICK, connections=3)) as fetcher:
        for i in range(10):
            assert isinstance(await fetcher.fetch(f"http://{i}.example/"), Fetched)
        assert sum(len(site.pool.connections) for site in fetcher._sites._sites.values()) <= 3
        # The last ones are kept.
        await fetcher.fetch("http://9.example/")
        assert server.connections == 10

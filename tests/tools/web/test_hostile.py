"""Addresses, names and servers that mean harm.

Whatever they do: no socket is opened to an address that is not public, no fetch costs more than
its limits, none raises, and the pages of others are fetched as before.
"""

import asyncio
import time
import zlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
import trustme
from hostile_servers import HTTP1_SERVERS, HTTP2_SERVERS, Server
from loopback_internet import PUBLIC, LoopbackInternet, StubResolver, make_fetcher
from web_behaviours import Behaviour, bomb, page, redirect, resetting
from web_server import WebServer, authority

from clew.tools.web.fetching import Fetcher
from clew.tools.web.limits import FetchLimits
from clew.tools.web.page import Fetched, FetchOutcome, Refused, Unreachable

LIMITS = FetchLimits(
    wire_bytes=200_000,
    body_bytes=400_000,
    header_bytes=16_000,
    seconds=0.6,
    connect_seconds=0.3,
    silence_seconds=0.3,
    turn_seconds=2.0,
    retries=1,
    retry_seconds=0.05,
    pause_seconds=0.0,
)

# For servers that are to be refused for what they send, however busy this machine is.
PATIENT = replace(LIMITS, seconds=10.0, connect_seconds=5.0, silence_seconds=5.0)

# The site of a request may send this much before it is stopped: see `clew.tools.web.metering`.
_MOST_RECEIVED = (1 + LIMITS.retries) * (
    LIMITS.requests_per_host * (LIMITS.header_bytes + 2 * LIMITS.wire_bytes) + 65_536
)

# Each names an address that is not public, as a browser or some other program would read it.
INWARD = """
http://127.0.0.1/ http://127.0.0.1:80/ http://127.0.0.1:8080/admin http://127.1/ http://127.0.1/
http://127.255.255.254/ http://127.0.0.1./ http://127.1./ http://2130706433/ http://2130706433./
http://017700000001/ http://0177.0.0.1/ http://0177.0.0.01/ http://00000177.0.0.1/ http://0x7f.1/
http://0x7f.0x0.0x0.0x1/ http://0x7f000001/ http://0X7F000001/ http://0x7F.1/ http://0x7f.0.1/
http://0x0000000000007f000001/ http://127.0x1/ http://127.0.01/ http://0177.1/ http://0x7f.0377.1/
http://0/ http://0.0.0.0/ http://0x0/ http://00/ http://0x/ http://0.0/ http://0.1.2.3/
http://10.0.0.1/ http://10.1/ http://167772161/ http://0xa.1/ http://012.1/ http://0x0a000001/
http://192.168.0.1/ http://192.168.1/ http://192.168.257/ http://3232235521/ http://0xc0a80001/
http://0300.0250.0.1/ http://172.16.0.1/ http://172.31.255.255/ http://2886729729/
http://100.64.0.1/ http://100.100.100.200/latest/meta-data/ http://169.254.169.254/latest/meta-data/
http://169.254.169.254./ http://2852039166/ http://0xa9fea9fe/ http://0xA9.0xFE.0xA9.0xFE/
http://0251.0376.0251.0376/ http://0251.254.0xa9.254/ http://169.254.43518/ http://169.16689662/
http://169.254.170.2/v2/credentials http://168.63.129.16/machine http://192.0.0.192/opc/v2/
http://192.0.2.1/ http://198.51.100.1/ http://203.0.113.1/ http://198.18.0.1/ http://192.88.99.1/
http://224.0.0.1/ http://239.255.255.250:1900/ http://240.0.0.1/ http://255.255.255.255/
http://4294967295/ http://[::1]/ http://[::1]:8080/ http://[0:0:0:0:0:0:0:1]/ http://[::]/
http://[0000::0001]/ http://[::127.0.0.1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/
http://[::FFFF:127.0.0.1]/ http://[0:0:0:0:0:ffff:127.0.0.1]/ http://[::ffff:169.254.169.254]/
http://[::ffff:a9fe:a9fe]/ http://[::ffff:10.0.0.1]/ http://[::ffff:0.0.0.0]/
http://[::ffff:0:127.0.0.1]/ http://[64:ff9b::127.0.0.1]/ http://[64:ff9b::7f00:1]/
http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::1]/ http://[2002:7f00:1::]/ http://[2002:a9fe:a9fe::1]/
http://[2002:c0a8:1::1]/ http://[2001:0:5ef5:79fd::1]/ http://[2001:db8::1]/ http://[fd00:ec2::254]/
http://[fc00::1]/ http://[fe80::1]/ http://[fec0::1]/ http://[ff02::1]/ http://[100::1]/
http://[5f00::1]/ http://[3fff::1]/ http://[2001:10::1]/ http://%31%32%37.0.0.1/
http://127%2e0%2e0%2e1/ http://127.0.0.%31/ http://%30x7f.1/ http://１２７.０.０.１/ http://127。0。0。1/
http://127．0．0．1/ http://①②⑦.⓪.⓪.①/ http://１６９.２５４.１６９.２５４/ http://0ｘ7f.1/ http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/
http://²130706433/ http://127.0.0.1\u00ad/ http://1\u200b27.0.0.1/ http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/
HTTP://127.0.0.1/ https://127.0.0.1/ https://[::1]/ http:\\\\127.0.0.1\\ http://127.0.0.1\\@site.example/
http://127.0.0.1?@site.example/ http://127.0.0.1#@site.example/ http://127.0.0.1/@site.example
http://127.0.0.1:00080/ http://127.0.0.1:65535/
""".split()

# Each pretends to be something else, or is nothing that may be asked for.
DISGUISED = [
    "http://site.example@127.0.0.1/",
    "http://127.0.0.1@site.example/",
    "http://user:password@site.example/",
    "http://site.example:80@127.0.0.1/",
    "http://site.example%40127.0.0.1@10.0.0.1/",
    "http://site.example%2f@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://[::1%25lo]/",
    "http://[fe80::1%eth0]/",
    "http://[127.0.0.1]/",
    "http://[::1].site.example/",
    "http://[::1",
    "http://::1/",
    "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
    "http://127.1.1.1:80\\@127.2.2.2:80/",
    "http://127.0.0.1:80:80/",
    "http://127.0.0.1%00.site.example/",
    "http://127.0.0.1%0d%0aHost:x/",
    "http://site.example\r\nX-Injected: 1/",
    "http://site.example/\r\nX-Injected: 1",
    "http://site.example/a b HTTP/1.1\nHost: inner",
    "http://site.example:22/",
    "http://site.example:25/",
    "http://site.example:6379@site.example/",
    "http://site.example:6000/",
    "http://site.example:0/",
    "http://site.example:99999/",
    "http://site.example:-80/",
    "http://site.example:" + "0" * 5_000 + "/",
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://0x100000000/",
    "http://99999999999999999999/",
    "http://" + "9" * 6_000 + "/",
    "http://0x" + "f" * 6_000 + "/",
    "http://127.0.0.1.1/",
    "http://.127.0.0.1/",
    "http://127..0.0.1/",
    "http://site..example/",
    "http:///127.0.0.1/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "//127.0.0.1/",
    "127.0.0.1",
    "localhost",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stats",
    "ldap://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "jar:http://site.example!/",
    "view-source:http://127.0.0.1/",
    "javascript:alert(1)",
    "data:text/html,<p>x",
    "about:blank",
    "ws://127.0.0.1/",
    "httpx://127.0.0.1/",
    " ",
    "\x00",
    "http://\ud800/",
    "http://site.example/\ud800",
    "http://xn--\u0000/",
    "http://" + "ü" * 5_000 + ".example/",
    "http://" + "a" * 300 + ".example/",
    "http://site.example/" + "a" * 100_000,
    "h" * 1_000_000,
    "http://" + "@" * 7_000,
    "http://" + "[" * 7_000,
    "http://site.example/" + "%" * 7_000,
    "http://{127.0.0.1}/",
    "http://127.0.0.1;site.example/",
    "http://site.example,127.0.0.1/",
    "http://$(hostname)/",
]

# Public by their looks, and none of these may lead anywhere else.
NAMED_INWARD: list[Sequence[str]] = [
    ["127.0.0.1"],
    ["::1"],
    ["0.0.0.0"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["fd00:ec2::254"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::a9fe:a9fe"],
    ["2002:7f00:1::1"],
    ["100.64.0.1"],
    ["192.168.1.1"],
    ["fe80::1"],
    ["224.0.0.1"],
    ["255.255.255.255"],
    [PUBLIC, "127.0.0.1"],
    ["127.0.0.1", PUBLIC],
    [PUBLIC, "2606:4700::1", "::1"],
    [PUBLIC] * 300 + ["10.0.0.1"],
]


@pytest.fixture(scope="module")
def trusted() -> trustme.CA:
    return authority()


def assert_only_public(internet: LoopbackInternet) -> None:
    assert {address for address, _ in internet.opened} <= {PUBLIC}


@pytest.mark.parametrize("url", INWARD)
async def test_no_spelling_leads_inward(url: str) -> None:
    internet = LoopbackInternet()
    resolver = StubResolver(otherwise=[])
    outcome = await make_fetcher(internet, resolver=resolver, limits=LIMITS).fetch(url)
    assert isinstance(outcome, Refused)
    assert internet.opened == []
    # It was an address that was refused, not a name: no name server was asked.
    assert resolver.asked == []


@pytest.mark.parametrize("url", DISGUISED, ids=lambda url: ascii(url)[:60])
async def test_no_disguise_helps(url: str) -> None:
    internet = LoopbackInternet()
    began = time.process_time()
    outcome = await make_fetcher(internet, limits=LIMITS).fetch(url)
    assert isinstance(outcome, Refused)
    assert internet.opened == []
    assert len(outcome.reason) < 500
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("addresses", NAMED_INWARD, ids=lambda some: "+".join(some)[:60])
async def test_no_name_leads_inward(addresses: Sequence[str]) -> None:
    internet = LoopbackInternet()
    resolver = StubResolver({"innocent.example": addresses})
    fetcher = make_fetcher(internet, resolver=resolver, limits=LIMITS, respect_robots=True)
    outcome = await fetcher.fetch("https://innocent.example/")
    assert isinstance(outcome, Refused)
    assert internet.opened == []


_LOCATIONS = [url for url in (*INWARD, *DISGUISED) if url.isprintable() and len(url) < 10_000]


@pytest.mark.parametrize("location", _LOCATIONS[::3], ids=lambda url: ascii(url)[:60])
async def test_no_redirect_leads_inward(location: str) -> None:
    with WebServer({"/": redirect(location)}) as server:
        internet = LoopbackInternet(server)
        fetcher = make_fetcher(internet, limits=LIMITS)
        outcome = await fetcher.fetch("http://site.example/")
        await fetcher.aclose()
    # What is no absolute address leads to another page of the same site, which is not there.
    assert isinstance(outcome, Refused | Unreachable)
    assert_only_public(internet)


@pytest.mark.parametrize("later", ["127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"])
@pytest.mark.parametrize("ending", [page(Connection="close"), resetting])
async def test_answers_that_change_lead_nowhere(ending: Behaviour, later: str) -> None:
    # The first connection ends, well or badly; by then the name has another address.
    answers = iter([[PUBLIC]])
    resolver = StubResolver({"rebinding.example": lambda: next(answers, [later])})
    with WebServer({"/": ending}) as server:
        internet = LoopbackInternet(server)
        fetcher = make_fetcher(internet, resolver=resolver, limits=LIMITS)
        outcomes = [await fetcher.fetch("http://rebinding.example/") for _ in range(2)]
        await fetcher.aclose()
    assert isinstance(outcomes[1], Refused)
    assert internet.opened == [(PUBLIC, 80)]


async def test_a_name_that_changes_within_a_redirect_leads_nowhere() -> None:
    answers = iter([[PUBLIC]])
    resolver = StubResolver({"rebinding.example": lambda: next(answers, ["127.0.0.1"])})
    with WebServer({"/": redirect("https://rebinding.example/")}) as server:
        internet = LoopbackInternet(server)
        fetcher = make_fetcher(internet, resolver=resolver, limits=PATIENT)
        assert isinstance(await fetcher.fetch("http://rebinding.example/"), Refused)
        await fetcher.aclose()
    assert internet.opened == [(PUBLIC, 80)]


async def fetch_good(fetcher: Fetcher, url: str) -> FetchOutcome:
    """Fetch a page that nothing is wrong with, more than once if this machine is very busy."""
    for _ in range(10):
        outcome = await fetcher.fetch(url)
        if isinstance(outcome, Fetched):
            break
    return outcome


async def attack(server: Server, trusted: trustme.CA | None) -> None:
    """Fetch a page of a hostile server, and check what it cost and that others are unharmed."""
    behaviour, expected = server
    limits = PATIENT if expected in (Refused, Fetched) else LIMITS
    routes = {"evil.site.example/": behaviour, "site.example/": page("good")}
    scheme = "http" if trusted is None else "https"
    with WebServer(routes, tls=trusted) as running:
        internet = LoopbackInternet(running)
        fetcher = make_fetcher(internet, limits=limits, trusted=trusted)
        began = time.monotonic()
        outcome = await fetcher.fetch(f"{scheme}://evil.site.example/")
        # Beyond the limit there is only what the machine needs to notice.
        assert time.monotonic() - began < limits.seconds + 2.0
        assert internet.received < _MOST_RECEIVED
        good = await fetch_good(fetcher, f"{scheme}://site.example/")
        await fetcher.aclose()
    assert isinstance(outcome, expected)
    assert isinstance(good, Fetched)
    assert_only_public(internet)


@pytest.mark.parametrize("name", HTTP1_SERVERS)
async def test_no_server_costs_more_than_the_limits(name: str) -> None:
    await attack(HTTP1_SERVERS[name], None)


@pytest.mark.parametrize("name", HTTP2_SERVERS)
async def test_no_http2_server_does_either(name: str, trusted: trustme.CA) -> None:
    await attack(HTTP2_SERVERS[name], trusted)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x03\x40\x00\x02"])
async def test_no_server_costs_more_before_tls_is_agreed_on(start: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not reader.at_eof():
            await reader.read(1_000)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    with WebServer() as server:
        server.port = listening.sockets[0].getsockname()[1]
        fetcher = make_fetcher(LoopbackInternet(server), limits=LIMITS)
        began = time.monotonic()
        outcome = await fetcher.fetch("https://site.example/")
        assert time.monotonic() - began < LIMITS.seconds + 1.0
        await fetcher.aclose()
    listening.close()
    assert isinstance(outcome, Unreachable)


async def test_many_hostile_sites_at_once_do_not_hold_up_the_others() -> None:
    bad = {f"bad{i}.example/": one for i, (one, _) in enumerate(HTTP1_SERVERS.values())}
    good = {f"good{i}.example/": page("good") for i in range(20)}
    with WebServer(bad | good) as server:
        fetcher = make_fetcher(LoopbackInternet(server), limits=LIMITS)
        began = time.monotonic()
        _, outcomes = await asyncio.gather(
            asyncio.gather(*(fetcher.fetch(f"http://{host}") for host in bad)),
            asyncio.gather(*(fetch_good(fetcher, f"http://{host}") for host in good)),
        )
        assert time.monotonic() - began < 20.0
        await fetcher.aclose()
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)


async def test_a_bomb_inside_a_bomb_is_undone_once() -> None:
    inner = bomb(50)
    with WebServer({"/": page(zlib.compress(inner), Content_Encoding="deflate")}) as server:
        fetcher = make_fetcher(LoopbackInternet(server), limits=PATIENT)
        outcome = await fetcher.fetch("http://site.example/")
        await fetcher.aclose()
    assert isinstance(outcome, Fetched)
    assert outcome.page.body == inner


def test_there_are_as_many_hostile_ones_as_was_promised() -> None:
    urls = {*INWARD, *DISGUISED}
    assert len(urls) + len(NAMED_INWARD) + len(HTTP1_SERVERS) + len(HTTP2_SERVERS) >= 150

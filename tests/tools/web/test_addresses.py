import asyncio
import ipaddress
import socket
import time

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback_internet import PUBLIC, LoopbackInternet, StubResolver
from web_behaviours import page
from web_server import WebServer

from clew.tools.web.addresses import forbidden_kind
from clew.tools.web.connecting import GuardedNetwork
from clew.tools.web.resolving import SystemResolver
from clew.tools.web.troubles import NotPublic, Refusal, Trouble

OTHER_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"


@pytest.mark.parametrize(
    "address",
    """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
    127.255.255.254 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1
    192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255
    198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
    ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 1::1 2001::1
    2001:0:5ef5:79fd::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::
    3ffe::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1 fec0::1 ff02::1
    ff0e::1
    """.split(),
)
def test_special_addresses_are_forbidden(address: str) -> None:
    assert forbidden_kind(ipaddress.ip_address(address)) is not None


@pytest.mark.parametrize(
    "address",
    """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255
    128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255
    192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 2001:200::1 2001:4860:4860::8888
    2606:4700::1 2a00:1450:4001::1 2c0f:f248::1 ::ffff:8.8.8.8 64:ff9b::808:808
    """.split(),
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert forbidden_kind(ipaddress.ip_address(address)) is None


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_is_allowed_that_the_standard_library_calls_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if forbidden_kind(address) is None:
        embedded = getattr(address, "ipv4_mapped", None)
        judged = embedded or address
        is_nat64 = address in ipaddress.ip_network("64:ff9b::/96")
        assert not judged.is_private
        assert not judged.is_loopback
        assert not judged.is_link_local
        assert not judged.is_multicast
        assert is_nat64 or not judged.is_reserved


def test_networks_can_be_allowed_one_by_one() -> None:
    allowed = [ipaddress.ip_network("127.0.0.1/32")]
    assert forbidden_kind(ipaddress.ip_address("127.0.0.1"), allowed=allowed) is None
    assert forbidden_kind(ipaddress.ip_address("::ffff:127.0.0.1"), allowed=allowed) is None
    assert forbidden_kind(ipaddress.ip_address("127.0.0.2"), allowed=allowed) is not None
    assert forbidden_kind(ipaddress.ip_address("10.0.0.1"), allowed=allowed) is not None


async def test_a_connection_goes_to_the_checked_address() -> None:
    with WebServer() as server:
        internet = LoopbackInternet(server)
        resolver = StubResolver({"site.example": [PUBLIC]})
        network = GuardedNetwork(resolver=resolver, inner=internet)
        stream = await network.connect_tcp("site.example", 80, timeout=1.0)
        await stream.aclose()
    assert internet.opened == [(PUBLIC, 80)]
    assert resolver.asked == ["site.example"]


@pytest.mark.parametrize(
    "addresses", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC], [OTHER_PUBLIC, "::1"]]
)
async def test_all_addresses_of_a_name_must_be_public(addresses: list[str]) -> None:
    internet = LoopbackInternet()
    resolver = StubResolver({"mixed.example": addresses})
    network = GuardedNetwork(resolver=resolver, inner=internet)
    with pytest.raises(NotPublic, match="leads to"):
        await network.connect_tcp("mixed.example", 443, timeout=1.0)
    assert internet.opened == []


async def test_an_address_needs_no_name_server() -> None:
    internet = LoopbackInternet()
    resolver = StubResolver()
    network = GuardedNetwork(resolver=resolver, inner=internet)
    for host in ("2606:4700::1", "8.8.8.8"):
        with pytest.raises(httpcore.ConnectError):
            await network.connect_tcp(host, 80, timeout=1.0)
    assert internet.opened == [("2606:4700::1", 80), ("8.8.8.8", 80)]
    assert resolver.asked == []


async def test_an_address_that_is_silent_leaves_time_for_the_next() -> None:
    with WebServer() as server:
        internet = LoopbackInternet(server, silent=[OTHER_PUBLIC])
        resolver = StubResolver({"site.example": [OTHER_PUBLIC, PUBLIC]})
        network = GuardedNetwork(resolver=resolver, inner=internet)
        stream = await network.connect_tcp("site.example", 80, timeout=0.4)
        await stream.aclose()
    assert internet.opened == [(OTHER_PUBLIC, 80), (PUBLIC, 80)]


async def test_a_slow_name_server_costs_no_more_than_the_timeout() -> None:
    internet = LoopbackInternet()
    network = GuardedNetwork(resolver=StubResolver(seconds=30.0), inner=internet)
    began = time.monotonic()
    with pytest.raises(httpcore.ConnectTimeout):
        await network.connect_tcp("slow.example", 80, timeout=0.1)
    assert time.monotonic() - began < 5.0
    assert internet.opened == []


@pytest.mark.parametrize("port", [1, 21, 22, 25, 81, 110, 143, 465, 1023, 2049, 6000, 6667, 10080])
async def test_ports_of_other_protocols_are_refused(port: int) -> None:
    internet = LoopbackInternet()
    network = GuardedNetwork(resolver=StubResolver(), inner=internet)
    with pytest.raises(Refusal, match=f"port {port}"):
        await network.connect_tcp("site.example", port, timeout=1.0)
    assert internet.opened == []


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 8000, 8080, 8443, 65535])
async def test_ports_of_web_servers_are_not(port: int) -> None:
    internet = LoopbackInternet()
    network = GuardedNetwork(resolver=StubResolver(), inner=internet)
    with pytest.raises(httpcore.ConnectError):
        await network.connect_tcp("site.example", port, timeout=1.0)
    assert internet.opened == [(PUBLIC, port)]


async def test_sockets_of_the_machine_are_refused() -> None:
    with pytest.raises(Refusal):
        await GuardedNetwork(resolver=StubResolver()).connect_unix_socket("/run/docker.sock")


async def test_the_switch_for_tests_opens_what_it_names_and_nothing_else() -> None:
    with WebServer({"/": page()}) as server:
        network = GuardedNetwork(resolver=StubResolver(), allowed_networks=["127.0.0.1/32"])
        stream = await network.connect_tcp("127.0.0.1", server.port, timeout=1.0)
        await stream.aclose()
        with pytest.raises(NotPublic):
            await network.connect_tcp("127.0.0.2", server.port, timeout=1.0)


async def test_the_systems_resolver_knows_numbers() -> None:
    # Numbers are all that it can be asked for without a name server.
    resolver = SystemResolver()
    assert await resolver.resolve("127.0.0.1") == [ipaddress.ip_address("127.0.0.1")]
    assert await resolver.resolve("::1") == [ipaddress.ip_address("::1")]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), OSError("x")])
async def test_names_that_do_not_resolve_are_trouble(
    error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Trouble, match=r"nowhere\.example"):
        await SystemResolver().resolve("nowhere.example")


async def test_silent_names_do_not_hold_up_the_loops_own_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = socket.getaddrinfo

    def slow(*args: object, **named: object) -> object:
        time.sleep(1.0)
        return real("127.0.0.1", None)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = SystemResolver()
    waiting = [asyncio.create_task(resolver.resolve(f"{i}.example")) for i in range(16)]
    await asyncio.sleep(0)
    began = time.monotonic()
    await asyncio.to_thread(int)
    assert time.monotonic() - began < 0.9
    await asyncio.gather(*waiting)

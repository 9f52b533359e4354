"""Connections that go nowhere but to the public internet.

The one place where clew opens sockets to hosts that questions and pages name. Name resolution,
the check and the connection are one step, so no answer of a name server can change in between;
TLS happens above, with the name, so that certificates are checked against it.
"""

# ruff: noqa: ASYNC109 - timeouts are parameters in the interface of httpcore

import asyncio
import ipaddress
from collections.abc import Iterable, Sequence

import httpcore
from httpcore import SOCKET_OPTION

from .addresses import Address, Network, forbidden_kind
from .resolving import Resolver, SystemResolver
from .troubles import NotPublic, Refusal

# Ports above 1023 that browsers do not talk HTTP to, for other protocols live there, after the
# list of "bad ports" in the Fetch standard. Below 1024 there are only the two of HTTP.
_BAD_PORTS = frozenset(
    [
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
        *(6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    ]
)
_MOST_ADDRESSES = 4  # of a name that are tried


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only.

    Args:
        resolver: Knows the addresses of names; by default the operating system.
        inner: Opens the connections, to addresses only.
        allowed_networks: Networks that may be connected to although they are not public, such as
            ``127.0.0.1/32``. For tests, and reachable from Python only: there is no setting for
            it, and there must be none, for it opens what the guard is there to close.
    """

    def __init__(
        self,
        *,
        resolver: Resolver | None = None,
        inner: httpcore.AsyncNetworkBackend | None = None,
        allowed_networks: Iterable[str] = (),
    ) -> None:
        self._resolver = resolver or SystemResolver()
        self._inner = inner or httpcore.AnyIOBackend()
        self._allowed: tuple[Network, ...] = tuple(map(ipaddress.ip_network, allowed_networks))

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a checked address of the host; the timeout is for the name as well.

        Raises:
            Refusal: The port is not for HTTP.
            NotPublic: An address of the host is not public.
            Trouble: There is no such host.
            httpcore.ConnectError: No connection came about; also `httpcore.ConnectTimeout`.
        """
        if (port < 1024 and port not in (80, 443)) or port in _BAD_PORTS:
            raise Refusal(f"port {port} is not one for web pages")
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._checked_addresses(host)
                return await self._connect_to_any(addresses, port, timeout, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} s") from error

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no page is behind a socket of this machine."""
        raise Refusal("sockets of this machine are not connected to")

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)

    async def _checked_addresses(self, host: str) -> Sequence[Address]:
        try:
            addresses: Sequence[Address] = [ipaddress.ip_address(host.strip("[]"))]
        except ValueError:
            addresses = await self._resolver.resolve(host)
        for address in addresses:
            # One that is not public condemns all: an honest name has no such mixture.
            kind = forbidden_kind(address, allowed=self._allowed)
            if kind is not None:
                leads = "is" if host == str(address) else f"leads to {address},"
                raise NotPublic(f"{host} {leads} {kind}; only public ones are connected to")
        return addresses

    async def _connect_to_any(
        self,
        addresses: Sequence[Address],
        port: int,
        timeout: float | None,
        socket_options: Iterable[SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        tried = addresses[:_MOST_ADDRESSES]
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in tried:
            try:
                return await self._inner.connect_tcp(
                    str(address),
                    port,
                    # One address that is silent must not use up the time of the others.
                    timeout=timeout and timeout / len(tried),
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

"""Connections kept open, apart for each site.

A pool to each, so that one whose connections hang, lie or are flooded has no effect on others:
after any trouble its pool is given up, with whatever is still on its way in it.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpcore

from .limits import FetchLimits
from .metering import Meter, MeteredNetwork

_KEEP_ALIVE = 15.0  # seconds that an idle connection is kept
_OVERHEAD = 2  # times as much as the bodies alone: more framing than that is no honest server's


class Sites:
    """The sites that there are connections to.

    Args:
        network: Opens connections.
        limits: How many there may be, and how much may come over them.
        tls: How servers' certificates are checked; by default as `httpcore` does.
    """

    def __init__(
        self,
        network: httpcore.AsyncNetworkBackend,
        limits: FetchLimits,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._network = network
        self._limits = limits
        # One for all: to load the certificates of all authorities takes tens of milliseconds.
        self._tls = tls or httpcore.default_ssl_context()
        self._sites: dict[str, Site] = {}
        self._per_request = limits.header_bytes + limits.wire_bytes * _OVERHEAD

    @asynccontextmanager
    async def connected(self, origin: str) -> AsyncIterator["Site"]:
        """Return the connections to a site for one request.

        They are given up if the context ends in an exception: only a response that was read to
        its end leaves a connection of which one knows what comes next.

        Args:
            origin: Scheme, host and port of the site, as canonical URLs start.
        """
        site = self._sites.pop(origin, None) or self._new()
        self._sites[origin] = site  # most recently used last
        site.users += 1
        try:
            await self._make_room()
            site.meter.grant()
            yield site
        except BaseException:
            site.spoilt = True
            raise
        finally:
            site.users -= 1
            if site.spoilt:
                if self._sites.get(origin) is site:
                    del self._sites[origin]
                if not site.users:
                    await _close(site)

    async def aclose(self) -> None:
        """Close all connections."""
        sites = list(self._sites.values())
        self._sites.clear()
        for site in sites:
            await _close(site)

    def _new(self) -> "Site":
        meter = Meter(
            per_request=self._per_request,
            most=self._per_request * self._limits.requests_per_host,
        )
        return Site(
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                http2=True,
                max_connections=self._limits.requests_per_host,
                keepalive_expiry=_KEEP_ALIVE,
                network_backend=MeteredNetwork(self._network, meter),
            ),
            meter,
        )

    async def _make_room(self) -> None:
        """Close connections that lie idle, the longest first, while there are too many."""
        surplus = sum(len(site.pool.connections) for site in self._sites.values())
        surplus -= self._limits.connections
        closing = []
        for origin, site in list(self._sites.items()):
            if surplus >= 0 and not site.users:
                closing.append(self._sites.pop(origin))
                surplus -= len(site.pool.connections)
        for site in closing:
            await _close(site)


class Site:
    """The connections to one site.

    Attributes:
        pool: The connections.
        meter: Counts what comes over them.
        users: How many requests use them.
        spoilt: Whether they are to be given up when these are done.
    """

    def __init__(self, pool: httpcore.AsyncConnectionPool, meter: Meter) -> None:
        self.pool = pool
        self.meter = meter
        self.users = 0
        self.spoilt = False


async def _close(site: Site) -> None:
    with anyio.CancelScope(shield=True):
        await site.pool.aclose()

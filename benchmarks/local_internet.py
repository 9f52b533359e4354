"""An internet in which all names lead to one server of this machine.

Nothing in clew is told so: names resolve to a public address, the guard judges it, and only where
the socket would be opened does the connection go to the server instead.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any

import httpcore

from clew.tools.web.addresses import Address
from clew.tools.web.connecting import GuardedNetwork


def local_internet(port: int) -> GuardedNetwork:
    """Return a network that leads to the server at a port."""
    return GuardedNetwork(resolver=_OneAddress(), inner=_Sockets(port))


class _OneAddress:
    async def resolve(self, name: str) -> Sequence[Address]:
        return [ipaddress.ip_address("93.184.216.34")]


class _Sockets(httpcore.AnyIOBackend):
    def __init__(self, port: int) -> None:
        self._port = port

    async def connect_tcp(self, host: str, port: int, *args: Any, **named: Any) -> Any:
        return await super().connect_tcp("127.0.0.1", self._port, *args, **named)

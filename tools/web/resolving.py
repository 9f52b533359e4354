"""Names to addresses."""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Protocol

from ..daemons import in_daemon_thread
from .addresses import Address
from .troubles import Trouble


class Resolver(Protocol):
    """Knows the addresses of names."""

    async def resolve(self, name: str) -> Sequence[Address]:
        """Return the addresses of a name, best first.

        Raises:
            Trouble: It has none, or they could not be found out.
        """
        ...


class SystemResolver:
    """Asks the operating system.

    In threads of its own: a name whose servers are silent holds a thread for many seconds, the
    event loop's own threads, which are few, have other work, and the program's end need not wait.
    """

    async def resolve(self, name: str) -> Sequence[Address]:
        """Return the addresses of a name; see `Resolver.resolve`."""
        try:
            found = await in_daemon_thread(lambda: _lookup(name))
        except (OSError, UnicodeError) as error:
            raise Trouble(f"there is no host {name}: {error}") from error
        # A zone after the address would be this machine's own.
        texts = dict.fromkeys(str(sockaddr[0]).partition("%")[0] for *_, sockaddr in found)
        return [ipaddress.ip_address(text) for text in texts]


def _lookup(name: str) -> list[tuple[object, object, object, object, tuple[object, ...]]]:
    return list(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))

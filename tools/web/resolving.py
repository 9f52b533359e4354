"""Names to addresses."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from .addresses import Address
from .troubles import Trouble

_THREADS = 16


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

    In threads of its own: a name whose servers are silent holds a thread for many seconds, and
    the event loop's own threads, which are few, have other work.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="clew-resolver")

    async def resolve(self, name: str) -> Sequence[Address]:
        """Return the addresses of a name; see `Resolver.resolve`."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _lookup, name)
        except (OSError, UnicodeError) as error:
            raise Trouble(f"there is no host {name}: {error}") from error
        # A zone after the address would be this machine's own.
        texts = dict.fromkeys(str(sockaddr[0]).partition("%")[0] for *_, sockaddr in found)
        return [ipaddress.ip_address(text) for text in texts]


def _lookup(name: str) -> list[tuple[object, object, object, object, tuple[object, ...]]]:
    return list(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))

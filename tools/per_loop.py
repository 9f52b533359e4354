"""What belongs to one event loop, made anew for each."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Keeps one object for each event loop, for locks and connections belong to theirs.

    An engine may be used from one `asyncio.run` after the other, and from loops of several
    threads.

    Args:
        make: Makes the object; called in the loop that it is for.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[asyncio.AbstractEventLoop, T] = {}
        self._lock = threading.Lock()

    def here(self) -> T:
        """Return the object of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            made = self._make()
            with self._lock:
                for each in [each for each in self._made if each.is_closed()]:
                    del self._made[each]
                self._made[loop] = made
        return self._made[loop]

    def take(self) -> T | None:
        """Return the object of the running loop and keep it no longer; None where there is none."""
        with self._lock:
            return self._made.pop(asyncio.get_running_loop(), None)

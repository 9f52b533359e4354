"""What belongs to one event loop, made anew for each."""

import asyncio
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

    def here(self) -> T:
        """Return the object of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made = {each: made for each, made in self._made.items() if not each.is_closed()}
            self._made[loop] = self._make()
        return self._made[loop]

    def take(self) -> T | None:
        """Return the object of the running loop and keep it no longer; None where there is none."""
        return self._made.pop(asyncio.get_running_loop(), None)

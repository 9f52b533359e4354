"""What Ctrl-C does: the first stops in good order, the second at once."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from .app import INTERRUPTED

T = TypeVar("T")

_SHOW_CURSOR = b"\x1b[?25h"


class Interrupted(Exception):
    """The user stopped a command with Ctrl-C; the message says how to go on."""


def run_until_ctrl_c(work: Callable[[], Awaitable[T]]) -> T:
    """Run work on an event loop of its own to its end.

    The first Ctrl-C cancels it and waits until it has stopped in good order; a second one quits.

    Raises:
        KeyboardInterrupt: If Ctrl-C stopped it.
    """
    import asyncio  # slow to import, and every command imports this module

    async def cancellable() -> T:
        with cancelled_by_ctrl_c():
            return await work()

    runner = asyncio.Runner()
    is_over = True
    try:
        return runner.run(cancellable())
    except (asyncio.CancelledError, KeyboardInterrupt):
        # Closing the runner would wait for threads that cannot be stopped, such as one that
        # indexes; `main` leaves without them.
        is_over = False
        raise KeyboardInterrupt from None
    finally:
        if is_over:
            runner.close()


@contextmanager
def cancelled_by_ctrl_c() -> Iterator[None]:
    """Cancel the current task at the first Ctrl-C, and quit at once at the second."""
    import asyncio

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop(number: int, frame: FrameType | None) -> None:
        # Stays in place: quitting at once must also work while threads are being waited for.
        signal.signal(signal.SIGINT, _quit_at_once)
        loop.call_soon_threadsafe(task.cancel)

    before = signal.getsignal(signal.SIGINT)
    # Makes signals wake the loop; else one that comes just before it begins to wait is not seen.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        now = signal.getsignal(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before if now is stop else now)


def _quit_at_once(number: int, frame: FrameType | None) -> None:
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), _SHOW_CURSOR)
    os._exit(INTERRUPTED)

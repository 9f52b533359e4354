"""Calls that block, in threads that nobody has to wait for."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(call: Callable[[], T]) -> T:
    """Run a blocking call in a thread of its own and return what it returns, or raise its error.

    Unlike with `asyncio.to_thread`, a call that nobody waits for any longer does not hold up the
    end of the event loop or of the program: it goes on unheard until it ends by itself.
    """
    promise: Future[T] = Future()
    # What runs cannot be cancelled, so that the thread may always say what came of it.
    promise.set_running_or_notify_cancel()

    def run() -> None:
        try:
            promise.set_result(call())
        except Exception as error:
            promise.set_exception(error)

    threading.Thread(target=run, daemon=True, name="clew-blocking").start()
    return await asyncio.wrap_future(promise)

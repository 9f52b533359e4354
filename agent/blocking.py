"""The sync face: runs async work in a thread of its own, so that it works inside a loop too."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class _Item(NamedTuple):
    value: object


class _End(NamedTuple):
    error: BaseException | None


def blocking(call: Callable[[], Awaitable[T]]) -> T:
    """Wait for a call to end and return its result; what it raises is raised here."""

    async def once() -> AsyncIterator[T]:
        yield await call()

    (result,) = blocking_iterator(once)
    return result


def blocking_iterator(make: Callable[[], AsyncIterator[T]]) -> Iterator[T]:
    """Yield what an async iterator yields, as it comes.

    When the caller leaves early, or is interrupted, the work is cancelled and waited for.
    """
    items: queue.SimpleQueue[_Item | _End] = queue.SimpleQueue()
    started: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]]
    started = queue.SimpleQueue()

    async def pump() -> None:
        task = asyncio.current_task()
        assert task is not None
        started.put((asyncio.get_running_loop(), task))
        async for item in make():
            items.put(_Item(item))

    def run() -> None:
        try:
            asyncio.run(pump())
        except BaseException as error:
            items.put(_End(error))
        else:
            items.put(_End(None))

    thread = threading.Thread(target=run, name="clew")
    thread.start()
    try:
        while isinstance(item := items.get(), _Item):
            yield item.value  # type: ignore[misc]
        if item.error is not None:
            raise item.error
    finally:
        # The thread may have ended, or never have begun; then there is nothing to cancel.
        with suppress(queue.Empty, RuntimeError):
            loop, task = started.get_nowait()
            # Once only: a run that is cancelled again and again cannot save what it has.
            loop.call_soon_threadsafe(task.cancel)
        thread.join()

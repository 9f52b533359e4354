"""Coroutines that run side by side and hand their results to one place."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def handed_over(
    work: Sequence[Coroutine[Any, Any, None]], results: asyncio.Queue[T], count: int
) -> AsyncGenerator[T, None]:
    """Run coroutines and yield what they put in a queue, until so many results have come.

    When the caller leaves early, or one of the coroutines raises, all are cancelled and waited
    for.

    Args:
        work: What to run.
        results: Where it puts its results.
        count: How many will come.
    """
    first_error: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def note(task: asyncio.Task[None]) -> None:
        if first_error.done():
            return
        if task.cancelled():
            first_error.set_exception(RuntimeError("work was cancelled by a part of itself"))
        elif error := task.exception():
            first_error.set_exception(error)

    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(note)
    waiting: asyncio.Task[T] | None = None
    try:
        for _ in range(count):
            waiting = asyncio.create_task(results.get())
            await asyncio.wait({waiting, first_error}, return_when=asyncio.FIRST_COMPLETED)
            yield await (waiting if waiting.done() else first_error)
    finally:
        first_error.cancel()
        for each in (*tasks, *([waiting] if waiting else [])):
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

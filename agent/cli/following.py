"""Following a run to its end, or to where Ctrl-C stops it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Protocol, Self, cast

from ...graphs.answer import Answer
from ...graphs.events import Event, RunFinished, RunStarted
from .interruption import Interrupted, cancelled_by_ctrl_c


class View(Protocol):
    """Shows a run."""

    def __enter__(self) -> Self:
        """Begin showing."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End showing, and leave the screen tidy."""
        ...

    def note(self, text: str) -> None:
        """Tell something that no event tells."""
        ...

    def show(self, event: Event) -> None:
        """Show what an event tells."""
        ...


class SilentView:
    """Shows nothing."""

    def __enter__(self) -> Self:
        """Begin; nothing is to be prepared."""
        return self

    def __exit__(self, *_: object) -> None:
        """End; nothing is to be tidied up."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def show(self, event: Event) -> None:
        """Show nothing."""


def follow(events: AsyncIterator[Event], view: View) -> Answer:
    """Show a run's events and return its answer.

    The first Ctrl-C stops the run and waits for what is in flight; a second one quits at once.

    Raises:
        Interrupted: If Ctrl-C stopped the run.
        ClewError: If the run failed.
    """
    thread_id: str | None = None

    async def consume() -> Answer:
        nonlocal thread_id
        async with aclosing(cast(AsyncGenerator[Event, None], events)) as stream:
            with cancelled_by_ctrl_c():
                async for event in stream:
                    view.show(event)
                    if isinstance(event, RunStarted):
                        thread_id = event.thread_id
                    if isinstance(event, RunFinished):
                        return event.answer
        raise AssertionError("a run that does not raise ends with RunFinished")

    try:
        return asyncio.run(consume())
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise Interrupted(
            f"stopped; go on with:  clew resume {thread_id}"
            if thread_id
            else "stopped before the run began; nothing is lost"
        ) from None

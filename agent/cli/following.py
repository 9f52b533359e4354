"""Following a run to its end, or to where Ctrl-C stops it."""

import shlex
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Protocol, Self, cast

from ...graphs.answer import Answer
from ...graphs.events import Event, RunFinished, RunStarted
from .interruption import Interrupted, run_until_ctrl_c


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


def follow(
    events: AsyncIterator[Event],
    view: View,
    *,
    is_saved: Callable[[str], bool],
    resume: str,
    first_note: str | None = None,
) -> Answer:
    """Show a run's events and return its answer.

    The first Ctrl-C stops the run in good order; a second one quits at once.

    Args:
        events: What the run tells.
        view: What shows it.
        is_saved: Tells whether the run of a thread id is saved.
        resume: The command that goes on with a run, short of the thread id.
        first_note: What to tell once the run has been accepted.

    Raises:
        Interrupted: If Ctrl-C stopped the run.
        KeyboardInterrupt: If Ctrl-C came before the run began.
        ClewError: If the run failed.
    """
    thread_id: str | None = None

    async def consume() -> Answer:
        nonlocal thread_id
        async with aclosing(cast(AsyncGenerator[Event, None], events)) as stream:
            async for event in stream:
                view.show(event)
                if isinstance(event, RunStarted):
                    thread_id = event.thread_id
                    if first_note:
                        view.note(first_note)
                if isinstance(event, RunFinished):
                    return event.answer
        raise AssertionError("a run that does not raise ends with RunFinished")

    try:
        return run_until_ctrl_c(consume)
    except KeyboardInterrupt:
        # Everything finished is saved by now.
        if thread_id is None or not is_saved(thread_id):
            raise
        raise Interrupted(f"stopped; go on with:  {resume} {shlex.quote(thread_id)}") from None

"""Stopping a run from outside, so that its answer is written from what is there."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from langgraph.runtime import get_runtime

STOPPED = "stop"
"""What ends a run in place of a limit's name where somebody stopped it."""


class Stop:
    """A wish that a run ends its research and answers from what it has.

    It may be uttered from any thread, before the run begins too.
    """

    def __init__(self) -> None:
        self._is_wished = False
        self._cutters: dict[object, Callable[[], object]] = {}
        self._changing = threading.Lock()

    @property
    def is_wished(self) -> bool:
        """Whether the run is to end."""
        return self._is_wished

    def now(self) -> None:
        """End the research; what is in flight is cut off, and the answer is written."""
        with self._changing:
            self._is_wished = True
            cutters = list(self._cutters.values())
        for cut in cutters:
            cut()

    @contextmanager
    def cutting(self, timer: asyncio.Timeout) -> Iterator[None]:
        """Let the wish end what a timer of the running event loop is around."""
        loop, key = asyncio.get_running_loop(), object()

        def expire() -> None:
            # What it is around may have ended between the wish and this call.
            if key in self._cutters and not timer.expired():
                timer.reschedule(loop.time())

        with self._changing:
            self._cutters[key] = lambda: loop.call_soon_threadsafe(expire)
        if self._is_wished:
            expire()
        try:
            yield
        finally:
            with self._changing:
                del self._cutters[key]


@dataclass(frozen=True)
class RunContext:
    """What a run is given from outside that is no part of what it saves.

    Attributes:
        stop: Ends the run, if its caller may want that.
    """

    stop: Stop | None = None


def stop_of_run() -> Stop | None:
    """Return what may stop the run whose node is running; None where nothing may."""
    runtime = get_runtime(RunContext)
    # A graph that this one is a part of may have a context of its own.
    context: object = runtime.context if runtime else None
    return context.stop if isinstance(context, RunContext) else None

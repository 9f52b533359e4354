"""Questions spread over processes that may die: none is lost, none blamed for another's death."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from ...errors import ClewError, ModelUnavailable
from ..answering import Task
from ..predictions import Failure, Outcome

MOST_DEATHS = 3
"""Workers that may die over a question, each with nothing else to do, until it has failed."""

_PAUSE = 1.0
"""Seconds before another worker is tried where one died at its start."""
_MOST_STARTS = 3


class Process:
    """A worker that is replaced when it dies.

    Args:
        make_actor: Starts a worker: a Ray actor with the methods ``prepare`` and ``answer``.
        first_tasks: What it prepares for.

    Attributes:
        in_flight: Ids of the questions that it is working on.
        alone: Whether it works on one that others have to stay away from.
    """

    def __init__(self, make_actor: Callable[[], Any], first_tasks: Sequence[Task]) -> None:
        self._make_actor = make_actor
        self._first_tasks = first_tasks
        self._starting = asyncio.Lock()
        self._actor: Any = None
        self._given_up: ClewError | None = None
        self.in_flight: set[str] = set()
        self.alone = False

    async def living(self) -> Any:
        """Return a worker that is ready, starting one if need be.

        Raises:
            ClewError: If none can begin.
        """
        async with self._starting:
            if self._given_up:
                raise self._given_up
            if self._actor is None:
                try:
                    self._actor = await self._started()
                except ClewError as error:
                    self._given_up = error
                    raise
            return self._actor

    async def _started(self) -> Any:
        from ray.exceptions import RayError, RayTaskError

        reason: ClewError | None = None
        for start in range(1, _MOST_STARTS + 1):
            actor = self._made()
            try:
                await actor.prepare.remote(self._first_tasks)
                return actor
            except RayTaskError as error:
                told = f"a Ray worker cannot begin: {error.cause}; mend that on its machine"
                reason = (
                    error.cause if isinstance(error.cause, ClewError) else ModelUnavailable(told)
                )
                break
            except RayError as error:
                reason = ModelUnavailable(
                    f"Ray's workers die at their start: {error}; Ray's own logs may tell why"
                )
                if start < _MOST_STARTS:
                    await asyncio.sleep(_PAUSE)
        # Kept alive by the traceback, it would keep its core from workers that wait for one.
        actor = None
        assert reason is not None
        raise reason

    def _made(self) -> Any:
        try:
            return self._make_actor()
        except Exception as error:  # whatever fails to be pickled raises its own kind
            raise ModelUnavailable(
                f"the agent cannot be sent to Ray's workers: {error}; make it with a function "
                "that they can import"
            ) from error

    def stop(self, kill: Callable[[Any], None]) -> None:
        """Kill the worker, so that nothing is worked on for nobody."""
        if self._actor is not None:
            kill(self._actor)

    def has(self, actor: Any) -> bool:
        """Whether this is the worker that is alive, as far as is known."""
        return self._actor is actor

    def died(self, actor: Any) -> None:
        """Hear that a worker died."""
        if self.has(actor):
            self._actor = None


class Spread:
    """The questions not yet answered, and what became of the others.

    A question over which a worker died is a suspect if others were in flight there too: it is
    asked again with the whole of a worker to itself, so that in the end only what kills by itself
    has failed.

    Args:
        tasks: The questions.

    Attributes:
        done: What came of them.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._waiting = deque(tasks)
        self._suspects: deque[Task] = deque()
        self._missing = len(tasks)
        self._deaths: dict[str, int] = {}
        self._in_company: set[str] = set()
        self._changed = asyncio.Condition()
        self._driving = 0
        self.done: asyncio.Queue[Outcome] = asyncio.Queue()

    async def drive(self, process: Process) -> None:
        """Keep one place of a worker busy, until every question of the run has its outcome.

        A place whose worker cannot begin is given up, as long as there are others.

        Raises:
            ClewError: If the last place is given up.
        """
        from ray.exceptions import RayError

        self._driving += 1
        while True:
            try:
                # First the worker, for there may never be room for it; no question waits there.
                actor = await process.living()
            except ClewError:
                self._driving -= 1
                if self._driving:
                    return
                raise
            task = await self._next(process, actor)
            if not self._missing:
                return
            if task is None:
                continue
            outcome: Outcome | None
            try:
                outcome = await _answered(actor, task)
            except RayError as error:
                process.died(actor)
                outcome = self._blamed(task, error)
            await self._put_back(process, task, outcome)

    async def _next(self, process: Process, actor: Any) -> Task | None:
        """Return a question for a place of a process; nothing if its worker died meanwhile."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: not self._missing or not process.has(actor) or self._has_work(process)
            )
            if not self._missing or not process.has(actor):
                return None
            process.alone = bool(self._suspects) and not process.in_flight
            task = (self._suspects if process.alone else self._waiting).popleft()
            if process.in_flight:
                self._in_company |= {task.id, *process.in_flight}
            else:
                self._in_company.discard(task.id)
            process.in_flight.add(task.id)
            return task

    def _has_work(self, process: Process) -> bool:
        if process.alone:
            return False
        return bool(self._waiting) or (bool(self._suspects) and not process.in_flight)

    def _blamed(self, task: Task, error: Exception) -> Outcome | None:
        """Return the failure of a question that is sure to have killed a worker too often."""
        if task.id in self._in_company:
            return None  # of several, none is sure to have done it
        deaths = self._deaths[task.id] = self._deaths.get(task.id, 0) + 1
        if deaths < MOST_DEATHS:
            return None
        message = f"{deaths} workers died while working on this question; the last: {error}"
        failure = Failure(kind="WorkerDied", message=message)
        return Outcome(id=task.id, seconds=0.0, error=failure)

    async def _put_back(self, process: Process, task: Task, outcome: Outcome | None) -> None:
        async with self._changed:
            process.in_flight.discard(task.id)
            process.alone = False
            if outcome is None:
                self._suspects.append(task)
            else:
                self._missing -= 1
                self.done.put_nowait(outcome)
            self._changed.notify_all()


async def _answered(actor: Any, task: Task) -> Outcome:
    """Ask a worker; raises `RayError` if it dies over it."""
    from ray.exceptions import RayTaskError

    started = asyncio.get_running_loop().time()
    try:
        outcome: Outcome = await actor.answer.remote(task)
        return outcome
    except RayTaskError as error:
        failure = Failure(kind=type(error.cause).__name__, message=str(error.cause))
        seconds = asyncio.get_running_loop().time() - started
        return Outcome(id=task.id, seconds=seconds, error=failure)

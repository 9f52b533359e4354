"""The engine of a Ray cluster: questions spread over processes, on one machine or many.

Workers hold nothing but an agent. The driver knows which question is where, and writes down what
comes of it; so when a worker dies, exactly the questions it was working on are asked again.
"""

import asyncio
import logging
import math
import os
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from ...agent.settings import Settings
from ...errors import ClewError, ModelUnavailable
from ..answering import AgentFactory, Task, outcome_of, prepare
from ..predictions import Failure, Outcome
from .side_by_side import handed_over

_PLACE = re.compile(r"^(\w+://)?(?P<host>[^/:]+):(?P<port>\d+)$")
_PATIENCE = 10
"""Seconds in which a cluster has to answer; Ray itself would try for minutes."""

MOST_DEATHS = 3
"""Workers that may die over a question before it counts as what kills them."""


class RayEngine:
    """Works on questions in the processes of a Ray cluster, each with an agent of its own.

    Every machine of the cluster needs clew installed and the home of the settings under the same
    path, where the corpus is (or a Chroma server that all of them reach).

    Args:
        workers: How many questions at once, over the whole cluster; at least 1.
        address: The cluster, such as ``ray://head:10001`` or ``auto``; by default the one that
            ``RAY_ADDRESS`` names, else one that is started here for the run.
    """

    name = "ray"

    def __init__(self, workers: int, *, address: str | None = None) -> None:
        self.workers = workers
        self._address = address

    async def outcomes(
        self, tasks: Sequence[Task], settings: Settings, make_agent: AgentFactory
    ) -> AsyncGenerator[Outcome, None]:
        """See `Engine.outcomes`."""
        if not tasks:
            return
        async with _cluster(self._address) as ray:
            cores = int(ray.cluster_resources().get("CPU", 1))
            workers = min(self.workers, len(tasks))
            processes = min(workers, max(cores, 1))
            at_once = math.ceil(workers / processes)
            worker = ray.remote(_Worker).options(num_cpus=1, max_concurrency=at_once + 1)
            spread = _Spread(tasks)
            pool = [
                _Process(lambda: worker.remote(settings, make_agent), tasks[:1])
                for _ in range(processes)
            ]
            await _begun(pool[0])
            drivers = [spread.drive(pool[place % processes]) for place in range(workers)]
            async with aclosing(handed_over(drivers, spread.done, len(tasks))) as outcomes:
                async for outcome in outcomes:
                    yield outcome


class _Worker:
    """What runs in each process; its methods are called by Ray."""

    def __init__(self, settings: Settings, make_agent: AgentFactory) -> None:
        self._settings = settings
        self._make_agent = make_agent
        self._agent: Any = None

    async def prepare(self, tasks: Sequence[Task]) -> None:
        await prepare(self._made_agent(), tasks)

    async def answer(self, task: Task) -> Outcome:
        return await outcome_of(self._made_agent(), task)

    def _made_agent(self) -> Any:
        if self._agent is None:
            self._agent = self._make_agent(self._settings)
        return self._agent


class _Process:
    """A worker that is replaced when it dies."""

    def __init__(self, make_actor: Callable[[], Any], first_tasks: Sequence[Task]) -> None:
        self._make_actor = make_actor
        self._first_tasks = first_tasks
        self._replacing = asyncio.Lock()
        self.actor = make_actor()

    async def prepare(self) -> None:
        await self.actor.prepare.remote(self._first_tasks)

    async def replace(self, dead: Any) -> None:
        """Put a living worker in the place of a dead one, however long that takes."""
        from ray.exceptions import RayActorError

        async with self._replacing:
            while self.actor is dead:
                self.actor = self._make_actor()
                try:
                    await self.prepare()
                except RayActorError:
                    dead = self.actor
                    await asyncio.sleep(1)


class _Spread:
    """The questions not yet answered, and what became of the others."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._waiting = deque(tasks)
        self._missing = len(tasks)
        self._deaths: dict[str, int] = {}
        self._changed = asyncio.Event()
        self.done: asyncio.Queue[Outcome] = asyncio.Queue()

    async def drive(self, process: _Process) -> None:
        """Keep one place of a worker busy, until every question of the run has its outcome."""
        from ray.exceptions import RayActorError

        while self._missing:
            if not self._waiting:
                # What others are working on comes back here if they die.
                self._changed.clear()
                await self._changed.wait()
                continue
            task, actor = self._waiting.popleft(), process.actor
            try:
                self._finish(await _answered(actor, task))
            except RayActorError as error:
                self._take_back(task, error)
                # No question is held meanwhile: there may never be room for another worker.
                await process.replace(actor)

    def _finish(self, outcome: Outcome) -> None:
        self._missing -= 1
        self.done.put_nowait(outcome)
        self._changed.set()

    def _take_back(self, task: Task, error: Exception) -> None:
        deaths = self._deaths[task.id] = self._deaths.get(task.id, 0) + 1
        if deaths == MOST_DEATHS:
            message = f"{deaths} workers died while working on this question; the last: {error}"
            failure = Failure(kind="WorkerDied", message=message)
            self._finish(Outcome(id=task.id, seconds=0.0, error=failure))
        else:
            self._waiting.appendleft(task)
            self._changed.set()


async def _answered(actor: Any, task: Task) -> Outcome:
    """Ask a worker; raises `RayActorError` if it dies over it."""
    from ray.exceptions import RayTaskError

    started = asyncio.get_running_loop().time()
    try:
        outcome: Outcome = await actor.answer.remote(task)
        return outcome
    except RayTaskError as error:
        failure = Failure(kind=type(error.cause).__name__, message=str(error.cause))
        seconds = asyncio.get_running_loop().time() - started
        return Outcome(id=task.id, seconds=seconds, error=failure)


async def _begun(process: _Process) -> None:
    from ray.exceptions import RayError, RayTaskError

    try:
        await process.prepare()
    except RayTaskError as error:
        if isinstance(error.cause, ClewError):
            raise error.cause from None
        raise ModelUnavailable(f"a Ray worker cannot begin: {error.cause}") from error
    except RayError as error:
        raise ModelUnavailable(f"no Ray worker can begin: {error}") from error


@asynccontextmanager
async def _cluster(address: str | None) -> AsyncGenerator[Any, None]:
    # Ray reports usage to its makers unless told otherwise before it starts.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise ModelUnavailable(
            'the engine ray needs the package ray: run `pip install "clew[ray]"`'
        ) from None
    joined = address or os.environ.get("RAY_ADDRESS")
    if joined and (place := _PLACE.search(joined)):
        await _require_listener(place["host"], int(place["port"]))
    mine: dict[str, Any] = (
        {} if joined else {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    )
    started = not ray.is_initialized()
    if started:
        try:
            await asyncio.to_thread(
                ray.init,
                address=joined or "local",
                log_to_driver=False,
                logging_level=logging.ERROR,
                **mine,
            )
        except Exception as error:  # Ray raises bare kinds of Exception here
            where = f"at {joined}" if joined else "on this machine"
            raise ModelUnavailable(f"no Ray cluster can be used {where}: {error}") from error
    try:
        yield ray
    finally:
        if started:
            await asyncio.to_thread(ray.shutdown)


async def _require_listener(host: str, port: int) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        why = str(error) or "it does not answer"
        raise ModelUnavailable(f"no Ray cluster can be used at {host}:{port}: {why}") from None
    writer.close()

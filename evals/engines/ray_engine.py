"""The engine of a Ray cluster: questions spread over processes, on one machine or many.

Workers hold nothing but an agent. The driver knows which question is where, and writes down what
comes of it; so when a worker dies, exactly the questions it was working on are asked again.
"""

import asyncio
import logging
import math
import os
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from ...agent.settings import Settings
from ...errors import ModelUnavailable
from ..answering import AgentFactory, Task, outcome_of, prepare
from ..predictions import Outcome
from .side_by_side import handed_over
from .spread import Process, Spread

_PLACE = re.compile(r"^(\w+://)?(?P<host>[^/:]+):(?P<port>\d+)$")
_PATIENCE = 10
"""Seconds in which a cluster has to answer; Ray itself would try for minutes."""


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
            worker = ray.remote(_Worker).options(
                num_cpus=1, max_concurrency=math.ceil(workers / processes) + 1
            )
            spread = Spread(tasks)
            pool = [
                Process(lambda: worker.remote(settings, make_agent), tasks[:1])
                for _ in range(processes)
            ]
            drivers = [spread.drive(pool[place % processes]) for place in range(workers)]
            try:
                async with aclosing(handed_over(drivers, spread.done, len(tasks))) as outcomes:
                    async for outcome in outcomes:
                        yield outcome
            finally:
                for process in pool:
                    process.stop(ray.kill)


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

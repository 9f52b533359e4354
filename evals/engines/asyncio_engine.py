"""The engine of one process: questions side by side on one event loop."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ...agent.settings import Settings
from ..answering import AgentFactory, Task, outcome_of, prepare
from ..predictions import Outcome
from .side_by_side import handed_over


class AsyncioEngine:
    """Works on several questions at once, with one agent, whose models they share.

    Args:
        workers: How many at once; at least 1.
    """

    name = "asyncio"

    def __init__(self, workers: int) -> None:
        self.workers = workers

    async def outcomes(
        self, tasks: Sequence[Task], settings: Settings, make_agent: AgentFactory
    ) -> AsyncGenerator[Outcome, None]:
        """See `Engine.outcomes`."""
        if not tasks:
            return
        agent = await asyncio.to_thread(make_agent, settings)
        await prepare(agent, tasks)
        waiting = iter(tasks)
        done: asyncio.Queue[Outcome] = asyncio.Queue()

        async def work() -> None:
            for task in waiting:
                done.put_nowait(await outcome_of(agent, task))

        workers = [work() for _ in range(min(self.workers, len(tasks)))]
        handed = handed_over(workers, done, len(tasks))
        async with agent, aclosing(handed) as outcomes:
            async for outcome in outcomes:
                yield outcome

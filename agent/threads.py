"""Saved runs: the SQLite checkpointer and what is remembered with each thread."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic import BaseModel

from ..graphs import answer, budget, plan, protocols, steps
from ..graphs.nodes.research import StepResult
from ..tools.passages import Passage

T = TypeVar("T")

METADATA_KEY = "clew_settings"
"""Under this key a thread's checkpoints hold the settings it runs with, as JSON."""


class ThreadSaver(AsyncSqliteSaver):
    """A checkpointer whose writes are finished even if the run that makes them is cancelled."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        serde = JsonPlusSerializer(allowed_msgpack_modules=_saved_types())
        super().__init__(connection, serde=serde)
        self._writes: set[asyncio.Task[Any]] = set()

    async def aput(self, *arguments: Any, **options: Any) -> RunnableConfig:
        """Save a checkpoint; see the base class."""
        return await self._finished(super().aput(*arguments, **options))

    async def aput_writes(self, *arguments: Any, **options: Any) -> None:
        """Save the results of a task; see the base class."""
        await self._finished(super().aput_writes(*arguments, **options))

    async def all_written(self) -> None:
        """Wait until nothing is being written."""
        while self._writes:
            await asyncio.wait(self._writes)

    async def _finished(self, write: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(write)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)


@asynccontextmanager
async def open_threads(home: Path) -> AsyncGenerator[ThreadSaver, None]:
    """Open the checkpointer that keeps all runs of a home in one SQLite file."""
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with aiosqlite.connect(home / "threads.sqlite") as connection:
        saver = ThreadSaver(connection)
        try:
            yield saver
        finally:
            await saver.all_written()


def _saved_types() -> list[type]:
    """The types a checkpoint may hold; nothing else is brought to life when one is read."""
    modules = (answer, budget, plan, protocols, steps)
    models = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel)
    ]
    return [*dict.fromkeys(models), Passage, StepResult]

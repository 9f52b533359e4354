"""Saved runs: the SQLite checkpointer and what is remembered with each thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic import BaseModel

from ..graphs import answer, budget, plan, protocols, steps
from ..graphs.nodes.research import StepResult
from ..tools.passages import Passage

METADATA_KEY = "clew_settings"
"""Under this key a thread's checkpoints hold the settings it runs with, as JSON."""


@asynccontextmanager
async def open_threads(home: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """Open the checkpointer that keeps all runs of a home in one SQLite file."""
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(home / "threads.sqlite")) as saver:
        saver.serde = JsonPlusSerializer(allowed_msgpack_modules=_saved_types())
        yield saver


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

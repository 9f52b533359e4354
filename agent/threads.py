"""Saved runs: the SQLite checkpointer and what is remembered with each thread."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from filelock import FileLock, Timeout
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic import BaseModel, ValidationError

from ..errors import SettingsError, ThreadBusy, UnknownThread
from ..graphs import answer, budget, chain_tree, plan, protocols, steps
from ..graphs.researching import StepResult
from ..graphs.tree_search import (
    core,
    domain,
    moves,
    record,
    run_domain,
    run_research,
    run_states,
    run_values,
    tree,
)
from ..tools.passages import Passage
from .settings import Settings

T = TypeVar("T")

_DATABASE = "threads.sqlite"

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
    await asyncio.to_thread(_make_database, home)
    async with aiosqlite.connect(home / _DATABASE) as connection:
        saver = ThreadSaver(connection)
        try:
            yield saver
        finally:
            await saver.all_written()


def _make_database(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    # SQLite refuses at once, whatever the timeout, when two connections make a new file WAL.
    with (
        FileLock(home / "threads.lock", poll_interval=0.01),
        closing(sqlite3.connect(home / _DATABASE)) as connection,
    ):
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def held_thread(home: Path, thread_id: str) -> Iterator[None]:
    """Keep a thread to ourselves, against other processes too.

    Raises:
        ThreadBusy: If a run of that id is going on.
    """
    folder = home / "running"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(thread_id.encode()).hexdigest()[:32]}.lock"
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ThreadBusy(
            f"the run {thread_id!r} is going on; wait until it ends, or stop it first"
        ) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


async def saved_settings(home: Path, thread_id: str) -> Settings:
    """Return the settings that a saved run was made with.

    Args:
        home: Folder that holds the saved runs.
        thread_id: The run.

    Raises:
        UnknownThread: If no run of that id is saved.
        SettingsError: If it was saved by a version of clew whose settings were others.
    """
    async with open_threads(home) as saver:
        saved = await saver.aget_tuple({"configurable": {"thread_id": thread_id}})
    if saved is None:
        raise unknown_thread(thread_id)
    return settings_of(saved)


def settings_of(saved: CheckpointTuple) -> Settings:
    """Return the settings that a checkpoint was made with; see `saved_settings`."""
    metadata: Mapping[str, Any] = saved.metadata
    try:
        return Settings.model_validate_json(metadata[METADATA_KEY])
    except (KeyError, ValidationError):
        raise SettingsError(
            "this run was saved by another version of clew and cannot go on; ask anew"
        ) from None


def unknown_thread(thread_id: str) -> UnknownThread:
    """Return the error that says that no run of that id is saved."""
    return UnknownThread(f"no run is saved under {thread_id!r}")


def _saved_types() -> list[type]:
    """The types a checkpoint may hold; nothing else is brought to life when one is read."""
    graph = (answer, budget, chain_tree, plan, protocols, steps)
    search = (core, domain, moves, record, run_domain, run_research, run_states, run_values, tree)
    models = [
        value
        for module in (*graph, *search)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel)
    ]
    return [*dict.fromkeys(models), Passage, StepResult]

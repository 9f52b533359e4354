"""Small SQLite files in the home, safe for several processes and for many threads."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from ..errors import ClewError, StorageFull
from ..tools.corpus.storage import is_full

_PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""


class Database:
    """A SQLite file; every use of it has a connection of its own.

    Args:
        file: Where it lies; it and its folder are made on first use.
        schema: Statements that make its tables.
        what: What it holds, in the plural, as messages name it.
    """

    def __init__(self, file: Path, schema: str, what: str) -> None:
        self._file = file
        self._schema = schema
        self._what = what

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one state of the file; raises as `writing` does."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; what is written is kept if nothing is raised, else undone.

        Raises:
            StorageFull: No room is left on the disk.
            ClewError: The file cannot be used.
        """
        # One that reads before it writes would fail where another has written meanwhile.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            if not self._file.exists():
                self._make()
            with closing(
                sqlite3.connect(self._file, timeout=_PATIENCE, isolation_level=None)
            ) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute(begin)
                with connection:
                    yield connection
        except (OSError, sqlite3.Error) as error:
            if is_full(error):
                raise StorageFull(f"no room is left on the disk of {self._file}") from error
            raise ClewError(
                f"the saved {self._what} in {self._file} cannot be used: {error} "
                "(`clew doctor` may tell more)"
            ) from error

    def _make(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # SQLite refuses at once, whatever the timeout, when two connections make a new file WAL.
        with FileLock(self._file.with_suffix(".lock"), poll_interval=0.01):
            if self._file.exists():
                return
            # Others take a file that is there to be complete.
            new = self._file.with_suffix(".new")
            new.unlink(missing_ok=True)
            with closing(sqlite3.connect(new)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(self._schema)
            new.rename(self._file)

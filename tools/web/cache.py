"""Extracted pages on disk, so that a page is fetched once in a while and not once a run."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from .page import PageText

T = TypeVar("T")

_VERSION = 1
_BUSY_SECONDS = 2.0
_CLOCKS = 60.0  # seconds; a page further in the future was kept before the clock was put back
_SCHEMA = f"""
    CREATE TABLE pages (url TEXT PRIMARY KEY, stored REAL, size INTEGER, page TEXT) WITHOUT ROWID;
    CREATE INDEX by_age ON pages (stored, size);
    PRAGMA user_version = {_VERSION};
"""
_DELETE_OLDEST = """
    DELETE FROM pages WHERE url IN (
        SELECT url FROM (
            SELECT url, sum(size) OVER (ORDER BY stored DESC, url) AS newer FROM pages
        ) WHERE newer > ?
    )
"""
_ROOM = 0.9  # of the bytes that are allowed is left when pages give way, so that it is seldom
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})


class PageCache:
    """Texts of pages by the address they were asked for, for any number of processes.

    It is a table of SQLite in WAL mode, read and written in a thread of its own. Nothing that goes
    wrong with it is ever an error: a page that cannot be kept or found is just fetched again, and
    a damaged file gives way to a new one.

    Why no library: diskcache, the usual one, has had no release since 2023, and pickles what it
    keeps, so that who can write the file runs code in whoever reads it. The caches made for httpx
    keep responses, not the few bytes of text in them.

    It belongs to no event loop, and may be used after `close` again.
    """

    def __init__(
        self,
        home: Path,
        *,
        max_age: timedelta = timedelta(days=1),
        max_bytes: int = 256_000_000,
    ) -> None:
        """Set up the cache; no file is touched yet.

        Args:
            home: The user's clew folder; the cache lies in its folder ``web``.
            max_age: How long a page is kept.
            max_bytes: The most bytes of pages that are kept; older ones give way.
        """
        self._folder = home / "web"
        self._path = self._folder / "pages.sqlite"
        self._max_age = max_age.total_seconds()
        self._max_bytes = max_bytes
        self._connection: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        # One is closed while others, in other threads and loops, go on with the next.
        self._starting = threading.Lock()
        self._using = threading.RLock()

    async def get(self, url: str, *, max_age: timedelta | None = None) -> PageText | None:
        """Return the page that is kept for an address, or None.

        Args:
            url: The address in canonical form.
            max_age: The greatest age that will do, where it is less than that of the cache.
        """
        age = self._max_age if max_age is None else min(self._max_age, max_age.total_seconds())
        return await self._run(lambda connection: _find(connection, url, age))

    async def put(self, url: str, page: PageText) -> None:
        """Keep a page.

        Args:
            url: The address it was asked for, in canonical form, which may differ from its own.
            page: Its text.
        """
        await self._run(
            lambda connection: _keep(connection, url, page, self._max_age, self._max_bytes)
        )

    async def close(self) -> None:
        """Close the file, after what is under way."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            closed = thread.submit(self._disconnect)
            thread.shutdown(wait=False)
            await asyncio.wrap_future(closed)

    async def _run(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._starting:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="clew-page-cache")
            done = self._thread.submit(self._guarded, act)
        return await asyncio.wrap_future(done)

    def _guarded(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        # A full disk, a folder that cannot be written and the like cost the caching only.
        with self._using, suppress(OSError, sqlite3.Error, Timeout):
            try:
                return act(self._connected())
            except sqlite3.Error as error:
                if not _is_damage(error):
                    raise
            self._replace()
            return act(self._connected())
        return None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._lock():
                self._connection = _open(self._path)
        return self._connection

    def _disconnect(self) -> None:
        with self._using:
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    self._connection.close()
                self._connection = None

    def _replace(self) -> None:
        """Remove the file, unless another process has just done so."""
        self._disconnect()
        with self._lock():
            if not _is_sound(self._path):
                # The log first: without its database it would be taken for that of the next.
                for suffix in ("-wal", "-shm", ""):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _lock(self) -> FileLock:
        return FileLock(self._folder / "pages.lock", timeout=_BUSY_SECONDS)


def _open(path: Path) -> sqlite3.Connection:
    # Each statement is a transaction, but for those that begin one.
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(_SCHEMA)
        elif version != _VERSION:
            raise sqlite3.DatabaseError("file is not a database of this version")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_sound(path: Path) -> bool:
    try:
        with closing(_open(path)) as connection:
            connection.execute("SELECT url, stored, size, page FROM pages LIMIT 1")
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise
        return False


def _is_damage(error: sqlite3.Error) -> bool:
    # Errors without a code are this module's own.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_NOTADB) & 0xFF in _DAMAGE


def _find(connection: sqlite3.Connection, url: str, max_age: float) -> PageText | None:
    now = time.time()
    query = "SELECT page FROM pages WHERE url = ? AND stored BETWEEN ? AND ?"
    row = connection.execute(query, (url, now - max_age, now + _CLOCKS)).fetchone()
    if row is None:
        return None
    try:
        return PageText.model_validate_json(row[0])
    except ValidationError:
        return None


def _keep(
    connection: sqlite3.Connection, url: str, page: PageText, max_age: float, max_bytes: int
) -> None:
    content = page.model_dump_json()
    now = time.time()
    size = len(content.encode()) + len(url.encode())
    if size > _ROOM * max_bytes:
        # It would take the place of all others.
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", (url, now, size, content)
        )
        connection.execute(
            "DELETE FROM pages WHERE stored NOT BETWEEN ? AND ?", (now - max_age, now + _CLOCKS)
        )
        (total,) = connection.execute("SELECT total(size) FROM pages").fetchone()
        if total > max_bytes:
            connection.execute(_DELETE_OLDEST, (_ROOM * max_bytes,))
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise

"""Vectors that were computed for an index that is not finished yet.

Encoding is the long part of indexing. Each batch is kept as it comes, so that an indexing run that
was killed goes on where it stopped.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class EncodingJournal:
    """Vectors by key, each batch on disk before the next is computed."""

    def __init__(self, path: Path) -> None:
        """Open the journal, or begin one where there is none that can be used."""
        try:
            self._connection = self._open(path)
        except sqlite3.DatabaseError:
            path.unlink()
            self._connection = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"
        )
        return connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def keys(self) -> set[str]:
        """Return the keys of all vectors that were kept."""
        return {key for (key,) in self._connection.execute("SELECT key FROM vectors")}

    def put(self, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep a batch of vectors."""
        rows = [(key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True)]
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")

    def get(self, keys: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of these keys, one row each, in this order."""
        query = "SELECT vector FROM vectors WHERE key = ?"
        rows = [self._connection.execute(query, (key,)).fetchone()[0] for key in keys]
        return np.stack([np.frombuffer(row, np.float32) for row in rows])

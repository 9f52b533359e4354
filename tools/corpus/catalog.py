"""The documents and passages of one generation, in SQLite."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..passages import Passage
from .chunking import embedded_text
from .readers import Document
from .titles import title_keys

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    source TEXT PRIMARY KEY, file TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passages (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, start INTEGER NOT NULL, title TEXT NOT NULL,
    text TEXT NOT NULL, vector TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS titles (key TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_by_file ON documents (file);
CREATE INDEX IF NOT EXISTS passages_by_source ON passages (source, start);
CREATE INDEX IF NOT EXISTS passages_by_vector ON passages (vector);
CREATE INDEX IF NOT EXISTS titles_by_key ON titles (key);
CREATE INDEX IF NOT EXISTS titles_by_source ON titles (source);
"""


class IndexedDocument(NamedTuple):
    """A document of a corpus: where it is from, what changes when it does, and its title."""

    source: str
    digest: str
    title: str


def vector_key(encoder: str, passage: Passage) -> str:
    """Return the name of a passage's vector: the same encoder and input give the same name."""
    content = f"{encoder}\0{embedded_text(passage.title, passage.text)}"
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:32]


def document_digest(document: Document) -> str:
    """Return what changes when a document does."""
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()


class Catalog:
    """Read access to a generation, from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the catalog; `sqlite3.DatabaseError` where it is none."""
        # The file never changes, so SQLite need not look for locks or journals.
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _rows(self, query: str, *values: object) -> list[tuple[str, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return the passages of these ids, in this order; `KeyError` for an unknown one."""
        rows = self._rows(
            "SELECT id, source, start, title, text FROM passages "
            "WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        found = {
            name: Passage(id=name, source=source, start=int(start), title=title, text=text)
            for name, source, start, title, text in rows
        }
        return [found[name] for name in ids]

    def passage_ids(self) -> list[str]:
        """Return the ids of all passages, in the order of their documents."""
        return [id for (id,) in self._rows("SELECT id FROM passages ORDER BY source, start")]

    def documents(self) -> list[IndexedDocument]:
        """Return every document, in the order of their sources."""
        rows = self._rows(
            "SELECT source, digest, min(title) FROM documents JOIN passages USING (source) "
            "GROUP BY source ORDER BY source"
        )
        return [IndexedDocument(*row) for row in rows]

    def vector_keys(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the name of each passage's vector."""
        rows = self._rows(
            "SELECT id, vector FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {name: key for name, key in rows}

    def sharing(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Return the passages that each of these vectors stands for; unknown ones are left out."""
        return self._grouped(
            "SELECT vector, id FROM passages WHERE vector IN (SELECT value FROM json_each(?)) "
            "ORDER BY source, start",
            keys,
        )

    def titled(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Return the passages of the documents that each of these title keys names."""
        return self._grouped(
            "SELECT titles.key, passages.id FROM titles JOIN passages USING (source) "
            "WHERE titles.key IN (SELECT value FROM json_each(?)) ORDER BY source, start",
            keys,
        )

    def _grouped(self, query: str, keys: Collection[str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for key, name in self._rows(query, json.dumps(list(keys))):
            groups.setdefault(key, []).append(name)
        return groups


class CatalogDraft:
    """The catalog of a generation that is being made."""

    def __init__(self, path: Path) -> None:
        """Open a copy of the previous catalog, or a new one."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        # Nobody reads the draft, and a failed one is thrown away: no journal is needed.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")

    def finish(self) -> None:
        """Write the draft down; it changes no more."""
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _one(self, query: str, *values: object) -> str | None:
        row = self._connection.execute(query, values).fetchone()
        return None if row is None else str(row[0])

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        return int(self._one(f"SELECT count(*) FROM {table}") or 0)

    def file_digest(self, path: str) -> str | None:
        """Return the digest of a file that was read without complaint, or nothing."""
        return self._one("SELECT digest FROM files WHERE path = ?", path)

    def remember_file(self, path: str, digest: str | None) -> None:
        """Note the digest of a file; none if it has to be read again next time."""
        self._connection.execute("DELETE FROM files WHERE path = ?", (path,))
        if digest is not None:
            self._connection.execute("INSERT INTO files VALUES (?, ?)", (path, digest))

    def document_digest(self, source: str) -> str | None:
        """Return the digest of a document, or nothing if it is new."""
        return self._one("SELECT digest FROM documents WHERE source = ?", source)

    def sources_of(self, path: str) -> set[str]:
        """Return the documents that a file holds."""
        query = "SELECT source FROM documents WHERE file = ?"
        return {source for (source,) in self._connection.execute(query, (path,))}

    def files_below(self, path: str) -> set[str]:
        """Return the files with documents that are this path or lie below it."""
        query = "SELECT DISTINCT file FROM documents WHERE file = ? OR substr(file, 1, ?) = ?"
        folder = path.rstrip("/") + "/"
        rows = self._connection.execute(query, (path, len(folder), folder))
        return {file for (file,) in rows}

    def put(self, file: str, document: Document, passages: list[Passage], encoder: str) -> None:
        """Add a document, or replace it."""
        self.remove(document.source)
        source = document.source
        execute = self._connection.executemany
        execute(
            "INSERT INTO documents VALUES (?, ?, ?)",
            [(source, file, document_digest(document))],
        )
        execute(
            "INSERT INTO titles VALUES (?, ?)",
            [(key, source) for key in title_keys(document.title)],
        )
        execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            [(p.id, source, p.start, p.title, p.text, vector_key(encoder, p)) for p in passages],
        )

    def remove(self, source: str) -> None:
        """Remove a document."""
        for table in ("documents", "passages", "titles"):
            self._connection.execute(f"DELETE FROM {table} WHERE source = ?", (source,))

    def vector_inputs(self) -> dict[str, str]:
        """Return the input of the encoder for each vector."""
        query = "SELECT vector, title, text FROM passages ORDER BY source, start"
        rows: Iterable[tuple[str, str, str]] = self._connection.execute(query)
        return {key: embedded_text(title, text) for key, title, text in rows}

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the id of each passage with the text whose terms are indexed."""
        query = "SELECT id, title, text FROM passages ORDER BY source, start"
        for name, title, text in self._connection.execute(query):
            yield name, embedded_text(title, text)

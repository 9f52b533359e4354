"""Conversations on the disk: they survive restarts, and nobody sees those of another."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from pydantic import ValidationError

from ...errors import UnknownConversation
from ...graphs.answer import Answer
from ..databases import Database
from .turns import Conversation, ConversationSummary, SavedTurn

T = TypeVar("T")

UNTITLED = "New conversation"
_TITLE = 60
"""Characters of a title that is made of a question."""
_UNREADABLE = (
    "this answer was saved by another version of clew and cannot be shown; ask the question again"
)
_SCHEMA = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
    created TEXT NOT NULL, changed TEXT NOT NULL
);
CREATE INDEX conversations_by_owner ON conversations (owner, changed);
CREATE TABLE turns (
    id TEXT NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversations (id),
    position INTEGER NOT NULL,
    question TEXT NOT NULL, standalone TEXT NOT NULL, clarification TEXT,
    thread_id TEXT, answer TEXT, error TEXT, created TEXT NOT NULL,
    PRIMARY KEY (conversation, position), UNIQUE (conversation, id)
);
"""
_SUMMARIES = """
SELECT id, title, created, changed,
    (SELECT count(*) FROM turns WHERE conversation = conversations.id) AS turn_count,
    (SELECT substr(question, 1, 500) FROM turns WHERE conversation = conversations.id
     ORDER BY position LIMIT 1) AS first_question
FROM conversations WHERE owner = ?
"""


class ConversationStore:
    """Keeps conversations in one SQLite file; safe for several processes.

    Every call names the owner; a conversation of another owner is as one that does not exist.
    Each call can raise `StorageFull`, or `ClewError` where the file cannot be used.

    Args:
        home: Folder of the settings where the file lies.
    """

    def __init__(self, home: Path) -> None:
        self._database = Database(home / "conversations.sqlite", _SCHEMA, "conversations")

    async def create(self, owner: str) -> Conversation:
        """Begin a conversation and return it, without turns."""
        now = datetime.now(UTC)
        begun = Conversation(
            id=uuid4().hex, title=UNTITLED, created=now, changed=now, turn_count=0, turns=()
        )

        def insert(connection: sqlite3.Connection) -> Conversation:
            row = (begun.id, owner, "", now.isoformat(), now.isoformat())
            connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", row)
            return begun

        return await self._written(insert)

    async def append(self, id: str, owner: str, turn: SavedTurn) -> None:
        """Add a turn at the end; raises `UnknownConversation`."""

        def insert(connection: sqlite3.Connection) -> None:
            _touch(connection, id, owner)
            (position,) = connection.execute(
                "SELECT coalesce(max(position) + 1, 0) FROM turns WHERE conversation = ?", (id,)
            ).fetchone()
            connection.execute(
                "INSERT INTO turns (question, standalone, clarification, thread_id, answer, error,"
                " created, conversation, id, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*_columns(turn), id, turn.id, position),
            )

        await self._written(insert)

    async def replace_turn(self, id: str, owner: str, turn: SavedTurn) -> None:
        """Put a turn in the place of the one with its id.

        Raises:
            UnknownConversation: There is no such conversation of that owner, or no such turn.
        """

        def update(connection: sqlite3.Connection) -> None:
            _touch(connection, id, owner)
            updated = connection.execute(
                "UPDATE turns SET question = ?, standalone = ?, clarification = ?, thread_id = ?,"
                " answer = ?, error = ?, created = ? WHERE conversation = ? AND id = ?",
                (*_columns(turn), id, turn.id),
            )
            if not updated.rowcount:
                raise UnknownConversation(
                    f"the conversation {id!r} has no turn {turn.id!r}; load it again"
                )

        await self._written(update)

    async def list(self, owner: str) -> tuple[ConversationSummary, ...]:
        """Return the conversations of an owner, last written to first."""

        def read() -> tuple[ConversationSummary, ...]:
            with self._database.reading() as connection:
                rows = connection.execute(
                    f"{_SUMMARIES} ORDER BY changed DESC, rowid DESC", (owner,)
                )
                return tuple(map(_summary, rows))

        return await asyncio.to_thread(read)

    async def load(self, id: str, owner: str) -> Conversation:
        """Return a conversation with its turns; raises `UnknownConversation`.

        The answer of a turn that another version of clew saved in another form is told as the
        turn's error.
        """

        def read() -> Conversation:
            with self._database.reading() as connection:
                row = connection.execute(f"{_SUMMARIES} AND id = ?", (owner, id)).fetchone()
                if row is None:
                    raise _unknown(id)
                turns = connection.execute(
                    "SELECT * FROM turns WHERE conversation = ? ORDER BY position", (id,)
                ).fetchall()
            # Validated once the file is closed, for long answers take time.
            return Conversation(**_summary(row).model_dump(), turns=tuple(map(_turn, turns)))

        return await asyncio.to_thread(read)

    async def rename(self, id: str, owner: str, title: str) -> None:
        """Give a conversation a title, a blank one for its first question again.

        Raises:
            UnknownConversation: There is no such conversation of that owner.
        """

        def update(connection: sqlite3.Connection) -> None:
            _touch(connection, id, owner)
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ?", (_storable(_line(title)), id)
            )

        await self._written(update)

    async def delete(self, id: str, owner: str) -> None:
        """Forget a conversation with its turns; raises `UnknownConversation`.

        The runs that answered them stay saved.
        """

        def remove(connection: sqlite3.Connection) -> None:
            _touch(connection, id, owner)
            connection.execute("DELETE FROM turns WHERE conversation = ?", (id,))
            connection.execute("DELETE FROM conversations WHERE id = ?", (id,))

        await self._written(remove)

    async def _written(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def do() -> T:
            with self._database.writing() as connection:
                return work(connection)

        return await asyncio.to_thread(do)


def _touch(connection: sqlite3.Connection, id: str, owner: str) -> None:
    """Note that a conversation changes now; raises `UnknownConversation`."""
    updated = connection.execute(
        "UPDATE conversations SET changed = ? WHERE id = ? AND owner = ?",
        (datetime.now(UTC).isoformat(), id, owner),
    )
    if not updated.rowcount:
        raise _unknown(id)


def _unknown(id: str) -> UnknownConversation:
    return UnknownConversation(f"no conversation {id!r} is saved; choose another or begin one")


def _columns(turn: SavedTurn) -> tuple[str | None, ...]:
    answer = None
    if turn.answer is not None:
        answer = json.dumps(turn.answer.model_dump(mode="json"), ensure_ascii=False)
    texts = (turn.question, turn.standalone, turn.clarification, turn.thread_id, answer, turn.error)
    stored = (None if text is None else _storable(text) for text in texts)
    return (*stored, turn.created.isoformat())


def _storable(text: str) -> str:
    # Half of a surrogate pair, which a browser or a page may send, cannot be stored.
    return text.encode("utf-8", "replace").decode()


def _turn(row: sqlite3.Row) -> SavedTurn:
    answer, error = None, row["error"]
    if row["answer"] is not None:
        try:
            answer = Answer.model_validate_json(row["answer"])
        except ValidationError:
            error = error or _UNREADABLE
    columns = ("id", "question", "standalone", "clarification", "thread_id", "created")
    return SavedTurn(**{name: row[name] for name in columns}, answer=answer, error=error)


def _summary(row: sqlite3.Row) -> ConversationSummary:
    title = row["title"] or _shortened(row["first_question"] or "") or UNTITLED
    columns = ("id", "created", "changed", "turn_count")
    return ConversationSummary(title=title, **{name: row[name] for name in columns})


def _shortened(question: str) -> str:
    line = _line(question)
    if len(line) <= _TITLE:
        return line
    head = line[: _TITLE - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head else head}…"


def _line(text: str) -> str:
    return " ".join(text.split())

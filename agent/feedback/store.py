"""Judgements on the disk, in the order in which they were given."""

import asyncio
import json
from pathlib import Path

from pydantic import ValidationError

from ..databases import Database
from .models import Feedback

_SCHEMA = "CREATE TABLE feedback (id TEXT PRIMARY KEY, judgement TEXT NOT NULL);"


class FeedbackStore:
    """Keeps judgements in one SQLite file; safe for several processes.

    Each call can raise `StorageFull`, or `ClewError` where the file cannot be used.

    Args:
        home: Folder of the settings where the file lies.
    """

    def __init__(self, home: Path) -> None:
        self._database = Database(home / "feedback.sqlite", _SCHEMA, "judgements")

    async def add(self, feedback: Feedback) -> None:
        """Add a judgement."""
        await asyncio.to_thread(self._insert, feedback)

    async def all(self) -> tuple[Feedback, ...]:
        """Return all judgements that this version of clew can read, the oldest first."""
        return await asyncio.to_thread(self._select)

    def _insert(self, feedback: Feedback) -> None:
        # As ASCII, pairs of halves and lone ones alike come through.
        row = (feedback.id, json.dumps(feedback.model_dump(mode="json")))
        with self._database.writing() as connection:
            connection.execute("INSERT INTO feedback VALUES (?, ?)", row)

    def _select(self) -> tuple[Feedback, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT judgement FROM feedback ORDER BY rowid").fetchall()
        return tuple(filter(None, (_readable(row["judgement"]) for row in rows)))


def _readable(saved: str) -> Feedback | None:
    try:
        return Feedback.model_validate(json.loads(saved))
    except ValidationError:
        return None


def that_count(judgements: tuple[Feedback, ...]) -> tuple[Feedback, ...]:
    """Return the last judgement on each thing, without those that were taken back."""
    last: dict[tuple[str | None, ...], Feedback] = {}
    for each in judgements:
        last.pop(each.about, None)
        last[each.about] = each
    return tuple(each for each in last.values() if not each.is_empty)

"""Loading questions: every record checked, and all that is wrong told at once."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from ...errors import QuestionsError
from ...tools.listing import listed
from ..questions import EvalQuestion, Paragraph
from .fields import BadRecord
from .formats import Format
from .hub import PREFIX, hub_source, spelled
from .records import Entry, read_entries
from .registry import format_named, recognised

_SHOWN = 20
"""Unusable records that an error names."""


class BadLine(NamedTuple):
    """A record that is no question.

    Attributes:
        place: Where it is, such as ``line 3``.
        reason: Why it is none.
    """

    place: str
    reason: str


@dataclass(frozen=True)
class QuestionSet:
    """Questions as they are to be asked.

    Attributes:
        name: Name of the file, or of the data set on the hub.
        format: Name of the format it was read as.
        questions: The questions in the order of the file.
        skipped: Records that were skipped.
    """

    name: str
    format: str
    questions: tuple[EvalQuestion, ...]
    skipped: tuple[BadLine, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of the questions with their gold and paragraphs, in their order."""
        digest = hashlib.sha256()
        for question in self.questions:
            line = json.dumps(question.model_dump(), sort_keys=True, separators=(",", ":"))
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()


def load_questions(
    source: str, *, format: str | None = None, limit: int | None = None, skip_bad: bool = False
) -> QuestionSet:
    """Load questions from a file or from the hub.

    Args:
        source: Path of a file, or ``hub:`` and a data set as `hub_source` reads it.
        format: Name of the format; found by the fields of the first record if not given.
        limit: The most questions to take, from the first on; all are checked nonetheless.
        skip_bad: Whether to leave out what is no question instead of refusing all.

    Raises:
        QuestionsError: The source or format is not known, the source cannot be read, some record
            is no question or repeats an id, or no question is left.
    """
    if limit is not None and limit < 1:
        raise QuestionsError(f"at least one question must be asked, not {limit}")
    chosen = format_named(format) if format is not None else None
    if source.startswith(PREFIX):
        hub = hub_source(source)
        name, chosen, entries = spelled(hub.address), chosen or hub.format, hub.entries()
    else:
        path = Path(source).expanduser()
        name, entries = path.name, read_entries(path)
    loading = _Loading(name, chosen)
    loading.run(entries)
    if not loading.questions or (loading.bad and not skip_bad):
        raise _unusable(loading)
    assert loading.format is not None
    questions = tuple(loading.questions[:limit])
    return QuestionSet(name, loading.format.name, questions, tuple(loading.bad))


def paragraph_documents(questions: Iterable[EvalQuestion]) -> Iterator[Paragraph]:
    """Yield the paragraphs of all questions, equal ones once, in the order of the questions."""
    seen: set[str] = set()
    for question in questions:
        for paragraph in question.paragraphs:
            if paragraph.id not in seen:
                seen.add(paragraph.id)
                yield paragraph


class _Loading:
    """Sorts the entries of one source into questions and what is none."""

    def __init__(self, name: str, format: Format | None) -> None:
        self.name = name
        self.format = format
        self.questions: list[EvalQuestion] = []
        self.bad: list[BadLine] = []
        self._places: dict[str, str] = {}

    def run(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            try:
                self.questions.append(self._question(entry))
            except BadRecord as error:
                self.bad.append(BadLine(entry.place, str(error)))

    def _question(self, entry: Entry) -> EvalQuestion:
        if entry.record is None:
            raise BadRecord(entry.reason)
        if self.format is None:
            self.format = recognised(entry.record, self.name)
        try:
            question = self.format.read(entry.record, entry.number)
        except ValidationError as error:
            raise BadRecord(_reason(error)) from error
        first = self._places.setdefault(question.id, entry.place)
        if first != entry.place:
            raise BadRecord(f"its id {question.id[:80]!r} was already used by {first}")
        return question


def _reason(error: ValidationError) -> str:
    """Return what pydantic found wrong; formats have checked all but what characters are."""
    found = error.errors()[0]
    where = ".".join(map(str, found["loc"])) or "record"
    if found["type"] == "string_unicode":
        return f"its {where} holds half of a character (a lone surrogate)"
    return f"its {where} cannot be used: {found['msg']}"


def _unusable(loading: _Loading) -> QuestionsError:
    read_as = f", read as {loading.format.name}," if loading.format else ""
    shown = listed([f"{bad.place}: {bad.reason}" for bad in loading.bad], _SHOWN)
    if not loading.questions:
        return QuestionsError(f"{loading.name}{read_as} holds no usable question: {shown}")
    return QuestionsError(
        f"{loading.name}{read_as} has {_counted(loading.bad)} that cannot be used: {shown}. "
        "Mend them, or leave them out with --skip-bad-lines"
    )


def _counted(bad: Sequence[BadLine]) -> str:
    return "1 record" if len(bad) == 1 else f"{len(bad):,} records"

"""Questions of one's own, in as few fields as they have."""

from typing import Any, Literal

from ..questions import EvalQuestion
from .fields import (
    BadRecord,
    Record,
    field_names,
    hops,
    identifier,
    items,
    optional_text,
    text,
    texts,
)
from .formats import Format

_UNANSWERABLE = "unanswerable"


def _recognises(record: Record) -> bool:
    return {"question", "answers"} <= record.keys()


def _read(record: Record, number: int) -> EvalQuestion:
    id, kind = identifier(record, "id"), optional_text(record, "type")
    if record.get("answers") is None:
        raise BadRecord(
            f"it has no gold: answers is not among its fields, which are {field_names(record)}"
        )
    answers = texts(record, "answers")
    answerable = _answerable(record, kind)
    if answerable and not answers:
        raise BadRecord("no answers; where there are none, say so with answerable: false")
    if answers and not answerable:
        raise BadRecord("it has answers and is said to be unanswerable")
    gold, gold_by = _gold(record)
    return EvalQuestion(
        id=id,
        question=text(record, "question"),
        answers=answers,
        answerable=answerable,
        type=kind,
        hops=hops(record, steps=items(record, "decomposition"), names=(kind, id), gold=len(gold)),
        gold=gold,
        gold_by=gold_by,
    )


def _answerable(record: Record, kind: str | None) -> bool:
    told = record.get("answerable")
    if told is None:
        return kind != _UNANSWERABLE
    if not isinstance(told, bool):
        raise BadRecord("its answerable is neither true nor false")
    return told


def _gold(record: Record) -> tuple[tuple[tuple[str, ...], ...], Literal["id", "title"]]:
    """Return the gold passages; where one is written as a list, any of the list will do."""
    gold_by: Literal["id", "title"] = "id" if record.get("gold_ids") else "title"
    name = f"gold_{gold_by}s"
    told = [item if isinstance(item, list) else [item] for item in items(record, name)]
    return tuple(dict.fromkeys(_keys(each, name) for each in told)), gold_by


def _keys(told: list[Any], name: str) -> tuple[str, ...]:
    if not told:
        raise BadRecord(f"its {name} hold an empty list")
    return tuple(dict.fromkeys(identifier({name: key}, name) for key in told))


FORMAT = Format(
    name="plain",
    about="your own questions: id, question, answers; type, hops, gold_titles or gold_ids",
    file="JSON lines",
    passages="needs a corpus",
    licence="your own",
    hub=None,
    recognises=_recognises,
    read=_read,
)

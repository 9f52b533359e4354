"""Fields of a record: taken out with their types checked, whatever the record holds."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..questions import Paragraph

Record = Mapping[str, Any]

_NAMED = 12
_HOPS = re.compile(r"(\d)hop")


class BadRecord(Exception):
    """A record is no question; the message says why, and goes after the place where it is."""


def field_names(record: Record) -> str:
    """Return the names of a record's fields for an error, the first of them if there are many."""
    names = ", ".join(str(name)[:40] for name in list(record)[:_NAMED]) or "none"
    return f"{names} and more" if len(record) > _NAMED else names


def text(record: Record, name: str) -> str:
    """Return a text that must be there, verbatim.

    Raises:
        BadRecord: It is missing, blank or no text.
    """
    found = optional_text(record, name)
    if found is None or not found.strip():
        raise BadRecord(f"no {name}")
    return found


def optional_text(record: Record, name: str) -> str | None:
    """Return a text, or None where there is none; raises `BadRecord` if it is something else."""
    found = record.get(name)
    if found is not None and not isinstance(found, str):
        raise BadRecord(f"its {name} is no text but {_kind(found)}")
    return found


def texts(record: Record, name: str) -> tuple[str, ...]:
    """Return the distinct texts of a list, none where there is none.

    Raises:
        BadRecord: It is no list of texts, or one of them is blank.
    """
    found = items(record, name)
    for item in found:
        if not isinstance(item, str):
            raise BadRecord(f"its {name} hold no text but {_kind(item)}")
        if not item.strip():
            raise BadRecord(f"its {name} hold a blank text")
    return tuple(dict.fromkeys(found))


def items(record: Record, name: str) -> Sequence[Any]:
    """Return a list, empty where there is none; raises `BadRecord` if it is something else."""
    found = record.get(name)
    if found is None:
        return ()
    if not isinstance(found, list | tuple):
        raise BadRecord(f"its {name} is no list but {_kind(found)}")
    return found


def required_items(record: Record, name: str) -> Sequence[Any]:
    """Return a list that must be there; raises `BadRecord` if it is not."""
    if record.get(name) is None:
        raise BadRecord(f"no {name}")
    return items(record, name)


def rows(record: Record, name: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return a table that must be there, in whichever way it is written.

    Tables are written as lists of rows, each a list or an object, and on the hub also as one
    object that holds a list for each column.

    Args:
        record: What holds the table.
        name: Its field.
        columns: Names of the columns, in the order in which rows that are lists hold them.

    Raises:
        BadRecord: It is missing or no such table.
    """
    table = record.get(name)
    if isinstance(table, Mapping):
        values = [required_items(table, column) for column in columns]
        if len({len(column) for column in values}) > 1:
            raise BadRecord(f"the columns of its {name} differ in length")
        return list(zip(*values, strict=True))
    return [_row(row, name, columns) for row in required_items(record, name)]


def _row(row: Any, name: str, columns: Sequence[str]) -> tuple[Any, ...]:
    if isinstance(row, Mapping):
        if missing := [column for column in columns if column not in row]:
            raise BadRecord(f"its {name} lack {missing[0]}")
        return tuple(row[column] for column in columns)
    if isinstance(row, list | tuple) and len(row) >= len(columns):
        return tuple(row[: len(columns)])
    raise BadRecord(f"its {name} hold {_kind(row)} where {' and '.join(columns)} should be")


def as_text(value: Any, what: str) -> str:
    """Return a value that must be a text and not blank; raises `BadRecord` otherwise."""
    if not isinstance(value, str):
        raise BadRecord(f"{what} is no text but {_kind(value)}")
    if not value.strip():
        raise BadRecord(f"{what} is blank")
    return value


def identifier(record: Record, *names: str) -> str:
    """Return the id under the first of these names that has one; whole numbers are ids too.

    Raises:
        BadRecord: There is none.
    """
    found = optional_identifier(record, *names)
    if found is None:
        raise BadRecord(f"no {' or '.join(names)}")
    return found


def optional_identifier(record: Record, *names: str) -> str | None:
    """Return the id under the first of these names that has one, or None."""
    for name in names:
        found = record.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if isinstance(found, str):
            if found.strip():
                return found
        elif found is not None:
            raise BadRecord(f"its {name} is no text or whole number but {_kind(found)}")
    return None


def hops(
    record: Record, *, steps: Iterable[Any] = (), names: Iterable[str | None] = (), gold: int = 0
) -> int | None:
    """Return how many facts a question takes.

    That is what the record says; else the steps of its decomposition; else what its type or id
    says in the way of MuSiQue (``3hop1``); else the number of its gold passages.

    Args:
        record: Holds ``hops``, if the data set tells.
        steps: The decomposition.
        names: Type and id.
        gold: How many gold passages there are.

    Raises:
        BadRecord: The record says something that is no number of facts.
    """
    told = record.get("hops")
    if told is not None:
        if isinstance(told, bool) or not isinstance(told, int) or told < 1:
            raise BadRecord("its hops are no whole number above zero")
        return told
    if count := len(list(steps)):
        return count
    for name in names:
        if match := _HOPS.match(name or ""):
            return int(match[1]) or None
    return gold or None


def paragraph(title: str, content: str) -> Paragraph:
    """Return a paragraph; its id is 16 hexadecimal digits over title and text."""
    whole = f"{title}\0{content}".encode("utf-8", "surrogatepass")
    return Paragraph(id=hashlib.sha256(whole).hexdigest()[:16], title=title, text=content)


def distinct(paragraphs: Iterable[Paragraph]) -> tuple[Paragraph, ...]:
    """Return the paragraphs that hold any text, each once, in their order."""
    return tuple({each.id: each for each in paragraphs if each.text.strip()}.values())


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "an object"
    return f"a {type(value).__name__}"

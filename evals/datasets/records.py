"""Files into records: JSON lines, JSON arrays and CSV."""

import csv
import json
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import count
from pathlib import Path
from typing import IO, Any, NamedTuple

from ...errors import QuestionsError
from .fields import Record

_MARK = b"\xef\xbb\xbf"
_PEEK = 4_096


class Entry(NamedTuple):
    """A record, or why there is none where one should be.

    Attributes:
        number: Counts the entries of the file from 1.
        place: Where it is, such as ``line 3``.
        record: The record, if it could be read.
        reason: Why it could not be.
    """

    number: int
    place: str
    record: Record | None
    reason: str = ""


def read_entries(path: Path) -> Iterator[Entry]:
    """Read the records of a file; JSON lines and CSV are read line by line.

    Yields:
        Entries in the order of the file.

    Raises:
        QuestionsError: The file cannot be read at all, or holds nothing.
    """
    if path.is_dir():
        raise QuestionsError(f"{path} is a folder; name the file in it that holds the questions")
    found = False
    try:
        with path.open("rb") as file:
            for entry in _entries(path, file):
                found = True
                yield entry
    except FileNotFoundError:
        raise QuestionsError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise QuestionsError(f"{path} cannot be read: {_why(error)}") from error
    if not found:
        raise QuestionsError(f"{path} is empty")


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _entries(path: Path, file: IO[bytes]) -> Iterator[Entry]:
    if path.suffix.lower() == ".csv":
        yield from _csv(file)
        return
    start = file.read(_PEEK).removeprefix(_MARK).lstrip()
    file.seek(0)
    yield from _array(file) if start.startswith(b"[") else _lines(file)


def _csv(file: IO[bytes]) -> Iterator[Entry]:
    reader = csv.DictReader(TextIOWrapper(file, encoding="utf-8-sig", newline=""), strict=True)
    for number in count(1):
        place = f"record {number}"
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Entry(number, place, None, f"not CSV ({error})")
            continue
        if row is None:
            return
        # Keyed None are the values of columns that the header does not name.
        if None in row or None in row.values():
            yield Entry(number, place, None, "not as many values as the header has names")
        else:
            yield Entry(number, place, row)


def _array(file: IO[bytes]) -> Iterator[Entry]:
    try:
        values = json.loads(file.read().decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON array ({error})") from None
    for number, value in enumerate(values, start=1):
        yield _entry(number, f"record {number}", value)


def _lines(file: IO[bytes]) -> Iterator[Entry]:
    number = 0
    for line_number, line in enumerate(file, start=1):
        if line_number == 1:
            line = line.removeprefix(_MARK)
        if not line.strip():
            continue
        number += 1
        place = f"line {line_number}"
        try:
            value = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            yield Entry(number, place, None, "not UTF-8")
        except (ValueError, RecursionError) as error:
            yield Entry(number, place, None, f"not JSON ({error})")
        else:
            yield _entry(number, place, value)


def _entry(number: int, place: str, value: Any) -> Entry:
    if isinstance(value, dict):
        return Entry(number, place, value)
    return Entry(number, place, None, "not a JSON object")

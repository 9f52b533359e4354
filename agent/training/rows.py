"""Rows of training data: JSON Lines, read with errors that say where."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import TrainingDataError


def read_rows(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON Lines.

    Raises:
        TrainingDataError: The file cannot be read, or a line of it is no JSON object.
    """
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(line, file, number)
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingDataError(
            f"training data cannot be read from {file}: {error}; name its folder with --data"
        ) from error


def _row(line: str, file: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise TrainingDataError(f"{file}, line {number}, is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise TrainingDataError(f"{file}, line {number}, is no JSON object")
    return row

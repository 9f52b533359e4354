"""Files that survive a kill: written whole or not at all, or line by line."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import RunDirectoryError, StorageFull
from ..tools.corpus.storage import is_full, write_through

PART = ".part"
"""Ends the name of a file that is not whole yet."""


def json_text(content: Any) -> str:
    """Return an object as indented JSON."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; it is on the disk when this returns."""
    # A name of its own, for in a home two processes may write the same file.
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{PART}")
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append_durably(file: BinaryIO, data: bytes) -> None:
    """Append to an unbuffered file; the data is on the disk when this returns."""
    while data:
        data = data[file.write(data) :]
    os.fsync(file.fileno())


def drop_torn_line(path: Path) -> None:
    """Drop the end of a file whose last line was cut short when its process was killed."""
    with suppress(FileNotFoundError):
        content = path.read_bytes()
        if content and not content.endswith(b"\n"):
            with path.open("r+b") as file:
                file.truncate(content.rfind(b"\n") + 1)
                os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make new names in a folder last, where the system can."""
    with suppress(OSError):
        write_through(path)


@contextmanager
def trouble_told(path: Path) -> Iterator[None]:
    """Say what is wrong where a run cannot be written.

    Raises:
        StorageFull: If there is no room left.
        RunDirectoryError: If it cannot be written for another reason.
    """
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StorageFull(
                f"no room is left on the disk of {path}; what was finished is safe: make room and "
                "run it again, an evaluation with --resume"
            ) from error
        raise RunDirectoryError(
            f"{path} cannot be written: {error.strerror or error}; choose another folder, or make "
            "that one writable"
        ) from error

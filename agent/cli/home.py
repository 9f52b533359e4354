"""Whether clew can write to its home, and what is said where it cannot."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ...errors import ClewError

SAVED_RUNS = "threads.sqlite"
_ROOM = 1_000_000
"""Bytes without which nothing can be saved."""


class HomeTrouble(NamedTuple):
    """Why nothing can be saved in a home, and what to do about it."""

    found: str
    fix: str


def home_trouble(home: Path) -> HomeTrouble | None:
    """Try to write to a home, which is made if there is none, and return what is in the way."""
    import tempfile  # slow to import, and every command imports this module

    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(bytes(_ROOM))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            fix = "free some space, or set CLEW_HOME to another disk"
            return HomeTrouble(f"no room is left on the disk of {home}", fix)
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            fix = "move it away, or set CLEW_HOME to a folder"
            return HomeTrouble(f"a file is where the folder {home} should be", fix)
        fix = "make it writable, or set CLEW_HOME to a folder that is"
        return HomeTrouble(f"{home} cannot be written: {error.strerror}", fix)
    return None


@contextmanager
def home_trouble_told(home: Path) -> Iterator[None]:
    """Say what is wrong with a home where that makes a library fail, which seldom says it well."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if trouble := home_trouble(home):
            raise ClewError(f"{trouble.found}; {trouble.fix}") from error
        if isinstance(error, sqlite3.Error):  # those of corpora have been told as such by now
            raise ClewError(
                f"the saved runs in {home / SAVED_RUNS} cannot be used: {error} "
                "(`clew doctor` may tell more)"
            ) from error
        raise

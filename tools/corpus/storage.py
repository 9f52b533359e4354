"""Disks: writing through to them, and how each library says that one is full."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LEAST_ROOM = 16_000_000
_FULL_WORDS = re.compile(
    r"disk is full|no space left|\(os error (?:28|27|122)\)|disk quota|file too large",
    re.IGNORECASE,
)


def write_all_through(folder: Path) -> None:
    """Make sure that a directory and all below it is on the disk."""
    for entry in folder.iterdir():
        if entry.is_dir():
            write_all_through(entry)
        else:
            write_through(entry)
    write_through(folder)


def write_through(path: Path) -> None:
    """Make sure that a file, or the entries of a directory, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_full(error: BaseException) -> bool:
    """Tell whether an error of any library means that the disk is full."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    # Copying a directory, and Chroma, tell it in words only.
    return bool(_FULL_WORDS.search(str(error)))


def no_room(folder: Path) -> bool:
    """Tell whether a disk has less room than writing this directory once more would take.

    Chroma does not always say why it could not write.
    """
    written = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return shutil.disk_usage(folder).free < written + _LEAST_ROOM


def storage_full(name: str) -> StorageFull:
    """Return the error for a disk on which a corpus finds no room."""
    return StorageFull(
        f"no room left on the disk to write the index of corpus {name!r}; it is as it was before"
    )


@contextmanager
def full_disk_told(name: str) -> Iterator[None]:
    """Raise `StorageFull` for whatever a full disk makes the libraries raise."""
    try:
        yield
    except StorageFull:
        raise
    except Exception as error:
        if is_full(error):
            raise storage_full(name) from error
        raise

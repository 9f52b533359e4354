"""Full disks: how each library says it, in one error of ours."""

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_WORDS = re.compile(
    r"disk is full|no space left|\(os error (?:28|27|122)\)|disk quota|file too large",
    re.IGNORECASE,
)


def is_full(error: BaseException) -> bool:
    """Tell whether an error of any library means that the disk is full."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return bool(_FULL_WORDS.search(str(error)))


@contextmanager
def full_disk_told(name: str) -> Iterator[None]:
    """Raise `StorageFull` for whatever a full disk makes the libraries raise."""
    try:
        yield
    except StorageFull:
        raise
    except Exception as error:
        if is_full(error):
            raise StorageFull(
                f"no room left on the disk to write the index of corpus {name!r}; it is as "
                "it was before"
            ) from error
        raise

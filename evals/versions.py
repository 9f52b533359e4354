"""The code and the machine that a result stands on."""

import hashlib
import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_NOT_CODE = {"tests", "benchmarks", "build", "dist"}
_CODE = (".py", ".jinja")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def versions() -> dict[str, str]:
    """Return the versions of Python, of clew, and of the packages that clew needs.

    The number of clew's version stays while it is worked on, so its sources are hashed too.
    """
    found = {
        "python": platform.python_version(),
        "clew": _version("clew") or "source",
        "clew_sources": _hash_of_sources(),
    }
    for requirement in _requirements():
        if known := _version(requirement):
            found[requirement] = known
    return found


def _requirements() -> list[str]:
    """The names of the packages that clew needs, extras left out."""
    try:
        lines = requires("clew") or []
    except PackageNotFoundError:
        return []
    plain = [line for line in lines if "extra ==" not in line]
    return sorted(match[0] for line in plain if (match := _NAME.match(line)))


def machine() -> dict[str, str]:
    """Return what tells a machine: system, processor and number of cores."""
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count() or ""),
    }


def _hash_of_sources() -> str:
    content = hashlib.sha256()
    for path in sorted(_sources()):
        content.update(f"{path.relative_to(_PACKAGE).as_posix()}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def _sources() -> Iterator[Path]:
    for room in _PACKAGE.iterdir():
        if room.suffix in _CODE:
            yield room
        elif room.is_dir() and room.name.isidentifier() and room.name not in _NOT_CODE:
            yield from (path for path in room.rglob("*") if path.suffix in _CODE)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

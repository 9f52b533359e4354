"""The versions that a result stands on."""

import platform
import re
from importlib.metadata import PackageNotFoundError, requires, version

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def versions() -> dict[str, str]:
    """Return the versions of Python, of clew, and of the packages that clew needs."""
    found = {"python": platform.python_version(), "clew": _version("clew") or "source"}
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


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

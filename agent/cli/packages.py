"""Whether the packages that clew needs are installed and new enough."""

import re
from collections.abc import Iterator
from importlib import metadata
from typing import Literal, NamedTuple

State = Literal["ok", "warning", "problem"]

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:>=\s*(?P<least>[\d.]+))?")


class PackageFinding(NamedTuple):
    """What is installed of a package, and what to do if that will not do."""

    name: str
    state: State
    found: str
    fix: str = ""


def check_packages(distribution: str = "clew") -> Iterator[PackageFinding]:
    """Yield a finding for every package that an installed distribution requires."""
    try:
        required = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        yield PackageFinding(
            distribution,
            "warning",
            "runs from its folder without being installed; its packages are not checked",
            "install it: pip install -e .",
        )
        return
    for requirement in required:
        requirement, _, condition = requirement.partition(";")
        match = _REQUIREMENT.match(requirement)
        if match and "extra" not in condition:
            yield _check(match["name"], match["least"] or "0")


def _check(name: str, least: str) -> PackageFinding:
    fix = f'install it: pip install "{name}>={least}"'
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return PackageFinding(name, "problem", "not installed", fix)
    if _release(installed) < _release(least):
        return PackageFinding(name, "problem", f"{installed} is older than {least}", fix)
    return PackageFinding(name, "ok", installed)


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version up to the first part that is none."""
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()

"""``clew doctor``."""

from typing import TYPE_CHECKING

import typer

from ...errors import SettingsError
from .app import ANSWERED, FAILED
from .options import AsJson, Home, load_settings
from .output import print_json
from .wording import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .checks import Finding

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


def doctor(home: Home = None, json: AsJson = False) -> None:
    """Print what every check finds, as it is found."""
    found = []
    for finding in _findings(home):
        found.append(finding)
        if not json:
            _print(finding)
    problems = sum(finding.state == "problem" for finding in found)
    if json:
        findings = [finding._asdict() for finding in found]
        print_json({"works": not problems, "findings": findings})
    else:
        print()
        print(f"{counted(problems, 'problem')} to fix" if problems else "All that is needed works.")
    raise typer.Exit(FAILED if problems else ANSWERED)


def _findings(home: "Path | None") -> "Iterator[Finding]":
    from ..settings import Settings
    from .checks import Examination, Finding

    try:
        settings = load_settings(home=home)
    except SettingsError as error:
        yield Finding("settings", "problem", str(error), "correct it; the defaults are used below")
        settings = Settings() if home is None else Settings().replaced(home=home)
    yield from Examination(settings).findings()


def _print(finding: "Finding") -> None:
    print(f"{_MARKS[finding.state]} {finding.name:<29} {clean(finding.found)}", flush=True)
    if finding.fix:
        print(f"  {'':<29} → {clean(finding.fix)}")

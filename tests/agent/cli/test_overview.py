"""What is printed before anything is imported."""

import subprocess
import sys

import pytest

from clew.agent.cli.app import COMMANDS, overview, run
from clew.agent.cli.commands import app

_LOADED = """
import sys
from clew.agent.cli.app import run
code = run(["--help"])
slow = {"typer", "rich", "pydantic", "asyncio", "langgraph", "numpy", "torch"} & sys.modules.keys()
sys.exit(f"{code} {sorted(slow)}" if slow or code else 0)
"""


def test_help_imports_nothing_slow() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == overview()


def test_overview_names_every_command() -> None:
    registered = [command.name for command in app.registered_commands]
    groups = [group.name for group in app.registered_groups]
    assert {*registered, *groups} == COMMANDS.keys()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"], ["--debug"]])
def test_overview_is_shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    assert capsys.readouterr().out == overview()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert COMMANDS[command] in shown
    assert f"clew {command}" in shown


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("clew ")

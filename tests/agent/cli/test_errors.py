"""Bad input and failures: one or two lines, the right exit code, no traceback."""

import errno
import json
import os
import subprocess
from pathlib import Path

import pytest
from support import QUESTION

from clew.agent.cli.app import run

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("_scripted_agent")

CYCLE = """{"sub_questions": [
    {"id": "q1", "text": "a?", "parents": ["q2"]}, {"id": "q2", "text": "b?", "parents": ["q1"]}
]}"""
ORPHAN = '{"sub_questions": [{"id": "q1", "text": "a?", "parents": ["q7"]}]}'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["ask"], "Missing argument 'question'. See `clew ask --help`"),
        (["ask", "x", "--colour"], "No such option"),
        (["corpus"], "See `clew corpus --help`"),
        (["ask", ""], "the question is empty"),
        (["ask", " \n"], "the question is empty"),
        (["ask", "x" * 100_000], "100,000 characters"),
        (["ask", "x", "--workflow", "telepathy"], "no workflow is named 'telepathy'"),
        (["ask", "x", "--max-seconds", "soon"], "max_seconds = 'soon'"),
        (["ask", "x", "--max-rounds", "0"], "max_rounds = '0'"),
        (["ask", "x", "--plan", "missing.json"], "missing.json cannot be read"),
        (["resume", "nobody"], "no run is saved under 'nobody'"),
        (["corpus", "show", "nowhere"], "no corpus named 'nowhere'"),
        (["corpus", "show", "../etc"], "cannot name a corpus"),
        (["index", "missing.txt", "--corpus", "mine"], "missing.txt"),
        (["index", "."], "Missing option '--corpus'"),
    ],
)
def test_bad_input_is_told(arguments: list[str], told: str, capsys: Captured) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert shown.err.startswith("clew: ")
    assert shown.err.count("\n") <= 2
    assert "Traceback" not in shown.err

    assert run([*arguments, "--json"]) == 2
    shown = capsys.readouterr()
    error = json.loads(shown.out)["error"]
    assert told in error["message"] or "No such option" in error["message"]
    assert error["kind"]
    assert shown.err == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (CYCLE, "cycle"),
        (ORPHAN, "q1 has an unknown parent: q7"),
        ("{", "plan is not usable"),
        ('{"steps": []}', "plan is not usable"),
    ],
)
def test_bad_plan_is_told(content: str, told: str, capsys: Captured) -> None:
    Path("plan.json").write_text(content)
    assert run(["ask", QUESTION, "--plan", "plan.json"]) == 2
    assert told in capsys.readouterr().err


def test_bad_settings_are_told(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("CLEW_CORPSE", "x")
    assert run(["ask", QUESTION]) == 2
    assert "did you mean CLEW_CORPUS?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("gears\x1b[31m stuck"), "unexpected RuntimeError: gears [31m stuck"),
        (RuntimeError(), "unexpected RuntimeError: no further word"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_failures_are_told_without_traceback(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("clew.agent.search_agent.SearchAgent", fail)
    assert run(["ask", QUESTION]) == 1
    shown = capsys.readouterr().err
    assert told in shown
    assert "Traceback" not in shown

    assert run(["--debug", "ask", QUESTION]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["ask", QUESTION], ["resume", "x"], ["index", ".", "--corpus=x"]]
)
@pytest.mark.parametrize("home", ["file", "file/below"])
def test_home_that_is_a_file_is_told(command: list[str], home: str, capsys: Captured) -> None:
    Path("file").write_text("x")
    assert run([*command, "--home", home]) == 1
    told = f"a file is where the folder {Path(home).absolute()} should be; move it away, or"
    assert told in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_home_that_cannot_be_written_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "mine").mkdir(mode=0o500)
    assert run(["ask", QUESTION, "--home", "mine"]) == 1
    assert "mine cannot be written: Permission denied; make it" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["ask", QUESTION], ["resume", "x"]])
def test_full_disk_is_told(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    home = tmp_path / "small"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(home)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"cannot mount a small disk: {error}")
    try:
        assert run([*command, "--home", str(home)]) == 1
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)
    assert f"no room is left on the disk of {home}; free some space" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["ask", QUESTION], ["resume", "x"]])
def test_saved_runs_that_cannot_be_used_are_told(command: list[str], capsys: Captured) -> None:
    Path("mine/threads.sqlite").mkdir(parents=True)
    assert run([*command, "--home", "mine"]) == 1
    told = capsys.readouterr().err
    assert "mine/threads.sqlite cannot be used: unable to open database file" in told

"""An evaluation that is killed, and goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "tools" / "corpus" / "sample" / "questions.jsonl"

pytestmark = pytest.mark.slow


def _started(home: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from clew.agent.cli.app import main; main()", "eval"),
            *(str(SAMPLE), "--limit", "12"),
            *("--workers", "2", "--home", str(home), "--out", str(out), *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _finished(process: subprocess.Popen[str]) -> tuple[str, str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out, err


def _wait_for_lines(process: subprocess.Popen[str], out: Path, count: int) -> None:
    file = out / "predictions.jsonl"
    while not file.exists() or file.read_bytes().count(b"\n") < count:
        assert process.poll() is None, "it ended before it could be stopped"
        time.sleep(0.02)


def _files(out: Path) -> dict[str, Any]:
    lines = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    for line in lines:
        del line["seconds"]
    metrics = json.loads((out / "metrics.json").read_text(), object_pairs_hook=_without_seconds)
    return {
        "predictions": lines,
        "metrics": metrics,
        "config": (out / "config.json").read_text(),
        "names": sorted(each.name for each in out.iterdir()),
    }


def _without_seconds(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in pairs if not key.startswith("seconds")}


def test_killed_twice_and_interrupted_the_run_is_as_if_undisturbed(
    sample_home: Path, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    told, _ = _finished(_started(sample_home, whole))
    assert "12 questions of questions.jsonl" in told

    for lines in (2, 5):
        process = _started(sample_home, cut, "--resume")
        _wait_for_lines(process, cut, lines)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process = _started(sample_home, cut, "--resume")
    _wait_for_lines(process, cut, 7)
    process.send_signal(signal.SIGINT)
    _, advice = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "of 12 questions are done" in advice and "--resume" in advice

    _finished(_started(sample_home, cut, "--resume"))
    assert _files(cut) == _files(whole)


def test_outside_a_terminal_nothing_but_the_figures_is_shown(
    sample_home: Path, tmp_path: Path
) -> None:
    out, err = _finished(_started(sample_home, tmp_path / "run", "--json"))
    assert err == ""
    assert json.loads(out) == json.loads((tmp_path / "run" / "metrics.json").read_text())

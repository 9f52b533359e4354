"""``clew eval export``: what it writes can be checked, and what cannot be written is told."""

import json
from pathlib import Path

import pytest
from eval_examples import abstained, answered, failed, make_config, written

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run
from clew.evals.config import DatasetConfig
from clew.evals.predictions import Prediction
from clew.evals.run_directory import Run
from clew.graphs.answer import AnswerSentence


def _written(path: Path, *predictions: Prediction) -> str:
    dataset = DatasetConfig(name="q", format="plain", sha256="aa", questions=len(predictions))
    written(path / "run", Run("run", make_config(dataset=dataset), list(predictions)))
    return str(path / "run")


@pytest.mark.parametrize("options", [[], ["--year", "2025", "--team-id", "clew"]])
def test_what_it_writes_passes_its_check(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = _written(tmp_path, answered("1"), abstained("2"))
    out = tmp_path / "new" / "trec.jsonl"
    given = ["eval", "export", directory, "--out", str(out), "--run-id", "clew-1", *options]
    assert run(given) == ANSWERED
    assert "2 topics" in capsys.readouterr().out
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [len(line["references"]) for line in lines] == [2, 0]
    assert run(["eval", "export", "--check", str(out)]) == ANSWERED
    assert "nothing is wrong" in capsys.readouterr().out
    assert [file.name for file in out.parent.iterdir()] == ["trec.jsonl"]


def test_failed_questions_are_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = _written(tmp_path, answered("1"), failed("lost\x1b[31m"))
    out = tmp_path / "trec.jsonl"
    assert run(["eval", "export", directory, "--out", str(out), "--run-id", "r"]) == ANSWERED
    told = capsys.readouterr().out
    assert "1 topic, format of 2024" in told
    assert "left out, for they failed: lost" in told
    assert "\x1b" not in told
    assert len(out.read_text().splitlines()) == 1


def test_nothing_is_written_that_is_not_in_the_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endless = (AnswerSentence(text="word " * 401),)
    directory = _written(tmp_path, answered("1"), answered("long", sentences=endless))
    out = tmp_path / "trec.jsonl"
    out.write_text("older")
    given = ["eval", "export", directory, "--out", str(out), "--run-id", "r"]
    assert run(given) == BAD_INPUT
    told = capsys.readouterr().err
    assert "topic long: answer has no sentence" in told
    assert "topic 1" not in told
    assert out.read_text() == "older"


@pytest.mark.parametrize("name", ["my run", "", " r", "r\t", "a\u2003b"])
def test_names_are_checked_once_and_before_anything_else(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = _written(tmp_path, *(answered(str(number)) for number in range(30)))
    out = tmp_path / "trec.jsonl"
    for given in (
        ["--run-id", name],
        ["--run-id", "r", "--year", "2025", "--team-id", name],
    ):
        assert run(["eval", "export", directory, "--out", str(out), *given]) == BAD_INPUT
        told = capsys.readouterr().err
        option = "--team-id" if "--team-id" in given else "--run-id"
        assert f"{option} is a name without blanks, not {name!r}" in told
        assert "topic" not in told
        assert not out.exists()


def test_an_unfinished_run_is_told_beside_what_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = DatasetConfig(name="q", format="plain", sha256="aa", questions=20)
    written(tmp_path / "w1", Run("w1", make_config(dataset=dataset), [answered("1")]))
    out = tmp_path / "trec.jsonl"
    given = ["eval", "export", str(tmp_path / "w1"), "--out", str(out), "--run-id", "r"]
    assert run(given) == ANSWERED
    told = capsys.readouterr()
    assert "w1 is unfinished: 1 of 20 questions; what is there is what came first" in told.err
    assert "what came first" not in told.out
    assert len(out.read_text().splitlines()) == 1


def test_a_finished_run_is_exported_without_a_word_of_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = _written(tmp_path, answered("1"), failed("2"))
    out = str(tmp_path / "trec.jsonl")
    assert run(["eval", "export", directory, "--out", out, "--run-id", "r"]) == ANSWERED
    assert capsys.readouterr().err == ""


def test_the_check_names_the_topic_and_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text('{"topic_id": "7", "run_id": "r", "topic": "t", "answer": []}\nnonsense\n')
    assert run(["eval", "export", "--check", str(file)]) == BAD_INPUT
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "topic 7: it has no references, response_length"
    assert told[1] == "topic 7: answer has no sentence"
    assert told[2].startswith("line 2: it is not JSON")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "give the run's directory"),
        (["--run-id", "r", "--out", "x"], "give the run's directory"),
        (["run", "--out", "x"], "--run-id NAME"),
        (["run", "--out", "x", "--run-id", "r", "--year", "2023"], "2024 or 2025"),
        (["run", "--out", "x", "--run-id", "r", "--year", "2025"], "--team-id"),
        (["run", "--out", "x", "--run-id", "r", "--team-id", "t"], "--team-id"),
        (["run", "--check", "x"], "nothing else"),
        (["--check", "missing.jsonl"], "cannot be read"),
        (["nowhere", "--out", "x", "--run-id", "r"], "holds no run"),
    ],
)
def test_what_is_missing_is_told(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", "export", *given]) == BAD_INPUT
    assert told in capsys.readouterr().err


def test_a_folder_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = _written(tmp_path, answered("1"))
    given = ["eval", "export", directory, "--run-id", "r", "--out"]
    assert run([*given, str(tmp_path)]) == BAD_INPUT
    assert "name of a file" in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert run([*given, str(tmp_path / "file" / "trec.jsonl")]) == BAD_INPUT
    assert "no folder to write to" in capsys.readouterr().err
    assert run([*given, str(tmp_path / ("x" * 300))]) == BAD_INPUT
    assert "cannot be written: File name too long" in capsys.readouterr().err

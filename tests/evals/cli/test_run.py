"""The command that evaluates, as it is typed."""

import json
from pathlib import Path

import pytest

from clew.agent.cli.app import run

LINE = '{"id": "1", "question": "Who designed the Fram?", "answers": ["Colin Archer"]}\n'


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text(LINE)
    return path


def test_a_run_is_summed_up_in_a_few_lines(
    questions: Path, sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["eval", str(questions), "--out", "run", "--home", str(sample_home)])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert out.startswith("1 question of questions.jsonl, corpus sample\n")
    assert "\n  f1                      1.000  [1.000, 1.000]\n" in out
    assert "tokens" not in out, "nothing that says nothing"
    assert out.endswith("report: run/report.html\n")


def test_options_may_come_first_and_files_be_called_like_commands(
    sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "compare").write_text(LINE)
    options = ["--out", "run", "--home", str(sample_home), "--format", "plain", "--json"]
    assert run(["eval", *options, "./compare"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 1


def test_help_tells_of_the_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--closed-book" in shown
    assert "clew eval compare, datasets, export, retrieval" in shown


def test_gold_that_the_corpus_lacks_is_told_at_once(
    questions: Path, sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.loads(LINE) | {"gold_titles": ["Atlantis"]}
    questions.write_text(json.dumps(line))
    assert run(["eval", str(questions), "--out", "run", "--home", str(sample_home)]) == 0
    told = capsys.readouterr().err
    assert told == (
        "note: the corpus sample lacks gold passages of 1 question (1); "
        "their recall cannot be full\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "no --out"),
        (("--out", "run", "--corpus", "nowhere"), "nowhere"),
        (("--out", "run", "--context", "both"), "there is no context 'both'"),
        (("--out", "run", "--engine", "slurm"), "no engine is named 'slurm'"),
        (("--out", "run", "--workflow", "nonsense"), "nonsense"),
        (("--out", "run", "--closed-book", "."), "holds no run"),
        (("--out", "run", "--ray-address", "auto"), "choose the engine ray"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_left(
    questions: Path,
    sample_home: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["eval", str(questions), "--home", str(sample_home), *arguments]) == 2
    message = capsys.readouterr().err
    assert message.startswith("clew: ") and message.count("\n") == 1
    assert told.removeprefix("no ") in message
    assert not (tmp_path / "run").exists()


def test_errors_are_objects_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n")
    assert run(["eval", "bad.jsonl", "--out", "run", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "QuestionsError" and "bad.jsonl" in error["message"]

"""``clew eval compare`` on real run directories."""

import json
from pathlib import Path

import pytest
from eval_examples import abstained, answered, make_config, written

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run
from clew.evals.run_directory import Run

_FILES = ["comparison.html", "comparison.json", "comparison.md", "comparison.svg"]


@pytest.fixture
def two_runs(tmp_path: Path) -> list[str]:
    """Run directories of two runs of three questions, the second better."""
    runs = {
        "plain": [answered("1"), answered("2", "Larvik"), abstained("3")],
        "clever": [answered("1"), answered("2"), answered("3")],
    }
    for name, predictions in runs.items():
        config = make_config(settings={"workflow": name})
        written(tmp_path / name, Run(name, config, predictions))
    return [str(tmp_path / name) for name in runs]


def test_it_prints_a_table_and_writes_four_files(
    two_runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "comparison"
    assert run(["eval", "compare", *two_runs, "--out", str(out)]) == ANSWERED
    told = capsys.readouterr().out
    assert "3 questions shared" in told
    assert "clever against plain: 2 gained, 0 lost" in told
    assert "settings.workflow: plain, clever" in told
    assert sorted(file.name for file in out.iterdir()) == _FILES
    assert "![Quality against cost](comparison.svg)" in (out / "comparison.md").read_text()
    assert "clever" in (out / "comparison.svg").read_text()


def test_twice_gives_the_same_files(two_runs: list[str], tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(["eval", "compare", *two_runs, "--out", str(tmp_path / name)]) == ANSWERED
    for name in _FILES:
        first, second = ((tmp_path / each / name).read_bytes() for each in ("one", "two"))
        assert first == second, name


def test_json_is_all_that_is_printed(
    two_runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", "compare", *two_runs, "--out", str(tmp_path / "c"), "--json"]) == ANSWERED
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "c" / "comparison.json").read_text())
    assert told["contrasts"][0]["gained"] == 2
    assert [(each["done"], each["questions"]) for each in told["runs"]] == [(3, 3), (3, 3)]
    assert told["notes"] == []
    assert told["runs"][0]["metrics"]["em"] == pytest.approx(1 / 3, abs=1e-6)


def test_what_is_to_be_kept_in_mind_is_told(
    two_runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "w1", Run("w1", make_config(workers=64), [answered("1")]))
    out = tmp_path / "c"
    assert (
        run(["eval", "compare", two_runs[0], str(tmp_path / "w1"), "--out", str(out)]) == ANSWERED
    )
    told = capsys.readouterr().out
    notes = json.loads((out / "comparison.json").read_text())["notes"]
    assert notes == [
        "w1 is unfinished: 1 of 3 questions; what is there is what came first.",
        "Seconds are not comparable between all of these runs, for they were configured with "
        "workers 2, 64.",
    ]
    for note in notes:
        assert f"note: {note}" in told
        assert note in (out / "comparison.md").read_text()
        assert note in (out / "comparison.html").read_text()
    assert "not comparable: other workers" in (out / "comparison.svg").read_text()


def test_what_cannot_be_written_is_told(
    two_runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in (tmp_path / ("x" * 300), tmp_path / "c"):
        (tmp_path / "c" / "comparison.md").mkdir(parents=True, exist_ok=True)
        assert run(["eval", "compare", *two_runs, "--out", str(out)]) == BAD_INPUT
        assert "cannot be written" in capsys.readouterr().err


def test_what_cannot_be_compared_is_told(
    two_runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "c")]
    assert run(["eval", "compare", two_runs[0], *out]) == BAD_INPUT
    assert "two runs or more" in capsys.readouterr().err
    assert run(["eval", "compare", two_runs[0], str(tmp_path), *out]) == BAD_INPUT
    assert "holds no run" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()
    (tmp_path / "c").write_text("mine")
    assert run(["eval", "compare", *two_runs, *out]) == BAD_INPUT
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "c").read_text() == "mine"

"""``clew train``: what it takes, where it writes, what it says of bad input."""

from pathlib import Path

import pytest
from reading_data import write_reading_data
from tiny_backbone import make_tiny_backbone

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run


@pytest.mark.parametrize("kind", ["reader", "splitter", "retriever"])
def test_missing_data_is_told(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["train", kind, str(tmp_path / "nothing"), "--home", str(tmp_path / "home")])
    assert code == BAD_INPUT
    assert "training data cannot be read" in capsys.readouterr().err


def test_missing_traces_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["train", "reward", str(tmp_path / "no.jsonl"), "--home", str(tmp_path)])
    assert code == BAD_INPUT
    assert "no.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["data", "--corpus", "a", "--queries", "q"], ["--corpus", "a"]]
)
def test_an_adapter_wants_a_corpus_and_queries(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "retriever", *arguments]) == BAD_INPUT
    assert "--corpus and its queries" in capsys.readouterr().err


@pytest.mark.slow
def test_a_reader_is_trained_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_reading_data(tmp_path / "data")
    backbone = make_tiny_backbone(tmp_path / "backbone")
    arguments = ["train", "reader", str(data), "--steps", "2", "--home", str(tmp_path / "home")]
    assert run([*arguments, "--backbone", str(backbone)]) == ANSWERED
    weights = tmp_path / "home" / "weights" / "reader.safetensors"
    assert weights.exists()
    assert f"CLEW_WEIGHTS={weights.parent}" in capsys.readouterr().out

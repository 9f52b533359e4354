"""``clew train``: what it takes, where it writes, what it says of bad input."""

import json
from pathlib import Path

import pytest
from misbehaving_server import MisbehavingServer, saying
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


EXAMPLES = [
    {"query": "who sailed the Fram", "title": "Fram", "text": "Fram was sailed by Sverdrup."},
    {"query": "what is a keel", "text": "A keel is the spine of a ship."},
]


def written(file: Path, rows: list[dict[str, str]]) -> str:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(file)


@pytest.mark.slow
def test_queries_are_written_for_a_corpus_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path / "home")]
    pages = [{"id": "g", "title": "Granite", "text": "Granite is a rock of quartz and feldspar."}]
    written(tmp_path / "pages.jsonl", pages)
    assert run(["index", str(tmp_path / "pages.jsonl"), "--corpus", "mine", *home]) == ANSWERED
    out = tmp_path / "q.jsonl"
    given = ["--examples", written(tmp_path / "e.jsonl", EXAMPLES), "--out", str(out), *home]
    reply = saying(json.dumps({"queries": ["what is granite made of"]}))
    with MisbehavingServer(then=reply) as server:
        model = ["--model", "hosted_vllm/simulated", "--api-base", server.url]
        assert run(["train", "queries", "mine", *given, *model]) == ANSWERED
    (query,) = map(json.loads, out.read_text().splitlines())
    assert query["query"] == "what is granite made of"
    told = capsys.readouterr().out
    assert "1 of 1 queries kept" in told
    assert f"clew train retriever --corpus mine --queries {out}" in told


@pytest.mark.parametrize(
    ("rows", "why"), [(EXAMPLES, "no language model is named"), (EXAMPLES[:1], "give 2 to 8")]
)
def test_queries_want_a_model_and_examples(
    rows: list[dict[str, str]], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--examples", written(tmp_path / "e.jsonl", rows), "--out", str(tmp_path / "q.jsonl")]
    assert run(["train", "queries", "mine", *given, "--home", str(tmp_path)]) == BAD_INPUT
    assert why in capsys.readouterr().err


def test_queries_want_a_corpus_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = written(tmp_path / "e.jsonl", EXAMPLES)
    given = ["--examples", examples, "--out", str(tmp_path / "q.jsonl"), "--home", str(tmp_path)]
    model = ["--model", "hosted_vllm/none", "--api-base", "http://127.0.0.1:9"]
    assert run(["train", "queries", "nothing", *given, *model]) == BAD_INPUT
    assert "nothing" in capsys.readouterr().err

import json
from pathlib import Path

import pytest

from clew.agent.cli.app import run

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "ships"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(
        '{"_id": "1", "title": "Fram", "text": "The Fram was built in Larvik."}\n'
        '{"_id": "2", "title": "Belgica", "text": "The Belgica was built in Svelvik."}\n'
    )
    (folder / "queries_dev.jsonl").write_text('{"_id": "q", "text": "Where was the Fram built?"}')
    (folder / "qrels_dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\nx\t1\t1\n")
    return folder


def test_figures_are_shown_and_written(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert run(["eval", "retrieval", str(folder), "--out", str(out), "--split", "dev"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("1 query of ships (dev), 2 documents, retriever\n")
    assert "  ndcg@10        1.0000  [1.0000, 1.0000]\n" in shown.out
    assert "  judgements of queries that there are none of: 1\n" in shown.out
    assert shown.err == ""
    names = ["config.json", "metrics.json", "report.md", "run.trec"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert (out / "run.trec").read_text().startswith("q Q0 1 1 ")


def test_as_json(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    arguments = ["--split", "dev", "--ranking", "bm25", "--json"]
    assert run(["eval", "retrieval", str(folder), "--out", "out", *arguments]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert printed["recall@100"] == 1


def test_what_cannot_be_used_is_told(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    for arguments, told in {
        ("--out", "full", "--split", "dev"): "full is not empty",
        ("--out", "out"): "the splits here are: dev",
        ("--out", "out", "--split", "dev", "--ranking", "x"): "known: retriever, bm25, vectors",
    }.items():
        assert run(["eval", "retrieval", str(folder), *arguments]) == 2
        shown = capsys.readouterr()
        assert told in shown.err and shown.out == ""

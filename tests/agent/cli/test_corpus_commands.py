"""Indexing, corpora and doctor from the command line, on real files and the real encoder."""

import io
import json
import os
import sqlite3
from pathlib import Path

import pytest

from clew.agent.cli.app import run
from clew.agent.cli.packages import check_packages

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.txt").write_text("Ada Lind directed the film Vortex.")
    (folder / "empty.txt").touch()
    (folder / "binary.txt").write_bytes(os.urandom(400) + b"\0")
    (folder / "other.xyz").write_text("x")
    return folder


def result(capsys: Captured) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(capsys.readouterr().out)
    return loaded


def test_good_files_are_indexed_and_bad_ones_listed(documents: Path, capsys: Captured) -> None:
    assert run(["index", str(documents), "--corpus", "mine"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("corpus mine: 1 added, 0 changed, 0 removed, 0 unchanged; 1 pass")
    assert f"  {documents / 'binary.txt'}: " in shown.out
    assert "2 could not be used:" in shown.out
    assert "1 skipped:" in shown.out
    assert shown.err == ""

    assert run(["index", str(documents), "--corpus", "mine", "--json"]) == 0
    report = result(capsys)
    assert (report["unchanged"], report["corpus"]) == (1, "mine")
    assert isinstance(report["bad"], list) and len(report["bad"]) == 3


def test_nothing_usable_is_bad_input(documents: Path, capsys: Captured) -> None:
    assert run(["index", str(documents / "empty.txt"), "--corpus", "mine"]) == 2
    assert "empty.txt" in capsys.readouterr().err
    assert run(["corpus", "list", "--json"]) == 0
    assert result(capsys) == {"corpora": []}


def test_corpora_are_listed_shown_and_removed(
    documents: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run(["corpus", "list"]) == 0
    assert "clew index PATH --corpus NAME" in capsys.readouterr().out
    run(["index", str(documents), "--corpus", "mine"])
    capsys.readouterr()
    assert run(["corpus", "list"]) == 0
    assert capsys.readouterr().out == "mine: 1 document, 1 passage\n"
    assert run(["corpus", "show", "mine"]) == 0
    assert str(documents) in capsys.readouterr().out
    assert run(["corpus", "show", "mine", "--json"]) == 0
    assert result(capsys)["documents"] == 1

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(["corpus", "remove", "mine"]) == 2
    assert run(["corpus", "show", "mine"]) == 0
    capsys.readouterr()
    assert run(["corpus", "remove", "mine", "--yes", "--json"]) == 0
    assert result(capsys) == {"removed": "mine"}
    assert run(["corpus", "show", "mine"]) == 2


def test_doctor_finds_all_well(documents: Path, capsys: Captured) -> None:
    run(["index", str(documents), "--corpus", "mine"])
    capsys.readouterr()
    assert run(["doctor", "--json"]) == 0
    report = result(capsys)
    assert report["works"] is True
    assert isinstance(report["findings"], list)
    states = {finding["name"]: finding["state"] for finding in report["findings"]}
    for name in (
        "python",
        "home",
        "encoder",
        "trained reader",
        "trained splitter",
        "corpus mine",
        "corpus sample",
        "saved runs",
        "agent",
    ):
        assert states[name] == "ok"
    assert run(["doctor"]) == 0
    assert "All that is needed works." in capsys.readouterr().out


def test_doctor_tells_whose_weights_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "reader.safetensors").write_bytes(b"broken")
    monkeypatch.setenv("CLEW_WEIGHTS", str(tmp_path))
    assert run(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "✗ trained reader" in shown and str(tmp_path / "reader.safetensors") in shown
    assert f"✓ {'trained splitter':<29} comes with clew" in shown
    monkeypatch.delenv("CLEW_WEIGHTS")
    monkeypatch.setattr("clew.agent.networks.shipped.SHIPPED", tmp_path)
    assert run(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "! trained reader" in shown and "clew train reader" in shown


def test_doctor_names_what_is_wrong_and_how_to_mend_it(
    documents: Path, clew_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    run(["index", str(documents), "--corpus", "mine"])
    capsys.readouterr()
    (clew_home / "corpora" / "mine" / "corpus.json").write_text("{")
    (clew_home / "threads.sqlite").write_bytes(b"no database at all" * 100)
    monkeypatch.setenv("CLEW_WORKFLOW", "telepathy")
    assert run(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "✗ corpus mine" in shown and "--rebuild" in shown
    assert "✗ saved runs" in shown and "→ move" in shown
    assert "no workflow is named 'telepathy'" in shown
    assert "3 problems to fix" in shown


@pytest.mark.parametrize("setting", ["workflow", "expansion", "policy", "critic", "search"])
def test_doctor_finds_names_that_stand_for_nothing(
    setting: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv(f"CLEW_{setting.upper()}", "telepathy")
    assert run(["doctor", "--json"]) == 1
    findings = result(capsys)["findings"]
    assert isinstance(findings, list)
    [problem] = [finding for finding in findings if finding["state"] == "problem"]
    assert problem["name"] == "agent" and "'telepathy'" in problem["found"]


def test_doctor_looks_at_the_search_engines_that_are_set(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("CLEW_SEARCH", "brave,wikipedia,corpus")
    monkeypatch.delenv("BRAVE_API_KEY", raising=False)
    assert run(["doctor", "--json"]) == 1
    findings = result(capsys)["findings"]
    assert isinstance(findings, list)
    by_name = {finding["name"]: finding for finding in findings}
    assert by_name["search wikipedia"]["state"] == "ok"
    assert by_name["search brave"]["state"] == "problem"
    assert "BRAVE_API_KEY" in by_name["search brave"]["found"]
    assert "search corpus" not in by_name


def test_doctor_goes_on_after_bad_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, clew_home: Path
) -> None:
    monkeypatch.setenv("CLEW_MAX_SECONDS", "soon")
    assert run(["doctor", "--home", str(clew_home)]) == 1
    shown = capsys.readouterr().out
    assert "✗ settings" in shown and "CLEW_MAX_SECONDS = 'soon'" in shown
    assert "✓ encoder" in shown


def test_doctor_reads_saved_runs(clew_home: Path, capsys: Captured) -> None:
    with sqlite3.connect(clew_home / "threads.sqlite") as connection:
        connection.execute("CREATE TABLE checkpoints (thread_id TEXT)")
        connection.execute("INSERT INTO checkpoints VALUES ('a'), ('a'), ('b')")
    assert run(["doctor"]) == 0
    assert "2 in " in capsys.readouterr().out


def test_packages_are_checked_against_what_is_required() -> None:
    found = {package.name: package for package in check_packages("pydantic-settings")}
    assert found["pydantic"].state == "ok"
    assert found["python-dotenv"].found
    assert [package.state for package in check_packages("no-such-distribution")] == ["warning"]

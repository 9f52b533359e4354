"""``clew tree``, and ``--tree`` of the commands that answer."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import POLAR, QUESTION, ContentCritic, chain_policy
from tree_examples import TREE, bare_tree

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run
from clew.agent.saved_trees import read_tree, write_tree
from clew.agent.search_agent import SearchAgent
from clew.evals.predictions import Prediction
from clew.graphs.answer import Answer
from clew.graphs.events import Event, RunFinished
from clew.tools.search.memory import MemorySearch

Captured = pytest.CaptureFixture[str]


class SearchingAgent(SearchAgent):
    """Answers with a tree, as an expansion that searches one does."""

    async def astream(self, *args: Any, **options: Any) -> AsyncGenerator[Event, None]:
        async for event in super().astream(*args, **options):
            if isinstance(event, RunFinished):
                answer = event.answer.model_copy(update={"search_tree": TREE})
                event = event.model_copy(update={"answer": answer})
            yield event


@pytest.fixture
def _searching_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted = partial(
        SearchingAgent,
        policy=chain_policy(),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        check_support=False,
    )
    monkeypatch.setattr("clew.agent.search_agent.SearchAgent", scripted)


@pytest.mark.usefixtures("_searching_agent")
def test_asking_writes_the_tree(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "tree.json"
    assert run(["ask", QUESTION, "--tree", str(file), "--json"]) == ANSWERED
    shown = capsys.readouterr()
    assert read_tree(file) == TREE
    assert Answer.model_validate_json(shown.out).search_tree == TREE
    assert f"the search tree is in {file}" in shown.err
    page = tmp_path / "tree.html"
    assert run(["ask", QUESTION, "--tree", str(page)]) == ANSWERED
    assert "“Her captain was Frank Worsley.”" in page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("_scripted_agent")
def test_a_run_that_searched_no_tree_says_so(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "tree.svg"
    assert run(["ask", QUESTION, "--tree", str(file), "--thread", "mine"]) == ANSWERED
    shown = capsys.readouterr()
    assert "Akaroa, New Zealand" in shown.out
    assert "no tree was written" in shown.err and "'greedy'" in shown.err
    assert run(["resume", "mine", "--tree", str(file), "--json"]) == ANSWERED
    shown = capsys.readouterr()
    assert Answer.model_validate_json(shown.out).search_tree is None
    assert "no tree was written" in shown.err
    assert not file.exists()


@pytest.mark.parametrize("name", ["tree.png", "none/tree.svg"])
def test_a_file_that_cannot_be_is_told_before_anything_is_asked(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def never(*args: Any, **options: Any) -> None:
        raise AssertionError("the question was asked")

    monkeypatch.setattr("clew.agent.search_agent.SearchAgent", never)
    assert run(["ask", QUESTION, "--tree", str(tmp_path / name)]) == BAD_INPUT
    shown = capsys.readouterr()
    assert shown.out == "" and "name a" in shown.err


@pytest.mark.parametrize("name", ["tree.svg", "tree.html", "tree.json"])
def test_a_saved_tree_is_drawn(name: str, tmp_path: Path, capsys: Captured) -> None:
    saved, out, expected = tmp_path / "saved.json", tmp_path / name, tmp_path / f"own-{name}"
    write_tree(TREE, saved)
    write_tree(TREE, expected)
    assert run(["tree", str(saved), "--out", str(out)]) == ANSWERED
    assert out.read_bytes() == expected.read_bytes()
    assert str(out) in capsys.readouterr().out


def test_a_tree_of_an_evaluation_is_drawn(tmp_path: Path, capsys: Captured) -> None:
    lines = [
        Prediction(id=id, question=QUESTION, answers=(), search_tree=record, seconds=1.0)
        for id, record in (("a", TREE), ("b", bare_tree((0,), {1: "yes"})), ("c", None))
    ]
    text = "".join(line.model_dump_json() + "\n" for line in lines)
    (tmp_path / "predictions.jsonl").write_text(text)
    out = tmp_path / "tree.svg"
    for source in (tmp_path, tmp_path / "predictions.jsonl"):
        out.unlink(missing_ok=True)
        assert run(["tree", str(source), "--id", "b", "--out", str(out)]) == ANSWERED
        assert "→ yes" in out.read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["tree", str(tmp_path), "--out", str(out)]) == BAD_INPUT
    assert "name one of its questions by --id: a, b" in capsys.readouterr().err
    assert run(["tree", str(tmp_path), "--id", "c", "--out", str(out)]) == BAD_INPUT


def test_what_is_no_tree_is_told(tmp_path: Path, capsys: Captured) -> None:
    out = ["--out", str(tmp_path / "tree.svg")]
    assert run(["tree", str(tmp_path / "none.json"), *out]) == BAD_INPUT
    assert "none.json cannot be read" in capsys.readouterr().err
    (tmp_path / "plan.json").write_text("{}")
    assert run(["tree", str(tmp_path / "plan.json"), *out]) == BAD_INPUT
    assert "holds no tree" in capsys.readouterr().err
    assert run(["tree", str(tmp_path), "--out", "tree.pdf"]) == BAD_INPUT
    assert ".json, .svg, .html" in capsys.readouterr().err

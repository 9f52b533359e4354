"""Search trees in files: written by suffix, read back whole, and refused where damaged."""

import json
from pathlib import Path
from typing import Any

import pytest
from tree_examples import TREE, bare_tree

from clew.agent.saved_trees import read_tree, write_tree
from clew.errors import TreeError
from clew.evals.predictions import Prediction
from clew.graphs.tree_search.record import TreeRecord


def predictions(file: Path, *records: TreeRecord | None) -> Path:
    lines = [
        Prediction(
            # A line separator is no end of a line.
            id=f"q{number}", question="What\u2028is it?", answers=(), search_tree=each, seconds=1.0
        )
        for number, each in enumerate(records)
    ]  # fmt: skip
    text = [json.dumps(line.model_dump(mode="json"), ensure_ascii=False) for line in lines]
    file.write_text("".join(line + "\n" for line in text), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["tree.json", "tree.JSON"])
def test_a_tree_is_read_back_whole(name: str, tmp_path: Path) -> None:
    write_tree(TREE, tmp_path / name)
    assert read_tree(tmp_path / name) == TREE


def test_the_suffix_says_the_form(tmp_path: Path) -> None:
    write_tree(TREE, tmp_path / "tree.svg")
    write_tree(TREE, tmp_path / "tree.html")
    assert (tmp_path / "tree.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "tree.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["tree.png", "tree", "none/tree.svg", "folder.svg"])
def test_other_files_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(TreeError, match="name a"):
        write_tree(TREE, tmp_path / name)


def test_a_tree_of_an_evaluation_is_found(tmp_path: Path) -> None:
    other = bare_tree((0,), {1: "yes"})
    file = predictions(tmp_path / "predictions.jsonl", None, TREE, other)
    assert read_tree(file, "q2") == other
    # What the steps took is not kept, so that equal runs leave equal lines.
    assert read_tree(tmp_path, "q1") == TREE
    with pytest.raises(TreeError, match=r"holds 2 trees.*q1, q2"):
        read_tree(file)
    with pytest.raises(TreeError, match="no tree of 'q0'"):
        read_tree(file, "q0")
    only = predictions(tmp_path / "only.jsonl", None, other)
    assert read_tree(only) == other
    with pytest.raises(TreeError, match="holds no search tree"):
        read_tree(predictions(tmp_path / "bare.jsonl", None))


def test_lines_written_before_there_were_trees_are_read(tmp_path: Path) -> None:
    file = predictions(tmp_path / "old.jsonl", None)
    line: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    del line["search_tree"]
    assert Prediction.model_validate_json(json.dumps(line)).search_tree is None


def damaged(**changes: Any) -> str:
    found = json.loads(TREE.model_dump_json())
    for place, change in changes.items():
        target = found["nodes"][int(place[4:])] if place.startswith("node") else found
        target.update(change)
    return json.dumps(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Invalid JSON"),
        ("[]", "valid dictionary|object"),
        ('{"question": "?"}', "method"),
        (damaged(tree={"nodes": []}), "no nodes"),
        (damaged(node1={"parent": 3}), "node 1 hangs on 3"),
        (damaged(node0={"parent": 0}), "node 0 hangs on 0"),
        (damaged(node1={"parent": None}), "node 1 hangs on None"),
        (damaged(node1={"parent": -1}), "node 1 hangs on -1"),
        (damaged(node2={"id": 7}), "node 7 stands at place 2"),
        (damaged(node3={"steps": {"q1": "none"}}), "step 'none'"),
        (damaged(tree={"chosen": 99}), "chosen node 99"),
    ],
)
def test_what_is_no_tree_is_refused(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "tree.json"
    file.write_text(text)
    with pytest.raises(TreeError, match=why):
        read_tree(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="cannot be read"):
        read_tree(tmp_path / "tree.json")

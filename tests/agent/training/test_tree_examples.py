"""Training material out of search trees: what stands in it, and that `datasets` reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tree_examples import TREE, bare_tree

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run
from clew.agent.training.tree_examples import KINDS, Kind, examples_of
from clew.evals.predictions import Prediction
from clew.graphs.tree_search.record import TreeRecord

COLUMNS: Mapping[Kind, list[str]] = {
    "values": ["prompt", "completions", "labels", "values"],
    "prefixes": ["prompt", "completions", "labels"],
    "pairs": ["prompt", "chosen", "rejected"],
    "kto": ["prompt", "completion", "label"],
}
"""As TRL names those of stepwise supervision, preference and unpaired preference."""


def rows(record: TreeRecord, kind: Kind, answer: str = "Akaroa") -> list[dict[str, Any]]:
    return list(examples_of(record, (answer,), kind))


def test_a_run_for_each_end_with_the_values_of_its_steps() -> None:
    wrong, right = rows(TREE, "values")
    assert right["prompt"] == "Question: Where was the captain of the Endurance born?\n"
    assert right["completions"] == [
        "Ask: Who was the captain of the Endurance?\n"
        "→ Frank Worsley (Endurance: “Her captain was Frank Worsley.”)",
        "Ask: Where was Frank Worsley born?\n"
        "→ Akaroa (Frank Worsley: “Frank Worsley was born in Akaroa, New Zealand, in 1872.”)",
        "Answer: Akaroa",
    ]
    assert right["values"] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert right["labels"] == [True] * 3
    assert wrong["completions"][-1] == "Answer: Kilkea"
    assert (wrong["values"], wrong["labels"]) == ([0.0] * 3, [False] * 3)


def test_prefixes_end_with_the_first_wrong_step() -> None:
    (only,) = rows(TREE, "prefixes")
    assert only["labels"] == [False]
    assert only["completions"][0].startswith("Ask: Who led the expedition")
    # 0 ─ 1 ─ 2 right; 1 ─ 3 ─ 4 wrong: the second step is the first wrong one.
    deeper = bare_tree((0, 1, 1, 3), {2: "yes", 4: "no"})
    (only,) = rows(deeper, "prefixes", "yes")
    assert only["labels"] == [True, False]
    assert [each.split("\n")[0] for each in only["completions"]] == [
        "Ask: What is fact 1?",
        "Ask: What is fact 3?",
    ]


def test_pairs_are_of_siblings_and_without_what_was_retrieved() -> None:
    first, second, third = rows(TREE, "pairs")
    assert first == {
        "prompt": "Question: Where was the captain of the Endurance born?\n\n"
        "Known:\n- nothing yet\n\nNext:\n",
        "chosen": "Ask: Who was the captain of the Endurance?\n→ Frank Worsley",
        "rejected": "Ask: Who led the expedition of the Endurance?\n→ Ernest Shackleton",
    }
    assert second["rejected"] == "Read again: Who was the captain: Endurance\n→ Endurance"
    assert "(Endurance: “Her captain was Frank Worsley.”)" in second["prompt"]
    assert third["rejected"] == "Search again: birthplace of Frank Worsley\n→ unknown"
    assert all("“" not in each["chosen"] + each["rejected"] for each in (first, second, third))


def test_pairs_that_the_right_answer_denies_are_left_out() -> None:
    means = {1: 0.9, 2: 0.1, 3: 0.4}
    record = bare_tree((0, 0, 0), {1: "no", 2: "yes", 3: "perhaps"}, means=means)
    assert rows(record, "pairs", "yes") == []
    (pair,) = rows(record, "pairs", "no")
    assert (pair["chosen"], pair["rejected"]) == ("Answer: no", "Answer: yes")
    level = bare_tree((0, 0), {1: "yes", 2: "no"})
    assert rows(level, "pairs", "yes") == []


def test_moves_are_good_where_most_ends_below_are_right() -> None:
    labels = {row["completion"].split("\n")[0]: row["label"] for row in rows(TREE, "kto")}
    assert labels == {
        "Ask: Who was the captain of the Endurance?": True,
        "Ask: Who led the expedition of the Endurance?": False,
        "Ask: Where was Frank Worsley born?": True,
        "Ask: Where was Ernest Shackleton born?": False,
        "Answer: Kilkea": False,
        "Answer: Akaroa": True,
    }
    # Half is not most; and a tree that cannot be got right shows no move to be worse.
    half = bare_tree((0, 1, 1), {2: "yes", 3: "no"})
    assert [row["label"] for row in rows(half, "kto", "yes")] == [False, True, False]
    assert rows(TREE, "kto", "Larvik") == []


def written_run(folder: Path, *, record: TreeRecord | None = TREE) -> Path:
    """Write what evaluation leaves of two questions, the second of which searched no tree."""
    folder.mkdir()
    lines = [
        Prediction(
            id="1", question=TREE.question, answers=("Akaroa",), search_tree=record, seconds=1.0
        ),
        Prediction(id="2", question="Who built the Fram?", answers=("Archer",), seconds=1.0),
    ]
    text = "".join(line.model_dump_json() + "\n" for line in lines)
    (folder / "predictions.jsonl").write_text(text)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_datasets_reads_the_columns_that_trl_asks_for(
    kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    datasets = pytest.importorskip("datasets")
    source = written_run(tmp_path / "run")
    out = tmp_path / "examples.jsonl"
    # The same run twice gives nothing twice.
    sources = [str(source), str(source / "predictions.jsonl")]
    code = run(["train", "examples", *sources, "--kind", kind, "--out", str(out)])
    told = capsys.readouterr().out
    assert code == ANSWERED and "2 trees with right answers" in told and "--data" in told
    read = datasets.load_dataset("json", data_files=str(out), cache_dir=str(tmp_path / "cache"))
    table = read["train"]
    assert table.column_names == COLUMNS[kind]
    expected = rows(TREE, kind)
    assert [dict(row) for row in table] == expected and expected
    types = {name: str(feature) for name, feature in table.features.items()}
    assert "bool" in types.get("labels", types.get("label", "bool"))


def test_questions_that_results_are_checked_on_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written_run(tmp_path / "run")
    folder = tmp_path / "data" / "multihop" / "mine"
    folder.mkdir(parents=True)
    near = {"question": "where was the captain of the Endurance born"}
    (folder / "questions.jsonl").write_text(json.dumps(near) + "\n")
    out = tmp_path / "pairs.jsonl"
    arguments = ["train", "examples", str(source), "--kind", "pairs", "--out", str(out)]
    assert run([*arguments, "--data", str(tmp_path / "data")]) == BAD_INPUT
    shown = capsys.readouterr()
    assert "0 trees with right answers; 1 more" in shown.out
    assert "give no examples" in shown.err and not out.exists()


@pytest.mark.parametrize("record", [None, bare_tree((0, 1), {2: "wrong"})])
def test_runs_that_teach_nothing_are_told(
    record: TreeRecord | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written_run(tmp_path / "run", record=record)
    out = tmp_path / "kto.jsonl"
    assert run(["train", "examples", str(source), "--kind", "kto", "--out", str(out)]) == BAD_INPUT
    assert "an expansion that searches" in capsys.readouterr().err
    assert not out.exists()


def test_a_source_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kto.jsonl"
    source = str(tmp_path / "none")
    assert run(["train", "examples", source, "--kind", "kto", "--out", str(out)]) == BAD_INPUT
    assert "none cannot be read" in capsys.readouterr().err

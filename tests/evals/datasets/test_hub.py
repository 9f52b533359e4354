"""Data sets of the hub: loaded for real, by their addresses, from folders laid out as there."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from clew.errors import QuestionsError
from clew.evals.datasets import load_questions
from clew.evals.datasets.hub import hub_source
from clew.evals.datasets.registry import FORMATS

HOTPOT_ROW = {
    "id": "5a7a06935542990198eaf050",
    "question": "Which was built first?",
    "answer": "Fram",
    "type": "comparison",
    "level": "medium",
    "supporting_facts": {"title": ["Fram", "Belgica"], "sent_id": [0, 0]},
    "context": {
        "title": ["Fram", "Belgica"],
        "sentences": [["Built in 1892.", " In Larvik."], ["Built in 1884."]],
    },
}
ROWS: dict[str, dict[str, Any]] = {
    "hotpotqa": HOTPOT_ROW,
    "2wikimultihopqa": {key: HOTPOT_ROW[key] for key in HOTPOT_ROW if key != "level"}
    | {"evidences": [["Fram", "inception", "1892"]], "type": "comparison"},
    "musique": {
        "id": "2hop__1_2",
        "paragraphs": [
            {"idx": 0, "title": "Fram", "paragraph_text": "A ship.", "is_supporting": True}
        ],
        "question": "What is the Fram?",
        "question_decomposition": [
            {"id": 1, "question": "Fram >> is a", "answer": "ship", "paragraph_support_idx": 0}
        ],
        "answer": "ship",
        "answer_aliases": [],
        "answerable": True,
    },
    "bamboogle": {"Question": "When?", "Answer": "1999"},
    "strategyqa": {
        "qid": "b8677742616fef051f00",
        "term": "Ship",
        "description": "Vessel",
        "question": "Can a ship fly?",
        "answer": False,
        "facts": "Ships float.",
    },
    "fever": {
        "claim": "The Fram is a ship.",
        "label": "SUPPORTS",
        "evidence": [["Fram_-LRB-ship-RRB-", "0", "The Fram is a ship ."]],
        "id": "27",
        "verifiable": "VERIFIABLE",
        "original_id": 3,
    },
}


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the extra [datasets] is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def lay_out(repo: Path, config: str | None, split: str, rows: list[dict[str, Any]]) -> None:
    """Write a data set as it lies on the hub: a card that names its files, and the files."""
    repo.mkdir(parents=True)
    name = config or "default"
    (repo / "README.md").write_text(
        f"---\nconfigs:\n- config_name: {name}\n  data_files:\n"
        f"  - split: {split}\n    path: rows.jsonl\n---\n"
    )
    (repo / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("name", ROWS)
def test_a_data_set_is_loaded_by_its_name(name: str) -> None:
    address = FORMATS[name].hub
    assert address is not None
    # The address names a folder below the current one, which comes before the hub.
    lay_out(Path(address.repo), address.config, address.split, [ROWS[name]])
    loaded = load_questions(f"hub:{name}")
    assert loaded.format == name
    assert loaded.name.startswith(address.repo) and loaded.name.endswith(address.split)
    [question] = loaded.questions
    expected = FORMATS[name].read(ROWS[name], 1)
    assert question == expected
    assert load_questions(f"hub:{loaded.name}") == loaded, "its rows tell their format"


def test_every_known_address_is_tried() -> None:
    assert set(ROWS) == {name for name, each in FORMATS.items() if each.hub}


def test_any_other_data_set_is_loaded_by_its_address() -> None:
    row = {"id": "test_0", "question": "When?", "golden_answers": ["1999"], "metadata": None}
    lay_out(Path("some/body"), "nq", "test", [row, row])
    with pytest.raises(QuestionsError, match="row 2: its id 'test_0' was already used by row 1"):
        load_questions("hub:some/body:nq:test")
    loaded = load_questions("hub:some/body:nq:test", format="flashrag", skip_bad=True)
    assert (loaded.name, loaded.format) == ("some/body:nq:test", "flashrag")
    assert len(loaded.questions) == 1


def test_what_cannot_be_had_is_told() -> None:
    with pytest.raises(QuestionsError, match="nobody/nothing:test could not be had from the hub"):
        load_questions("hub:nobody/nothing:test")
    lay_out(Path("some/body"), None, "test", [ROWS["bamboogle"]])
    with pytest.raises(QuestionsError, match=r"some/body:train could not be had .*train"):
        load_questions("hub:some/body:train")


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(QuestionsError, match=r'pip install "clew\[datasets\]"'):
        load_questions("hub:bamboogle")


@pytest.mark.parametrize(
    "source",
    ["hub:", "hub::test", "hub:hotpotqa:", "hub:hotpotqa:a:b", "hub:a/b", "hub:a/b:", "hub:/b:c"],
)
def test_sources_that_name_nothing(source: str) -> None:
    with pytest.raises(QuestionsError, match="names no data set: write hub:NAME"):
        hub_source(source)


def test_sources() -> None:
    assert hub_source("hub:hotpotqa:train").address == (
        "hotpotqa/hotpot_qa",
        "distractor",
        "train",
    )
    assert hub_source("hub:a/b:c").address == ("a/b", None, "c")
    assert hub_source("hub:a/b:c:d").address == ("a/b", "c", "d")
    with pytest.raises(QuestionsError, match="did you mean musique"):
        hub_source("hub:musiq")
    with pytest.raises(QuestionsError, match="--format flashrag"):
        hub_source("hub:flashrag")

"""Training a query adapter for a corpus of one's own."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from clew.agent.training.retrieval_adapter import AdapterModel, train_adapter
from clew.errors import TrainingDataError, UnknownCorpus
from clew.tools.corpus.adapter import load_adapter
from clew.tools.corpus.indexing import index_documents

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

TOWNS = ("Avel", "Brunn", "Corvo", "Dorin", "Elmet", "Fosse", "Garn", "Holt", "Irby", "Jarn")


@pytest.fixture(scope="module")
def home(encoder: "Encoder", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus in which each town has a page on its mill and one on its bridge."""
    home = tmp_path_factory.mktemp("home")
    rows = [
        {"id": f"{town} {kind}", "title": f"{town} {kind}", "text": f"The {kind} of {town} {told}."}
        for town in TOWNS
        for kind, told in (("mill", "grinds rye"), ("bridge", "crosses the river"))
    ]
    (home / "towns.jsonl").write_text("\n".join(map(json.dumps, rows)))
    index_documents([home / "towns.jsonl"], home=home, name="towns", encoder=encoder)
    return home


def write_queries(file: Path) -> Path:
    """Queries in the users' own words: "the old wheel" is always the mill."""
    rows = [{"query": f"the old wheel of {town}", "documents": [f"{town} mill"]} for town in TOWNS]
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def test_queries_move_towards_what_answers_them(
    home: Path, encoder: "Encoder", tmp_path: Path
) -> None:
    weights, lines = tmp_path / "adapter.safetensors", list[str]()
    queries = write_queries(tmp_path / "queries.jsonl")
    train_adapter(
        home,
        "towns",
        queries,
        weights,
        tmp_path / "work",
        encoder=encoder,
        steps=30,
        report=lines.append,
    )
    adapter = load_adapter(weights)
    assert adapter.encoder == encoder.name
    query, mill, bridge = encoder.encode(
        ["the old wheel of Novy", "Novy mill. The mill of Novy grinds rye.",
         "Novy bridge. The bridge of Novy crosses the river."]
    )  # fmt: skip
    moved = adapter.adapted(query)
    assert moved @ (mill - bridge) > query @ (mill - bridge)
    assert lines[-1] == f"written: {weights}"


def test_the_adapter_in_use_moves_queries_as_the_one_in_training(tmp_path: Path) -> None:
    from clew.agent.training.retrieval_adapter import save

    torch.manual_seed(0)
    model = AdapterModel(16, entries=4)
    torch.nn.init.normal_(model.values)
    save(model, tmp_path / "a.safetensors", "words")
    vectors = np.random.default_rng(0).normal(size=(5, 16)).astype(np.float32)
    with torch.no_grad():
        expected = model(torch.from_numpy(vectors)).numpy()
    adapter = load_adapter(tmp_path / "a.safetensors")
    for vector, moved in zip(vectors, expected, strict=True):
        assert adapter.adapted(vector) == pytest.approx(moved, abs=1e-5)


def test_a_corpus_that_there_is_not_is_told(home: Path, encoder: "Encoder", tmp_path: Path) -> None:
    queries = write_queries(tmp_path / "queries.jsonl")
    with pytest.raises(UnknownCorpus):
        train_adapter(
            home,
            "cities",
            queries,
            tmp_path / "a",
            tmp_path,
            encoder=encoder,
            report=lambda line: None,
        )


def test_queries_of_another_corpus_are_told(home: Path, encoder: "Encoder", tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "who", "documents": ["elsewhere"]}')
    with pytest.raises(TrainingDataError, match="'elsewhere', which is no document"):
        train_adapter(
            home,
            "towns",
            file,
            tmp_path / "a",
            tmp_path,
            encoder=encoder,
            report=lambda line: None,
        )

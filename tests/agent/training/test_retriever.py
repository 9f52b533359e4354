"""Training the relevance network from end to end, and its parts."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from reading_data import write_reading_data

from clew.agent.training.overlaps import Overlaps
from clew.agent.training.retrieval_examples import Query, own_queries, parted, training_queries
from clew.agent.training.retriever import (
    Ranking,
    RelevanceModel,
    calibrate,
    fit,
    logits,
    ranking_loss,
    train_retriever,
)
from clew.errors import TrainingDataError
from clew.tools.corpus.relevance_network import load_relevance

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def ranking(seed: int, kind: str = "whole") -> Ranking:
    """Return candidates of which the gold ones have a high second feature."""
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(20, 13)).astype(np.float32)
    gold = np.zeros(20, dtype=np.bool_)
    gold[draw.choice(20, 2, replace=False)] = True
    features[gold, 1] += 3
    documents = tuple(f"file#{n}" for n in range(20))
    ids = frozenset(str(n) for n in np.flatnonzero(gold))
    query = Query(f"query {seed}", ids, "whole" if kind == "whole" else "part", "", f"group {seed}")
    return Ranking(query, features, documents, gold)


class NamedEncoder:
    name = "words"
    dimension = 32


@pytest.mark.slow
def test_training_ends_with_a_file_that_ranks(tmp_path: Path, encoder: "Encoder") -> None:
    data, lines = write_reading_data(tmp_path), list[str]()
    weights = tmp_path / "weights" / "retriever.safetensors"
    train_retriever(
        data, weights, tmp_path / "work", encoder=encoder, steps=20, report=lines.append
    )
    network = load_relevance(weights)
    assert network.knows(encoder.name)
    found = network.relevance(np.random.default_rng(0).normal(size=(5, 13)))
    assert np.all((found > 0) & (found < 1))
    assert any(line.startswith("by plain features: recall@2") for line in lines)
    assert lines[-1] == f"written: {weights}"


@pytest.mark.slow
def test_what_was_learnt_ranks_gold_first_and_the_same_seed_repeats_it(tmp_path: Path) -> None:
    found = {"set": [ranking(n, "whole" if n % 3 else "part") for n in range(60)]}
    files = [tmp_path / f"{n}.safetensors" for n in range(2)]
    for file in files:
        fit(
            found,
            file,
            tmp_path / f"of {file.name}",
            encoder=NamedEncoder(),  # type: ignore[arg-type]
            steps=50,
            seed=3,
            report=lambda line: None,
        )
    assert files[0].read_bytes() == files[1].read_bytes()
    network = load_relevance(files[0])
    recalls = [each.recall(network.relevance(each.features), 2) for each in found["set"]]
    assert np.mean(recalls) > 0.7 > np.mean([e.recall(e.features[:, 0], 2) for e in found["set"]])


def test_the_network_in_use_gives_what_the_one_in_training_gave(tmp_path: Path) -> None:
    from clew.agent.training.retriever import save

    torch.manual_seed(0)
    each = ranking(0)
    model = RelevanceModel(each.features)
    save(model, tmp_path / "w.safetensors", "words")
    used = load_relevance(tmp_path / "w.safetensors").relevance(each.features)
    assert used == pytest.approx(1 / (1 + np.exp(-logits(model, each))), abs=1e-6)


def test_calibration_makes_chances_of_logits() -> None:
    held = [ranking(n) for n in range(60)]
    torch.manual_seed(0)
    model = RelevanceModel(np.concatenate([each.features for each in held]))
    calibrate(model, held)
    chances = np.concatenate([1 / (1 + np.exp(-logits(model, each))) for each in held])
    assert chances.mean() == pytest.approx(0.1, abs=0.002)


def test_the_loss_is_low_where_gold_stands_first() -> None:
    each = ranking(1)
    model = RelevanceModel(each.features)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.hidden.weight[0, 1] = 1.0
        model.out.weight[0, 0] = 9.0
        right = float(ranking_loss(model, [each]))
        model.out.weight[0, 0] = -9.0
        assert right < float(ranking_loss(model, [each]))


def test_queries_know_their_documents_and_stay_clear_of_others(
    tmp_path: Path, encoder: "Encoder"
) -> None:
    data = write_reading_data(tmp_path)
    skip = Overlaps(["In which year was the architect of Garn Bridge born?"])
    whole, clear = (
        training_queries(data / "train", tmp_path / "home", encoder, each)
        for each in (Overlaps([]), skip)
    )
    assert sorted(whole) == sorted(clear) == ["train_2wiki", "train_hotpotqa", "train_musique"]
    # All questions of the set have that one's words but for the name of the place.
    assert len(whole["train_hotpotqa"]) == 10 and not clear["train_hotpotqa"]
    assert len(clear["train_musique"]) == len(whole["train_musique"])
    found = whole
    parts = [query for query in found["train_musique"] if query.kind == "part"]
    assert {len(query.gold) for query in parts} == {1}


def test_questions_that_share_a_document_are_never_parted(
    tmp_path: Path, encoder: "Encoder"
) -> None:
    data = write_reading_data(tmp_path)
    for queries in training_queries(
        data / "train", tmp_path / "home", encoder, Overlaps([])
    ).values():
        learnt, held = parted(queries)
        assert len(learnt) + len(held) == len(queries)
        for query in held:
            assert not any(query.gold & other.gold for other in learnt)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"query": "who", "documents": ["nowhere"]}', "'nowhere', which is no document"),
        ('{"query": "who"}', "query 1 is not of the form"),
        ('{"query": " ", "documents": ["1"]}', "query 1 is not of the form"),
        ('{"query": "who", "documents": "1"}', "query 1 is not of the form"),
        ("", "holds no query"),
    ],
)
def test_own_queries_that_cannot_be_used_are_told(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text(line + "\n")
    with pytest.raises(TrainingDataError, match=told):
        own_queries(file, ["corpus.jsonl#1"])


def test_own_queries_name_documents_in_full_or_by_their_ids(tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "who ", "documents": ["1", "b.jsonl#2"]}\n')
    [query] = own_queries(file, ["a.jsonl#1", "b.jsonl#2"])
    assert query.text == "who"
    assert query.is_gold("a.jsonl#1") and query.is_gold("b.jsonl#2")
    assert not query.is_gold("b.jsonl#3")

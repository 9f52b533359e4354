"""Training the reader from end to end, on an encoder so small that it takes seconds."""

import random
from pathlib import Path

import pytest

pytest.importorskip("torch")

from reading_data import write_reading_data
from tiny_backbone import make_tiny_backbone

from clew.agent.networks.network import Network
from clew.agent.policies.embedded.span_reader import SpanReader
from clew.agent.training.backbone import load_backbone
from clew.agent.training.overlaps import Overlaps
from clew.agent.training.reader import train_reader
from clew.agent.training.reading_examples import Question
from clew.agent.training.reading_windows import (
    BATCH_TOKENS,
    Mixture,
    Recipe,
    made,
    recipes,
    split,
)
from clew.agent.training.span_model import OPTIONS
from clew.tools.passages import Passage


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reading_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture(scope="module")
def tokenizer():
    return load_backbone()[1]


def _text(example, span: tuple[int, int], passages: list[str]) -> str:
    first, last = (example.window.places[number] for number in span)
    return passages[first.passage][first.start : last.end]


def test_targets_point_at_the_answer(tokenizer) -> None:
    text = "In 1900 nothing was. " * 40 + "The prize went to Karl Avel in 1950. " + "More. " * 200
    question = Question("Who won?", (("", text),), (), "span", "Karl Avel", text.index("Karl"))
    recipe = Recipe([question], 1.0, most=1, missing=0.0, cropped=True)
    for seed in range(20):
        example = made(question, recipe, tokenizer, random.Random(seed))
        assert example is not None
        [span] = example.target.spans
        inside = [place for place in example.window.places if place is not None]
        assert inside[-1].end <= 640
        ids = example.window.ids[span[0] : span[1] + 1]
        assert ids == list(tokenizer.tokens("Karl Avel")[0])


def test_without_the_answering_passage_none_is_right(tokenizer) -> None:
    question = Question("Who?", (("A", "Karl."),), (("B", "Nobody."),), "span", "Karl")
    recipe = Recipe([question], 1.0, most=2, missing=1.0, cropped=False)
    example = made(question, recipe, tokenizer, random.Random(0))
    assert example is not None
    assert example.target.option == OPTIONS.index("none")
    assert not example.target.spans


def test_held_out_passages_are_not_learnt_from(data: Path) -> None:
    for recipe in recipes(data / "train", Overlaps([])).values():
        learnt, kept = split(recipe)
        assert len(learnt.questions) + len(kept.questions) == len(recipe.questions)
        firsts = [{each.gold[0] for each in side.questions} for side in (learnt, kept)]
        assert not firsts[0] & firsts[1]


def test_batches_are_drawn_alike_and_fit(data: Path, tokenizer) -> None:
    found = list(recipes(data / "train", Overlaps([])).values())
    batches = Mixture(found, tokenizer, seed=4).batches(2)
    again = Mixture(found, tokenizer, seed=4).batches(2)
    assert [[each.window.ids for each in batch] for batch in batches] == [
        [each.window.ids for each in batch] for batch in again
    ]
    for batch in batches:
        assert len(batch) * max(len(each.window.ids) for each in batch) <= BATCH_TOKENS


@pytest.mark.slow
def test_trains_calibrates_and_writes_what_reads(
    data: Path, backbone: Path, tmp_path: Path
) -> None:
    lines: list[str] = []
    out = tmp_path / "weights" / "reader.safetensors"
    train_reader(
        data, out, tmp_path / "run", steps=3, seed=1, backbone=str(backbone), report=lines.append
    )
    network = Network(out, "reader", cache_dir=tmp_path)
    assert set(network.notes) == {"temperature", "none"}
    passage = Passage(id="1", source="1", title="Avel", text="Avel was built by Karl Avel.")
    answers = SpanReader(network).answers("Who built Avel?", [passage])
    assert answers
    assert 0 < sum(each.chance for each in answers) < 1
    assert all(passage.text.startswith(each.text, each.start) for each in answers if each.start)
    assert any("of 3: loss" in line for line in lines)
    assert any("held out" in line for line in lines)

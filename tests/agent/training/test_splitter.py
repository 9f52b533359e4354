"""What the splitter learns from, and training it from end to end on a tiny encoder."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from tiny_backbone import make_tiny_backbone

from clew.agent.networks.network import Network
from clew.agent.policies.embedded.splitting import Splitter
from clew.agent.training.backbone import BackboneTokenizer, load_backbone
from clew.agent.training.overlaps import Overlaps, development_questions
from clew.agent.training.span_model import OPTIONS
from clew.agent.training.splitter import Draws, example, is_held_out, sources, train_splitter
from clew.agent.training.splitting_examples import Chain, Nested, nested, read_nested

from .splitting_data import write_splitting_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_splitting_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def tokenizer() -> BackboneTokenizer:
    return load_backbone()[1]


def _parts(*steps: str, question: str, source: str = "musique") -> list[tuple[str, list[str]]]:
    found = nested(Chain(source, question, steps))
    return [(each.text, [each.text[a:b] for a, b in each.spans]) for each in found]


def test_a_chain_is_taken_apart_step_by_step() -> None:
    assert _parts(
        "Fog >> performer",
        "#1 >> place of birth",
        "Who founded #2?",
        question="Who founded the city where the performer of Fog was born?",
    ) == [
        ("Who founded the city where the performer of Fog was born?", ["the performer of Fog"]),
        ("Who founded the city where #1 was born?", ["the city where #1 was born"]),
        ("Who founded #2?", []),
    ]


def test_parts_that_rest_on_nothing_may_both_come_first() -> None:
    [first, *_] = _parts(
        "Fog >> author",
        "Rain >> performer",
        "When did #1 meet #2?",
        question="When did the author of Fog meet the performer of Rain?",
    )
    assert first[1] == ["the author of Fog", "the performer of Rain"]


def test_a_step_that_the_question_leaves_unsaid_is_passed_over() -> None:
    assert _parts(
        "Fog >> performer",
        "#1 >> country of citizenship",
        "When was #2 founded?",
        question="When was the land of the performer of Fog founded?",
    )[0] == ("When was the land of the performer of Fog founded?", ["the performer of Fog"])


def test_comparisons_and_narrowing_nest_nothing() -> None:
    question = "Which is longer, Fog or Rain?"
    steps = ("return length of Fog", "return length of Rain", "return longer of #1, #2")
    assert _parts(*steps, question=question, source="break-QDMR-high-level") == [(question, [])]
    question = "Which actor who starred in Fog was born in 1950?"
    steps = ("return actors who starred in Fog", "return #1 that was born in 1950")
    assert _parts(*steps, question=question, source="break-QDMR-high-level") == [(question, [])]


def test_counts_what_is_left_out(data: Path) -> None:
    question = "When was the architect of Avel Bridge born?"
    found, counts = read_nested(data / "train", Overlaps([question]))
    assert counts["musique"][:2] == [10, 1]
    assert counts["break-QDMR-high-level"] == [20, 0, 10]
    assert question not in {each.text for each in found}
    assert "When was the architect of Holt Bridge born?" in {each.text for each in found}


def test_nothing_held_out_is_learnt_nor_anything_like_it(data: Path) -> None:
    found, _ = read_nested(data / "train", development_questions(data))
    parted = sources(found)
    held = [each for group in parted.held.values() for each in group]
    near = Overlaps(each.text for each in held)
    assert held
    assert "musique-paragraphs" not in parted.learnt
    for group in parted.learnt.values():
        assert not any(is_held_out(each) or near.has(each.text) for each in group)


def test_targets_cover_the_words_of_the_part(tokenizer: BackboneTokenizer) -> None:
    text = "Who founded the city where #1 was born?"
    span = (text.index("the city"), text.index("?"))
    made = example(Nested("musique", text, (span,), ""), tokenizer)
    assert made is not None
    [(first, last)] = made.target.spans
    inside = list(tokenizer.tokens("the city where #1 was born")[0])
    assert made.window.ids[first : last + 1] == inside
    bare = example(Nested("musique", text, (), ""), tokenizer)
    assert bare is not None
    assert bare.target.option == OPTIONS.index("none")


def test_batches_are_drawn_alike(data: Path, tokenizer: BackboneTokenizer) -> None:
    found, _ = read_nested(data / "train", Overlaps([]))
    learnt = sources(found).learnt
    first, again, later = (
        [[each.window.ids for each in batch] for batch in Draws(learnt, tokenizer, 3).batches(part)]
        for part in (0, 0, 1)
    )
    assert first == again
    assert first != later


@pytest.mark.slow
def test_trains_and_writes_what_splits(
    data: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    backbone = make_tiny_backbone(tmp_path_factory.mktemp("backbone"))
    lines: list[str] = []
    out = tmp_path / "splitter.safetensors"
    train_splitter(
        data, out, tmp_path / "run", steps=2, seed=1, backbone=str(backbone), report=lines.append
    )
    splitter = Splitter(Network(out, "splitter", cache_dir=tmp_path))
    part = splitter.part("When was the architect of Avel Bridge born?")
    assert part is not None
    assert 0 <= part.start < part.end <= len("When was the architect of Avel Bridge born?")
    assert any("do not align" in line for line in lines)
    assert any("of 2: loss" in line for line in lines)

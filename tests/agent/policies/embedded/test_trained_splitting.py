"""Splitting by a network: what becomes of the parts that it points at, and the one that ships."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tokenizers import Tokenizer

from clew.agent.networks.shipped import network_of
from clew.agent.policies.embedded.planning import proposals, split
from clew.agent.policies.embedded.splitting import MARGIN, Splitter, question_window
from clew.graphs.plan import Plan, make_plan
from clew.graphs.protocols import PlanRequest
from clew.tools.corpus.encoder import packaged_model


class Pointing:
    """A network that points at given parts, each where it stands, with given margins."""

    def __init__(self, parts: Mapping[str, float]) -> None:
        self._tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._parts = {tuple(self.tokens(part)[0]): margin for part, margin in parts.items()}
        self.notes = {MARGIN: 2.0}

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def run(self, ids: Sequence[int], first_segment: int) -> Mapping[str, NDArray[np.float32]]:
        assert first_segment == len(ids)
        spans = np.full((len(ids), 2), -9.0, dtype=np.float32)
        for part, margin in self._parts.items():
            for start in range(len(ids)):
                if tuple(ids[start : start + len(part)]) == part:
                    spans[start, 0] = spans[start + len(part) - 1, 1] = margin / 2
        return {"spans": spans, "options": np.zeros(6, dtype=np.float32)}


def _texts(splitter: Splitter, question: str) -> list[str]:
    return [sub.text for sub in splitter.split(question) or ()]


def test_parts_are_asked_one_after_the_other() -> None:
    network = Pointing({"the keeper of Fog Light": 5, "the town that #1 fled": 4})
    subs = Splitter(network).split("Who rules the town that the keeper of Fog Light fled?")
    assert subs is not None
    assert [sub.text for sub in subs] == [
        "Who is the keeper of Fog Light?",
        "What is the town that {q1} fled?",
        "Who rules {q2}?",
    ]
    assert [sub.parents for sub in subs] == [(), ("q1",), ("q2",)]


def test_a_part_below_the_margin_is_left_where_it_is() -> None:
    question = "Who rules the town of the keeper of Fog Light?"
    assert _texts(Splitter(Pointing({"the keeper of Fog Light": 1.9})), question) == []
    assert len(_texts(Splitter(Pointing({"the keeper of Fog Light": 2.1})), question)) == 2


@pytest.mark.parametrize(
    "question",
    ["", "?", "Fog", "Who is the keeper of Fog Light?", "Who plays Guard #1 of the keeper?"],
)
def test_what_leaves_nothing_to_ask_stays_whole(question: str) -> None:
    network = Pointing({"the keeper of Fog Light": 9})
    assert Splitter(network).split(question) is None


def test_parts_grow_to_whole_words() -> None:
    network = Pointing({"the keeper of fog": 9})
    part = Splitter(network).part("When did the keeper of foghorns die?")
    if part is not None and part.margin > 0:
        assert "When did the keeper of foghorns die?"[part.start : part.end].endswith("foghorns")


def test_the_same_part_cannot_be_asked_for_ever() -> None:
    subs = Splitter(Pointing({"the": 9, "the keeper": 9})).split("the keeper " * 30 + "who?")
    assert subs is None or len(subs) <= 5


def test_rules_take_comparisons_and_the_network_what_they_leave() -> None:
    splitter = Splitter(Pointing({"the keeper of Fog Light": 9, "Ann Low or Bo High": 9}))
    assert split("Who was born first, Ann Low or Bo High?", splitter)[-1].kind == "reason"
    question = "What did the keeper of Fog Light whisper to fishermen?"
    assert len(split(question, splitter)) == 2
    request = PlanRequest(question=question, plan=Plan(), steps={})
    assert [len(each.sub_questions) for each in proposals(request, splitter)] == [2]


_WORDS = "the keeper of Fog Light Who is {q1} #2 ? \" ' of X's where".split()


@given(st.text(max_size=80) | st.lists(st.sampled_from(_WORDS), max_size=20).map(" ".join))
def test_any_question_gives_a_valid_plan(question: str) -> None:
    network = Pointing({"the keeper of Fog Light": 9, "keeper": 5, "?": 7, "of X's": 4})
    make_plan(split(question, Splitter(network)))


def test_the_window_holds_the_question_alone() -> None:
    network = Pointing({})
    window = question_window("Who?", network)
    assert window.question_tokens == len(window.ids) == len(window.places) == 4
    assert [place is None for place in window.places] == [True, False, False, True]


SHIPPED_SPLITS = [
    (
        "Who governs the county where the inventor of the Brun lamp was born?",
        [
            "Who is the inventor of the Brun lamp?",
            "In which county was {q1} born?",
            "Who governs {q2}?",
        ],
    ),
    (
        "The Marl Hill Gazette is owned by a banker from what town?",
        ["The Marl Hill Gazette is owned by which banker?", "{q1} from what town?"],
    ),
    (
        "What prize did the actor who played the miller in Pale Harbour win?",
        ["Who played the miller in Pale Harbour?", "What prize did {q1} win?"],
    ),
    ("What is the capital of Norway?", []),
    ("Which ship did Roald Amundsen sail in 1910?", []),
]


@pytest.mark.parametrize(("question", "texts"), SHIPPED_SPLITS)
def test_the_shipped_splitter(question: str, texts: list[str], model_cache: Path) -> None:
    network = network_of("splitter", None, cache_dir=model_cache)
    assert network is not None
    assert _texts(Splitter(network), question) == texts


def test_rules_go_first_where_they_are_sure() -> None:
    splitter = Splitter(Pointing({"the author of Fog": 9, "the author of Fog born": 9}))
    assert [sub.text for sub in split("Where was the author of Fog born?", splitter)] == [
        "Who is the author of Fog?",
        "Where was {q1} born?",
    ]

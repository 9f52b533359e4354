"""What the reward model reads of steps."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CHAIN, POLAR, QUESTION

from clew.agent.critics.reward_input import SIGNS, TOKENS, step_input, step_inputs
from clew.agent.policies.embedded.windows import CLS, SEP
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer, Trajectory

EVIDENCE = {passage.id: passage for passage in POLAR}
ENDURANCE, WORSLEY, _, ARCHER = POLAR


class Words:
    """A tokenizer of whole words, whose ids can be read again."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        found = list(re.finditer(r"\w+", text))
        self.words += [each[0] for each in found if each[0] not in self.words]
        return [1_000 + self.words.index(each[0]) for each in found], [
            each.span() for each in found
        ]

    def text(self, ids: Sequence[int]) -> str:
        marks = {CLS: "[CLS]", SEP: "|"}
        return " ".join(marks.get(id) or self.words[id - 1_000] for id in ids)


def step(
    sub: SubQuestion, text: str, answer: str | None, quoted: str = "", confidence: float = 0.8
) -> Step:
    quotes = tuple(
        Quote(passage_id=each.id, text=quoted, start=each.text.find(quoted))
        for each in POLAR
        if quoted and quoted in each.text
    )
    ranking = tuple(RankedPassage(passage_id=each.id, score=1.0) for each in POLAR)
    answered = StepAnswer(
        text=answer, quotes=quotes, confidence=confidence if answer is not None else 0.0
    )
    return Step(
        sub_question=sub,
        text=text,
        reading=Reading(answer=answered, ranking=ranking),
        status="unknown" if answer is None else "answered",
    )


CAPTAIN = step(CHAIN[0], CHAIN[0].text, "Frank Worsley", "Her captain was Frank Worsley.")
BORN = step(
    CHAIN[1],
    "Where was Frank Worsley born?",
    "Akaroa, New Zealand",
    "Frank Worsley was born in Akaroa, New Zealand, in 1872.",
    confidence=0.5,
)


def trajectory(*steps: Step, question: str = QUESTION) -> Trajectory:
    return Trajectory(question=question, steps=steps, evidence=EVIDENCE)


def signs(*steps: Step) -> dict[str, float]:
    return dict(zip(SIGNS, step_inputs(trajectory(*steps), Words())[-1].signs, strict=True))


def test_it_reads_question_earlier_steps_the_step_and_its_quote() -> None:
    words = Words()
    first, second = step_inputs(trajectory(CAPTAIN, BORN), words)
    assert words.text(first.ids) == (
        "[CLS] Where was the captain of the Endurance born | | Who was the captain of the "
        "Endurance | Frank Worsley | Endurance Her captain was Frank Worsley |"
    )
    assert words.text(second.ids[: second.first]) == (
        "[CLS] Where was the captain of the Endurance born | Who was the captain of the Endurance "
        "Frank Worsley |"
    )
    assert words.text(second.ids[second.first :]) == (
        "Where was Frank Worsley born | Akaroa New Zealand | Frank Worsley Frank Worsley was born "
        "in Akaroa New Zealand in 1872 |"
    )


def test_a_step_without_an_answer_shows_what_it_found() -> None:
    words = Words()
    (read,) = step_inputs(trajectory(step(CHAIN[0], CHAIN[0].text, None)), words)
    shown = words.text(read.ids[read.first :])
    assert "| unknown | Endurance Endurance was a ship" in shown
    assert "Fram was designed" in shown and "Larvik" not in shown


def test_a_step_can_be_read_beside_some_of_the_others() -> None:
    words = Words()
    read = step_input(trajectory(CAPTAIN, BORN), 1, (), words)
    assert words.text(read.ids[: read.first]).endswith("Endurance born | |")


def test_signs_of_a_supported_answer() -> None:
    found = signs(CAPTAIN, BORN)
    assert found == pytest.approx(
        {
            "answered": 1.0,
            "told": 1.0,
            "sure": 0.5,
            "stated": 1.0,
            "named": 1.0,
            "reasoned": 0.0,
            "first": 1 / 2,
            "least": 0.5,
            "joint": 0.4,
            "broken": 0.0,
        }
    )


def test_signs_of_weaker_steps() -> None:
    unstated = signs(
        step(CHAIN[0], CHAIN[0].text, "Colin Archer", "Her captain was Frank Worsley.")
    )
    assert unstated["stated"] == 0.0
    silent = signs(CAPTAIN, step(CHAIN[1], "Where was Frank Worsley born?", None))
    assert (silent["answered"], silent["sure"], silent["joint"], silent["first"]) == (0, 0, 0, 0)
    after = signs(step(CHAIN[0], CHAIN[0].text, None), BORN)
    assert (after["broken"], after["least"]) == (1.0, 0.5)
    elsewhere = signs(step(CHAIN[0], CHAIN[0].text, "Colin Archer", "Colin Archer was born in"))
    assert elsewhere["named"] < 0.5


def test_an_answer_without_a_confidence_is_no_sure_one_nor_a_wrong_one() -> None:
    untold = signs(step(CHAIN[0], CHAIN[0].text, "Frank Worsley", confidence=0.0))
    assert (untold["told"], untold["sure"]) == (0.0, 0.5)


def test_a_conclusion_is_marked() -> None:
    sub = SubQuestion(id="q2", text="Is {q1} a sailor?", parents=("q1",), kind="reason")
    assert signs(CAPTAIN, step(sub, "Is Frank Worsley a sailor?", "yes"))["reasoned"] == 1.0


def test_evidence_that_is_missing_is_not_shown() -> None:
    bare = Trajectory(question=QUESTION, steps=(CAPTAIN,), evidence={})
    (read,) = step_inputs(bare, Words())
    assert dict(zip(SIGNS, read.signs, strict=True))["stated"] == 0.0


@given(
    question=st.text(max_size=400),
    asked=st.text(min_size=1, max_size=400),
    answer=st.none() | st.text(max_size=400),
)
def test_whatever_is_written_fits(question: str, asked: str, answer: str | None) -> None:
    steps = [step(CHAIN[0], asked, answer), step(CHAIN[1], asked, answer)]
    for read in step_inputs(trajectory(*steps, question=question * 5), Words()):
        assert len(read.ids) <= TOKENS
        assert read.ids[0] == CLS and read.ids[-1] == SEP
        assert 0 < read.first < len(read.ids)
        assert all(0 <= sign <= 1 for sign in read.signs)

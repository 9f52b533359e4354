"""The plainest answer: what the steps came to."""

import pytest
from policy_requests import READING, answered, reading_of
from support import CHAIN, POLAR

from clew.graphs.plan import Plan, SubQuestion, make_plan
from clew.graphs.protocols import Draft
from clew.graphs.stating import stated
from clew.graphs.steps import Reading, Step, StepAnswer

PLAN = make_plan(CHAIN)
FIRST = answered(CHAIN[0], READING)
SECOND = answered(CHAIN[1], reading_of(POLAR[1], "Akaroa, New Zealand"))
UNKNOWN = Step(sub_question=CHAIN[1], text="Where was Frank Worsley born?", status="unknown")


def test_each_answer_is_stated_with_its_quotes_and_the_last_is_the_short_one() -> None:
    draft = stated(PLAN, {"q2": SECOND, "q1": FIRST})
    assert draft.short_answer == "Akaroa, New Zealand"
    assert [sentence.text for sentence in draft.sentences] == [
        "Who was the captain of the Endurance? Frank Worsley",
        "Where was Frank Worsley born? Akaroa, New Zealand",
    ]
    assert [sentence.quotes for sentence in draft.sentences] == [
        FIRST.answer.quotes,
        SECOND.answer.quotes,
    ]


@pytest.mark.parametrize("steps", [{"q1": FIRST}, {"q1": FIRST, "q2": UNKNOWN}])
def test_without_the_last_answer_it_abstains_and_says_what_is_known(steps: dict[str, Step]) -> None:
    draft = stated(PLAN, steps)
    assert draft.short_answer is None and len(draft.sentences) == 1


@pytest.mark.parametrize("plan", [Plan(), PLAN])
def test_nothing_known_is_nothing_stated(plan: Plan) -> None:
    assert stated(plan, {}) == Draft()


def test_what_was_recalled_stays_marked() -> None:
    sub = SubQuestion(id="a", text="How many days has a leap year?", kind="recall", answer="366")
    reading = Reading(answer=StepAnswer(text="366", confidence=1.0, recalled=True))
    step = Step(sub_question=sub, text=sub.text, reading=reading, status="answered")
    (sentence,) = stated(make_plan([sub]), {"a": step}).sentences
    assert sentence.recalled and sentence.quotes == ()


def test_of_several_ends_the_last_planned_answers() -> None:
    other = SubQuestion(id="q3", text="Who designed the Fram?")
    steps = {"q1": FIRST, "q3": answered(other, reading_of(POLAR[2], "Colin Archer"))}
    assert stated(make_plan([CHAIN[0], other]), steps).short_answer == "Colin Archer"

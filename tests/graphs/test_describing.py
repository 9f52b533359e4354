"""What a sub-question asks is said in words, whatever answers are missing."""

import pytest
from policy_requests import READING, answered
from support import CHAIN

from clew.graphs.describing import described
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.steps import Step

FOUNDED = SubQuestion(id="q3", text="When was {q2} founded?", parents=("q2",))
PLAN = make_plan((*CHAIN, FOUNDED))
UNKNOWN = {
    sub.id: Step(sub_question=sub, text=sub.text, status="unknown") for sub in PLAN.sub_questions
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who was the captain?", "Who was the captain?"),
        (
            "Where was {q1} born?",
            "Where was the answer of “Who was the captain of the Endurance?” born?",
        ),
        (
            "When was {q2} founded?",
            "When was the answer of “Where was the answer of “Who was the captain of the "
            "Endurance?” born?” founded?",
        ),
        ("{q1} and {q1}", 2 * " and the answer of “Who was the captain of the Endurance?”"),
        ("What is {x} in {q9}?", "What is {x} in {q9}?"),
    ],
)
def test_missing_answers_are_described(text: str, words: str) -> None:
    assert described(text, PLAN, UNKNOWN) == words.removeprefix(" and ")
    assert described(text, PLAN, {}) == words.removeprefix(" and ")


def test_known_answers_are_put_in() -> None:
    steps = {**UNKNOWN, "q1": answered(CHAIN[0], READING)}
    assert described("When was {q2} founded?", PLAN, steps) == (
        "When was the answer of “Where was Frank Worsley born?” founded?"
    )


def test_steps_of_a_branch_left_are_described_too() -> None:
    assert "{" not in described("Where was {q1} born?", make_plan(()), UNKNOWN)

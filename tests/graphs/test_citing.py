"""Which quotes a sentence keeps: verbatim ones of sources, that have to do with it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_requests import EVIDENCE, READING, answered, reading_of
from support import CHAIN, POLAR, passage

from clew.graphs.citing import citable, question_of, states
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import CitedSentence
from clew.graphs.steps import Quote, Reading, Step, StepAnswer
from clew.tools.passages import Passage

ENDURANCE, WORSLEY, FRAM, ARCHER = POLAR
STEPS = {
    "q1": answered(CHAIN[0], READING),
    "q2": answered(CHAIN[1], reading_of(WORSLEY, "Akaroa, New Zealand")).model_copy(
        update={"text": "Where was Frank Worsley born?"}
    ),
}


def whole(source: Passage) -> Quote:
    return Quote(passage_id=source.id, text=source.text, start=0)


def kept(text: str, *quotes: Quote, evidence: Sequence[Passage] = POLAR) -> tuple[Quote, ...]:
    found = {each.id: each for each in evidence}
    sentence = CitedSentence(text=text, quotes=quotes)
    left = citable(sentence, STEPS, found, from_memory=False)
    return left.quotes if left else ()


def test_quotes_of_something_else_are_left_out() -> None:
    quotes = (whole(ENDURANCE), whole(FRAM))
    assert kept("Frank Worsley was her captain.", *quotes) == quotes[:1]


def test_a_quote_that_names_the_subject_in_its_title_stays() -> None:
    launched = passage("Fram", "She was launched in 1892.")
    quotes = (whole(launched), whole(ENDURANCE))
    assert kept("The Fram came later.", *quotes, evidence=(launched, ENDURANCE)) == quotes[:1]


def test_what_the_sub_question_is_about_counts() -> None:
    # "He came from there" names nobody; the sub-question that it answers does.
    (born,) = STEPS["q2"].answer.quotes
    said = "He came from Akaroa, New Zealand."
    assert kept(said, born, whole(ENDURANCE), whole(FRAM)) == (born, whole(ENDURANCE))
    assert kept(said, whole(ENDURANCE), whole(WORSLEY)) == (whole(WORSLEY),)


@pytest.mark.parametrize("text", ["Она родилась там.", "彼はそこで生まれた。", "It is so."])
def test_at_least_one_quote_stays(text: str) -> None:
    assert kept(text, whole(FRAM), whole(ARCHER)) == (whole(FRAM), whole(ARCHER))


@given(
    text=st.text(max_size=40),
    given_quotes=st.lists(
        st.builds(
            Quote,
            passage_id=st.sampled_from([*EVIDENCE, "nowhere"]),
            text=st.sampled_from(["Frank Worsley", "Colin Archer", "Fram", "x"]),
            start=st.integers(0, 40),
        ),
        max_size=5,
    ),
)
def test_every_quote_kept_is_verbatim(text: str, given_quotes: list[Quote]) -> None:
    left = kept(text, *given_quotes)
    assert all(quote.is_verbatim(EVIDENCE) for quote in left)
    assert bool(left) == any(quote.is_verbatim(EVIDENCE) for quote in given_quotes)


def test_a_sentence_states_what_a_step_came_to() -> None:
    assert states(CitedSentence(text="Her captain was Frank Worsley."), STEPS["q1"])
    assert not states(CitedSentence(text="Her captain was Ernest Joyce."), STEPS["q1"])
    unknown = Step(sub_question=CHAIN[0], text="Who?", status="unknown")
    assert not states(CitedSentence(text="Who knows."), unknown)


def test_yes_and_no_are_stated_by_quoting_what_proves_them() -> None:
    proof = whole(FRAM)
    sub = SubQuestion(id="q3", text="Was the Fram launched in 1892?")
    reading = Reading(answer=StepAnswer(text="Yes.", quotes=(proof,)))
    step = Step(sub_question=sub, text=sub.text, reading=reading, status="answered")
    assert states(CitedSentence(text="She was launched then.", quotes=(proof,)), step)
    assert not states(CitedSentence(text="She was.", quotes=(whole(ARCHER),)), step)


def test_a_sentence_answers_the_sub_question_whose_quotes_it_shares() -> None:
    (proof,) = READING.answer.quotes
    assert question_of(CitedSentence(text="It was Frank Worsley.", quotes=(proof,)), STEPS) == (
        "Who was the captain of the Endurance?"
    )
    assert question_of(CitedSentence(text="It was Frank Worsley."), STEPS) == ""
    assert question_of(CitedSentence(text="It was a ship.", quotes=(proof,)), STEPS) == ""

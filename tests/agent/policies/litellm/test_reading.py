"""Readings: quotes that stand where they should, rankings, and conclusions from parents."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_requests import EVIDENCE, READING, answered
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.litellm.reading import reading_of, unread, variables_of
from clew.agent.policies.litellm.structured import UnusableOutput
from clew.agent.policies.litellm.wire import ReadOutput
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import ReadRequest
from clew.graphs.steps import Reading, Step, StepAnswer

REASON = SubQuestion(id="q3", text="Is {q1} older than {q2}?", parents=("q1", "q2"), kind="reason")


def request(sub: SubQuestion = CHAIN[0], **more: Any) -> ReadRequest:
    given_more = {"passages": POLAR, **more}
    return ReadRequest(question=QUESTION, sub_question=sub, text=sub.text, **given_more)


def read(asked: ReadRequest, **output: Any) -> Reading:
    return reading_of(ReadOutput.model_validate(output), asked)


def quoted(passage: int, text: str) -> dict[str, Any]:
    return {"passage": passage, "text": text}


def recalled(answer: str) -> Step:
    reading = Reading(answer=StepAnswer(text=answer, recalled=True))
    return Step(sub_question=CHAIN[0], text="", reading=reading, status="answered")


@pytest.mark.parametrize("number", [1, 3, 0, -1, 99, 10**30])
def test_quotes_are_found_whatever_number_they_carry(number: int) -> None:
    reading = read(request(), answer="Worsley", quotes=[quoted(number, "captain was frank")])
    (quote,) = reading.answer.quotes
    assert quote.passage_id == POLAR[0].id and quote.text == "captain was Frank"
    assert quote.is_verbatim(EVIDENCE)


def test_of_the_same_words_those_in_the_passage_of_the_number_count() -> None:
    for number in (3, 4):
        reading = read(request(), answer="x", quotes=[quoted(number, "Colin Archer")])
        assert reading.answer.quotes[0].passage_id == POLAR[number - 1].id


def test_quotes_that_stand_nowhere_are_dropped_and_none_is_kept_twice() -> None:
    reading = read(
        request(),
        answer="Frank\n Worsley",
        confidence=0.7,
        quotes=[quoted(1, "made up"), quoted(1, "Frank Worsley"), quoted(1, "FRANK  WORSLEY")],
    )
    assert len(reading.answer.quotes) == 1
    assert (reading.answer.text, reading.answer.confidence) == ("Frank Worsley", 0.7)


@pytest.mark.parametrize("answer", ["Ernest Shackleton", "Colin Archer", "no", "yes", "a", "hip"])
def test_an_answer_without_proof_is_refused(answer: str) -> None:
    with pytest.raises(UnusableOutput, match="word for word"):
        read(request(passages=POLAR[2:]), answer=answer)
    with pytest.raises(UnusableOutput, match="word for word"):
        read(request(passages=POLAR[2:]), answer=answer, quotes=[quoted(1, "It says so there.")])


def test_a_few_letters_prove_nothing_unless_they_are_the_answer() -> None:
    with pytest.raises(UnusableOutput, match="too short"):
        read(request(), answer="Ernest Shackleton", quotes=[quoted(1, "was")])
    reading = read(request(), answer="1872", quotes=[quoted(2, "1872")])
    assert [quote.text for quote in reading.answer.quotes] == ["1872"]


def test_no_answer_ranks_all_the_same() -> None:
    reading = read(request(), answer=None, useful=[2], quotes=[quoted(1, "Frank Worsley")])
    assert reading.answer == StepAnswer()
    assert reading.ranking[0].passage_id == POLAR[1].id


@given(st.lists(st.integers(-2, 7) | st.integers(), max_size=12))
def test_a_ranking_holds_every_passage_once_the_useful_ones_first(useful: list[int]) -> None:
    ranking = read(request(), answer=None, useful=useful).ranking
    ids = [each.passage_id for each in ranking]
    assert sorted(ids) == sorted(EVIDENCE)
    scores = [each.score for each in ranking]
    assert scores == sorted(scores, reverse=True)
    first = [POLAR[n - 1].id for n in dict.fromkeys(useful) if 1 <= n <= len(POLAR)]
    rest = [each.id for each in POLAR if each.id not in first]
    assert ids == first + rest


def test_nothing_read_keeps_the_order_of_the_backends() -> None:
    assert [each.passage_id for each in unread(POLAR).ranking] == [each.id for each in POLAR]
    assert unread(()) == Reading()


def test_a_conclusion_rests_on_the_parents_quotes() -> None:
    parents = {"q1": answered(CHAIN[0], READING)}
    reading = read(request(REASON, parents=parents), answer="yes", confidence=0.8)
    assert reading.answer.quotes == READING.answer.quotes
    assert not reading.answer.recalled and reading.answer.confidence == 0.8


@pytest.mark.parametrize("quotes", [[], [quoted(1, "Her captain was Frank Worsley.")]])
def test_a_conclusion_that_needs_memory_too_is_marked(quotes: Any) -> None:
    parents = {"q1": answered(CHAIN[0], READING), "q2": recalled("1872")}
    reading = read(request(REASON, parents=parents), answer="yes", quotes=quotes)
    assert reading.answer.recalled and reading.answer.quotes


def test_a_conclusion_from_what_was_recalled_is_recalled() -> None:
    reading = read(request(REASON, parents={"q1": recalled("1872")}, passages=()), answer="yes")
    assert reading.answer.recalled and not reading.answer.quotes


@pytest.mark.parametrize("passages", [(), POLAR[1:]])
def test_a_conclusion_from_nothing_is_refused(passages: Any) -> None:
    parents = {"q1": answered(CHAIN[0], READING)}
    with pytest.raises(UnusableOutput, match="none of the quotes"):
        read(request(REASON, parents=parents, passages=passages), answer="yes")


def test_the_prompt_is_told_the_first_passages_and_what_is_known() -> None:
    parents = {"q1": answered(CHAIN[0], READING)}
    variables = variables_of(request(REASON, parents=parents), 2)
    assert [each["title"] for each in variables["passages"]] == ["Endurance", "Frank Worsley"]
    assert variables["parents"] == [{"question": CHAIN[0].text, "answer": "Frank Worsley"}]
    assert variables["reasons"]


def other(answer: str | None, passage: int, text: str) -> dict[str, Any]:
    return {"answer": answer, "passage": passage, "text": text}


ELSEWHERE = POLAR[0].model_copy(
    update={"id": "e", "source": "e", "text": "Her captain was Ernest Joyce in 1914."}
)
DISPUTED = (*POLAR, ELSEWHERE)
JOYCE = other("Ernest Joyce", 5, "her captain was  ERNEST Joyce")


def test_what_other_sources_answer_comes_with_verbatim_quotes() -> None:
    output = {"answer": "Frank Worsley", "quotes": [quoted(1, "Frank Worsley")], "confidence": 0.6}
    (found,) = read(request(passages=DISPUTED), **output, others=[JOYCE, JOYCE]).others
    assert (found.text, found.confidence) == ("Ernest Joyce", 0.4)
    (quote,) = found.quotes
    assert quote.text == "Her captain was Ernest Joyce"
    assert quote.is_verbatim({ELSEWHERE.id: ELSEWHERE})


@pytest.mark.parametrize(
    "said",
    [
        other("Ernest Joyce", 5, "Ernest Shackleton was her captain"),
        other("Ernest Shackleton", 5, "Her captain was Ernest Joyce"),
        other("Worsley", 2, "Frank Worsley was born in Akaroa"),
        other("Endurance", 1, "Endurance was a ship."),
        other(None, 5, "Her captain was Ernest Joyce"),
        other("  ", 5, "Her captain was Ernest Joyce"),
    ],
)
def test_what_no_other_source_says_otherwise_is_dropped(said: dict[str, Any]) -> None:
    output = {"answer": "Frank Worsley", "quotes": [quoted(1, "Frank Worsley")]}
    assert read(request(passages=DISPUTED), **output, others=[said]).others == ()


def test_without_an_answer_there_is_nothing_to_contradict() -> None:
    assert read(request(passages=DISPUTED), answer=None, others=[JOYCE]).others == ()

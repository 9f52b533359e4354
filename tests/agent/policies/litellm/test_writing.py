"""Answers: which quotes the responder sees, what its numbers mean, and hearing it write."""

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_requests import EVIDENCE, answered, request_for
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.litellm.client import Completion
from clew.agent.policies.litellm.structured import UnusableOutput, parsed
from clew.agent.policies.litellm.wire import WriteOutput
from clew.agent.policies.litellm.writing import DraftListener, NumberedQuotes
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import Draft, WriteRequest
from clew.graphs.steps import Quote, Reading, Step, StepAnswer


def quote(number: int, text: str) -> Quote:
    source = POLAR[number - 1]
    return Quote(passage_id=source.id, text=text, start=source.text.index(text))


FIRST = (quote(1, "Frank Worsley"), quote(1, "a ship"), quote(2, "Frank Worsley"))
SECOND = (quote(2, "Akaroa"), quote(1, "Frank Worsley"), quote(2, "1872"), quote(3, "1892"))


def step(sub: SubQuestion, *quotes: Quote) -> Step:
    return answered(sub, Reading(answer=StepAnswer(text="an answer", quotes=quotes)))


REQUEST = WriteRequest(
    question=QUESTION,
    plan=make_plan(CHAIN),
    steps={"q1": step(CHAIN[0], *FIRST), "q2": step(CHAIN[1], *SECOND)},
    evidence=EVIDENCE,
)


def draft(
    *sentences: dict[str, object],
    short_answer: str | None = "Akaroa",
    request: WriteRequest = REQUEST,
) -> Draft:
    output = {"sentences": sentences, "short_answer": short_answer}
    return NumberedQuotes(request).draft_of(WriteOutput.model_validate(output))


def with_memory(*recalled: str) -> WriteRequest:
    """What is to be written where the answers of these sub-questions were recalled."""
    steps = dict(REQUEST.steps)
    for id in recalled:
        answer = StepAnswer(text="an answer", recalled=True)
        steps[id] = answered(steps[id].sub_question, Reading(answer=answer))
    return replace(REQUEST, steps=steps)


def test_each_steps_first_quote_comes_before_any_second() -> None:
    quotes = NumberedQuotes(REQUEST).quotes
    assert quotes == [FIRST[0], SECOND[0], FIRST[1], FIRST[2], SECOND[2]]


@pytest.mark.parametrize("most", range(6))
def test_where_there_is_no_room_the_last_are_left_out(most: int) -> None:
    findings = NumberedQuotes(REQUEST, most).variables()["findings"]
    assert [finding["id"] for finding in findings] == ["q1", "q2"], "the answers always stay"
    numbers = {each["number"] for finding in findings for each in finding["quotes"]}
    assert numbers == set(range(1, most + 1))


def test_quotes_are_shown_in_their_sentence() -> None:
    finding, _ = NumberedQuotes(REQUEST, 1).variables()["findings"]
    assert finding["quotes"] == [
        {"number": 1, "title": "Endurance", "text": "Her captain was Frank Worsley."}
    ]


def test_many_quotes_take_no_time() -> None:
    subs = [SubQuestion(id=f"q{n}", text=f"Question {n}?") for n in range(200)]
    letters = POLAR[0].text
    many = [
        Quote(passage_id=POLAR[0].id, text=letters[n % 40 : n % 40 + 1 + n // 40], start=n % 40)
        for n in range(400)
    ]
    request = WriteRequest(
        question=QUESTION,
        plan=make_plan(subs),
        steps={sub.id: step(sub, *many[2 * n : 2 * n + 2]) for n, sub in enumerate(subs)},
        evidence=EVIDENCE,
    )
    started = time.thread_time()
    NumberedQuotes(request).variables()
    assert time.thread_time() - started < 0.5


def test_numbers_stand_for_quotes_and_others_are_dropped() -> None:
    (sentence,) = draft(
        {"text": " He was\nborn  there. ", "quotes": [2, 0, -1, 99, 2, 1]}
    ).sentences
    assert sentence.text == "He was born there."
    assert sentence.quotes == (SECOND[0], FIRST[0])


@pytest.mark.parametrize("numbers", [[], [0], [-1], [6], [10**20]])
def test_an_answer_that_cites_nothing_is_refused(numbers: list[int]) -> None:
    with pytest.raises(UnusableOutput, match="no sentence cites a quote"):
        draft({"text": "He was born there.", "quotes": numbers})
    with pytest.raises(UnusableOutput):
        draft()


def test_a_recalled_sentence_needs_no_quote_and_blank_ones_are_dropped() -> None:
    sentences = {"text": " \n", "quotes": [1]}, {"text": "From memory.", "recalled": True}
    (sentence,) = draft(*sentences, request=with_memory("q1")).sentences
    assert sentence.recalled and sentence.quotes == ()


def test_nothing_is_recalled_that_no_step_recalled() -> None:
    with pytest.raises(UnusableOutput, match="no sentence cites a quote"):
        draft({"text": "From memory.", "recalled": True})
    made = draft({"text": "Found.", "quotes": [1], "recalled": True})
    assert not made.sentences[0].recalled


def test_an_answer_out_of_memory_must_say_so() -> None:
    cited = {"text": "Found.", "quotes": [1]}
    with pytest.raises(UnusableOutput, match="marked"):
        draft(cited, request=with_memory("q2"))
    made = draft(cited, {"text": "Known.", "recalled": True}, request=with_memory("q2"))
    assert [sentence.recalled for sentence in made.sentences] == [False, True]
    assert draft(cited, request=with_memory("q1")).short_answer == "Akaroa"


def test_without_a_short_answer_it_abstains() -> None:
    made = draft({"text": "Nobody knows.", "quotes": []}, short_answer=None)
    assert made.short_answer is None


# Hearing


class Ear:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.listener = DraftListener(lambda text, attempt: self.told.append((text, attempt)))
        self.listener.restart()

    def hear(self, text: str, cuts: list[int] | None = None) -> None:
        ends = sorted({cut % (len(text) + 1) for cut in cuts or ()} | {len(text)})
        for begin, end in zip([0, *ends], ends, strict=False):
            self.listener.hear(text[begin:end])

    @property
    def last(self) -> str:
        """All that was told in the last attempt."""
        return "".join(text for text, attempt in self.told if attempt == self.told[-1][1])


def written(text: str) -> str:
    output = parsed(Completion(text, "", False, "m", None, None, 0.0), WriteOutput)
    draft = NumberedQuotes(REQUEST).draft_of(output)
    return " ".join(sentence.text for sentence in draft.sentences)


TEXTS = st.lists(
    st.text(
        st.one_of(st.sampled_from('"\\{}[],:<> \n\té🙂'), st.characters(exclude_categories=["Cs"])),
        min_size=1,
        max_size=20,
    ).filter(lambda text: "think>" not in text),
    min_size=1,
    max_size=4,
)
BEFORE = [
    "",
    "Sure! ",
    "```json\n",
    "<think>Well.</think>",
    '<think>{"sentences": [{"text": "a thought"}]}</think>',
    'in thought: {"sentences": [{"text": "an idea"}], "short_answer": "x"}</think>',
    '{"sentences": [{"text": "a draft", "quotes": [1]}], "short_answer": "x"} Better: ',
    'As {"asked": for} ',
]


@given(
    texts=TEXTS,
    cuts=st.lists(st.integers(0, 1_000), max_size=30),
    before=st.sampled_from(BEFORE),
    after=st.sampled_from(["", "\n```", "\nI hope this helps.", " }"]),
    plain=st.booleans(),
)
def test_what_is_told_adds_up_to_the_answer(
    texts: list[str], cuts: list[int], before: str, after: str, plain: bool
) -> None:
    sentences = [{"text": text, "quotes": [1], "recalled": True} for text in texts]
    content = json.dumps({"sentences": sentences, "short_answer": "x"}, ensure_ascii=plain)
    ear = Ear()
    ear.hear(before + content + after, cuts)
    expected = written(before + content + after)
    assert expected == " ".join(filter(None, (" ".join(text.split()) for text in texts)))
    if expected:
        assert ear.last == expected


def test_it_is_told_as_it_comes() -> None:
    ear = Ear()
    for piece in ('{"sent', 'ences": [{"text": "He', " was born", ' there.", "quotes": [1]}, {"te'):
        ear.listener.hear(piece)
    assert ear.told == [("He", 1), (" was born", 1), (" there.", 1)]
    ear.listener.hear('xt": "Indeed')
    assert ear.told[-1] == (" Indeed", 1)


def test_a_restart_forgets() -> None:
    ear = Ear()
    ear.hear('{"sentences": [{"text": "He was')
    ear.listener.restart()
    ear.hear('{"sentences": [{"text": "She was')
    assert ear.told == [("He was", 1), ("She was", 2)]


def test_what_was_told_of_a_thought_is_void() -> None:
    ear = Ear()
    ear.hear('{"sentences": [{"text": "An idea"}]}')
    ear.hear('</think>{"sentences": [{"text": "The answer"}]}')
    assert ear.told == [("An idea", 1), ("The answer", 2)]


@pytest.mark.parametrize("text", ['{"answer": "x"}', "[1]", "null", '{"sentences": "x"}', '{"se'])
def test_other_things_are_not_told(text: str) -> None:
    ear = Ear()
    ear.hear(text, list(range(len(text))))
    assert ear.told == []


def test_hearing_costs_little_even_letter_by_letter() -> None:
    sentences = [{"text": "word " * 60, "quotes": [1]} for _ in range(20)]
    content = json.dumps({"sentences": sentences, "short_answer": "x"})
    ear = Ear()
    started = time.thread_time()
    ear.hear(content, list(range(len(content))))
    assert time.thread_time() - started < 5.0
    assert ear.last == written(content)


def test_the_request_of_a_whole_run_is_shown_in_plan_order() -> None:
    request = request_for("write")
    assert isinstance(request, WriteRequest)
    findings = NumberedQuotes(request).variables()["findings"]
    assert [(each["id"], each["answer"]) for each in findings] == [
        ("q1", "Frank Worsley"),
        ("q2", "Akaroa, New Zealand"),
    ]

"""JSON is found in what models write around it, and hostile output costs little."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.policies.litellm.client import Completion
from clew.agent.policies.litellm.structured import (
    UnusableOutput,
    object_so_far,
    parsed,
    without_reasoning,
)
from clew.agent.policies.litellm.wire import (
    ChainOutput,
    Output,
    PlanOutput,
    ReadOutput,
    RefineOutput,
    RewriteOutput,
    WriteOutput,
)

OUTPUTS: tuple[type[Output], ...] = (
    PlanOutput,
    ChainOutput,
    RewriteOutput,
    ReadOutput,
    RefineOutput,
    WriteOutput,
)
GOOD = '{"answer": "Akaroa", "quotes": [], "confidence": 0.9, "useful": [2]}'


def completion(text: str, *, refusal: str = "", cut_off: bool = False) -> Completion:
    return Completion(text, refusal, cut_off, "hosted_vllm/simulated", None, None, 0.0)


def read(text: str, *, cut_off: bool = False) -> ReadOutput:
    return parsed(completion(text, cut_off=cut_off), ReadOutput)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here {{as asked}} it is:\n{GOOD}\nI hope {{this}} {{}} helps {{1}}.",
        f'<think>Is it {{"answer": "Fram"}}?</think>{GOOD}',
        f'It may be {{"answer": "Fram"}}.</think>\n\n{GOOD}',
        f"<THINK>a</THINK> <reasoning>b</reasoning>{GOOD}",
        f"<think>one <think>two</think> three</think>{GOOD}",
        f"<think>without an end {GOOD}",
        f'{{"answer": "Fram"}} No, wait: {GOOD}',
        f'{GOOD} {{"note": "another object"}}',
        f'{{"answer": "Fram" oops {GOOD}',
        f"[{GOOD}]",
        GOOD.replace("{", "{ \n\t", 1),
    ],
)
def test_the_last_object_that_fits_is_found(text: str) -> None:
    assert read(text) == ReadOutput.model_validate_json(GOOD)


@given(before=st.text(st.characters(exclude_characters='"<>'), max_size=80), after=st.text())
def test_whatever_prose_stands_around_it(before: str, after: str) -> None:
    after = after.replace("<", "").replace("{", "")
    assert read(before + GOOD + after).answer == "Akaroa"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("I cannot tell.", "no complete JSON object"),
        ("{}", "answer: Field required"),
        ('{"answer": ["a"]}', "answer: Input should be a valid string"),
        ('{"answer": "\\ud800"}', "answer: "),
        ('{"answer": "a", "quotes": "none"}', "quotes: Input should be a valid list"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(UnusableOutput, match=says):
        read(text)


def test_a_refusal_is_said() -> None:
    with pytest.raises(UnusableOutput, match="a refusal: I must not"):
        parsed(completion("", refusal="I must not"), ReadOutput)


def test_a_part_of_what_was_cut_off_does_not_pass_for_the_whole() -> None:
    text = '{"answer": "Akaroa", "quotes": [{"passage": 1, "text": "born in Akaroa"}, {"pass'
    with pytest.raises(UnusableOutput, match="cut off"):
        read(text, cut_off=True)


@pytest.mark.parametrize("output", OUTPUTS)
def test_not_every_object_passes_for_an_output(output: type[Output]) -> None:
    for text in ("{}", '{"result": 42}', '{"passage": 1, "text": "a"}'):
        with pytest.raises(UnusableOutput, match="Field required"):
            parsed(completion(text), output)


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("0.4", 0.4),
        ("1", 1.0),
        ("95", 1.0),
        ('"95"', 1.0),
        ('"nan"', 0.0),
        ("-3", 0.0),
        ("NaN", 0.0),
        ("Infinity", 1.0),
        ("1e999", 1.0),
    ],
)
def test_confidence_is_a_share(shown: str, meant: float) -> None:
    assert read(f'{{"answer": "a", "confidence": {shown}}}').confidence == meant


@pytest.mark.parametrize("blank", ['""', '"  "', '"null"', '"None"', '"unknown"', "null"])
def test_a_blank_answer_is_none(blank: str) -> None:
    assert read(f'{{"answer": {blank}}}').answer is None


LONG = 200_000
HOSTILE = {
    "brackets": "[" * LONG,
    "braces": "{" * LONG,
    "quoted braces": '{"' * (LONG // 2),
    "nested": '{"a":' * (LONG // 5),
    "nested lists": '{"a":' + "[" * LONG,
    "nested both": '{"a":[' * (LONG // 6),
    "nested, time and again": ('{"a":' * 300 + "x ") * 130,
    "empty objects": "{}" * (LONG // 2),
    "objects that do not fit": '{"b": 1}' * (LONG // 8),
    "a huge number": '{"a": ' + "9" * LONG + "}",
    "a string without end": '{"a": "' + "x" * LONG,
    "blanks": "{" + " " * LONG,
    "thoughts": "<think>" * (LONG // 7),
    "thoughts ended": "</think>" * (LONG // 8),
    "angle brackets": "<" * LONG,
    "prose": "word " * (LONG // 5),
    "too many sub-questions": json.dumps({"sub_questions": [{}] * 20_000}),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_output_is_refused_in_no_time(text: str) -> None:
    started = time.thread_time()
    for output in (PlanOutput, ReadOutput):
        with pytest.raises(UnusableOutput):
            parsed(completion(text), output)
    object_so_far(text)
    assert time.thread_time() - started < 2.0


@given(st.text(st.sampled_from('{}[]":, a1\\<>/think\n'), max_size=300))
def test_anything_is_an_output_or_unusable(text: str) -> None:
    for output in OUTPUTS:
        try:
            parsed(completion(text), output)
        except UnusableOutput as error:
            assert str(error)


def test_text_without_reasoning_is_left() -> None:
    assert without_reasoning("a < b > c") == "a < b > c"


@pytest.mark.parametrize("cut", range(1, len(GOOD) + 1))
def test_an_object_is_seen_from_its_beginning_on(cut: int) -> None:
    seen = object_so_far(f"Sure: {GOOD[:cut]}")
    assert seen is None or isinstance(seen, dict)
    if cut == len(GOOD):
        assert seen == json.loads(GOOD)
    elif cut > GOOD.index("Akaroa") + 3:
        assert seen is not None and seen["answer"].startswith("Aka")

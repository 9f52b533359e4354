"""Malformed completions, made up by hypothesis: no crash, no hang, nothing overdrawn or made up."""

import asyncio
import copy
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from misbehaving_server import MisbehavingServer, saying
from policy_requests import EVIDENCE, ask, make_policy, request_for
from support import POLAR

from clew.agent.policies.litellm import LiteLLMPolicy
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.plan import Plan, make_plan
from clew.graphs.steps import Reading

EXAMPLES = 110
"""For each task."""
SECONDS = 10.0
"""More than any completion may take to be found out, on a busy machine."""

VALID: dict[str, Any] = {
    "plan": {
        "sub_questions": [
            {"id": "q1", "kind": "search", "question": "Who?", "needs": [], "answer": None},
            {"id": "q2", "kind": "recall", "question": "And {q1}?", "needs": ["q1"], "answer": "x"},
            {"id": "q3", "kind": "reason", "question": "So?", "needs": ["q2"], "answer": None},
        ]
    },
    "chain": {
        "links": [
            {
                "id": "q1",
                "kind": "search",
                "question": "Who?",
                "needs": [],
                "answer": "Frank Worsley",
                "confidence": 0.6,
            },
            {
                "id": "q2",
                "kind": "reason",
                "question": "So {q1}?",
                "needs": ["q1"],
                "answer": None,
                "confidence": 0.0,
            },
        ]
    },
    "rewrite": {"queries": ["captain Endurance", "Endurance ship master"]},
    "read": {
        "answer": "Frank Worsley",
        "quotes": [{"passage": 1, "text": "Her captain was Frank Worsley."}],
        "confidence": 0.9,
        "useful": [1, 2],
    },
    "refine": {
        "answer": "Frank Worsley",
        "quotes": [{"passage": 1, "text": "her  captain was ... Worsley"}],
        "confidence": 0.9,
        "useful": [2, 1],
        "search_again": True,
    },
    "write": {
        "sentences": [{"text": "He was born there.", "quotes": [2, 1], "recalled": False}],
        "short_answer": "Akaroa",
    },
}
WILD_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Any characters, lone halves of surrogate pairs and NUL among them."""
WILD_VALUE: st.SearchStrategy[Any] = st.one_of(
    WILD_TEXT,
    st.sampled_from(
        [
            *("", " ", "null", "None", "\x00", "\ud800", "\udfff\ud800", "é" * 3_000),
            *("{q1}", "{q9}", "{x1} {"),
            *("q1", "q2", "q3", "1", "a b", "search", "Q" * 40),
            *(0, -1, 99, 2**63, -(2**70), 10**400, 1e308, -0.0, float("nan"), float("inf")),
            *(None, True, False, [], {}, [[]], [None], {"id": None}, ["q1", "q1"], [1] * 40),
        ]
    ),
    st.integers(),
    st.floats(),
    st.lists(st.integers(min_value=-2, max_value=9), max_size=6),
)
AROUND = st.sampled_from(
    [
        ("", ""),
        ("```json\n", "\n```"),
        ("```\n```json\n", "\n```\n```"),
        ("<think>", "</think>"),
        ('<think>{"answer": 1}</think>', ""),
        ("<think><think></think>", "</think>"),
        ("<think>", ""),
        ("</think>", "<think>"),
        ("Here it is: {", "} [1] {2}"),
        ("[", "]"),
        ('{"output": ', "}"),
        ('"', '"'),
        ("\ufeff\x00", "\x00"),
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of a JSON value."""
    if path:
        yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from places(value[key], (*path, key))


@st.composite
def mutated(draw: st.DrawFn, task: str) -> str:
    """Valid JSON of a task with parts dropped, doubled or replaced; then its text damaged."""
    value = copy.deepcopy(VALID[task])
    for _ in range(draw(st.integers(0, 4))):
        ways = list(places(value))
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        parent = value
        for key in way:
            parent = parent[key]
        change = draw(st.sampled_from(["drop", "replace", "replace", "double"]))
        if change == "drop":
            del parent[last]
        elif change == "double" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[last]))
        else:
            # A copy, for the next mutation may change it.
            parent[last] = copy.deepcopy(draw(WILD_VALUE))
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    damage = draw(st.sampled_from(["none", "none", "cut", "hole", "insert"]))
    at = draw(st.integers(0, len(text)))
    if damage == "cut":
        text = text[:at]
    elif damage == "hole":
        text = text[:at] + text[at + draw(st.integers(1, 9)) :]
    elif damage == "insert":
        text = text[:at] + draw(WILD_TEXT) + text[at:]
    before, after = draw(AROUND)
    return before + text + after


LISTS = {"plan": "sub_questions", "chain": "links"}
"""What the list of sub-questions is called, in the tasks that have one."""


@st.composite
def plans(draw: st.DrawFn, field: str) -> str:
    """Plans of the right shape that need each other in any way: cycles, unknown ids, repeats."""
    ids = st.sampled_from(["q1", "q2", "q3", "q4", "x"])
    sub_questions = [
        {
            "id": draw(ids),
            "kind": draw(st.sampled_from(["search", "reason", "recall"])),
            "question": draw(st.sampled_from(["What?", "Of {q1}?", "{q2} or {q3}", "{q9}", "{}"])),
            "needs": draw(st.lists(ids, max_size=3)),
            "answer": draw(st.none() | st.just("42")),
        }
        for _ in range(draw(st.integers(0, 16)))
    ]
    return json.dumps({field: sub_questions})


def completions(task: str) -> st.SearchStrategy[str]:
    """What a model may say to a task, little of it right."""
    anything = st.recursive(
        WILD_VALUE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WILD_TEXT, inner)
    ).map(json.dumps)
    more = [plans(name)] if (name := LISTS.get(task)) else []
    return st.one_of(mutated(task), mutated(task), st.text(max_size=200), anything, *more)


LONG = {
    "opening brackets": "[" * 100_000,
    "opening braces": "{" * 100_000,
    "nested lists": '{"answer": ' + "[" * 50_000 + "]" * 50_000 + "}",
    "nested objects": '{"answer":' * 20_000 + "1" + "}" * 20_000,
    "objects that never close": '{"answer": {"' * 20_000,
    "one long word": "a" * 200_000,
    "thoughts that never end": "<think>" * 20_000,
    "many thoughts": "<think>a</think>" * 10_000,
    "a long number": '{"answer": ' + "9" * 100_000 + "}",
    "a long text": json.dumps({"answer": "Worsley " * 20_000}),
    "many drafts": json.dumps(VALID["read"]) * 700,
    "spaces": " " * 200_000,
    "quotation marks": '"' * 100_000,
    "backslashes": '{"answer": "' + "\\" * 100_001,
    "gaps": json.dumps(VALID["read"] | {"quotes": [{"passage": 1, "text": "... " * 240}]}),
}


ODD = {
    "not a number": VALID["read"] | {"confidence": float("nan")},
    "infinite": VALID["read"] | {"confidence": float("inf"), "useful": [10**30]},
    "half a character": VALID["read"] | {"answer": "Worsley \ud800"},
    "half a character in a quote": VALID["read"] | {"quotes": [{"passage": 1, "text": "\ud800"}]},
    "an answer of spaces": VALID["read"] | {"answer": " \u200b\n"},
    "quotes of another passage": VALID["read"] | {"quotes": [{"passage": 4, "text": "Worsley"}]},
    "quotes that are nowhere": VALID["read"] | {"quotes": [{"passage": 1, "text": "Shackleton"}]},
    "quotes of nothing": VALID["read"] | {"quotes": [{"passage": 1, "text": ""}] * 6},
    "a quote of marks": VALID["read"] | {"quotes": [{"passage": 1, "text": "(((.*)+)+)+$"}]},
    "huge numbers": VALID["read"] | {"quotes": [{"passage": -(2**70), "text": "Her captain"}]},
}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as server:
        yield server


@pytest.fixture(scope="module")
def policy(server: MisbehavingServer) -> LiteLLMPolicy:
    # Output limits would cut off what is to be read.
    return make_policy(server.url, max_tokens=200_000, context=1_000_000, retries=0, timeout=10.0)


def assert_usable(task: str, came: Any) -> None:
    if task == "plan":
        assert 1 <= len(came) <= 1
        for proposal in came:
            assert make_plan(proposal.sub_questions) == Plan().extended(proposal.sub_questions)
            proposal.model_dump_json().encode()
    elif task == "chain":
        subs = [link.sub_question for link in came]
        assert make_plan(subs) == Plan().extended(subs)
        for link in came:
            draft = link.draft
            assert link.sub_question.kind != "recall" and not draft.quotes
            assert draft.recalled == (draft.text is not None)
            assert draft.text is None or draft.text.strip()
            link.model_dump_json().encode()
    elif task == "rewrite":
        assert all(query.strip() for query in came)
        assert not set(came) & set(request_for("rewrite").tried)
        json.dumps(list(came), ensure_ascii=False).encode()
    elif task == "read":
        assert_sound(came)
    elif task == "refine":
        assert isinstance(came.search_again, bool)
        assert_sound(came.reading)
    else:
        assert came.short_answer is None or came.short_answer.strip()
        for sentence in came.sentences:
            assert sentence.text.strip()
            assert all(quote.is_verbatim(EVIDENCE) for quote in sentence.quotes)
        came.model_dump_json().encode()


def assert_sound(reading: Reading) -> None:
    answer = reading.answer
    assert all(quote.is_verbatim(EVIDENCE) for quote in answer.quotes)
    assert 0.0 <= answer.confidence <= 1.0
    assert answer.text is None or (answer.text.strip() and answer.quotes)
    ids = [ranked.passage_id for ranked in reading.ranking]
    assert sorted(ids) == sorted(passage.id for passage in POLAR) or set(ids) <= EVIDENCE.keys()
    assert len(ids) == len(set(ids))
    scores = [ranked.score for ranked in reading.ranking]
    assert scores == sorted(scores, reverse=True)
    reading.model_dump_json().encode()


def play(
    runner: asyncio.Runner,
    server: MisbehavingServer,
    policy: LiteLLMPolicy,
    task: str,
    *said: str,
) -> None:
    """Have the model say this, and the last of it for good; then see what came of it."""
    budget = Budget(tokens_in=2_000_000, tokens_out=2_000_000, policy_calls=5, seconds=None)
    meter = Meter(budget, Usage())
    tally = Tally(meter, writing=task == "write")
    server.play([saying(each) for each in said], then=saying(said[-1]))
    asked = len(server.bodies)

    started = time.monotonic()
    came = runner.run(ask(policy, task, tally))
    seconds = time.monotonic() - started
    assert_usable(task, came)
    assert len(server.bodies) - asked <= 2
    assert seconds < SECONDS, f"{task} took {seconds:.1f} s"
    (usage,) = tally.usage.models
    assert usage.valid + usage.repaired + usage.fallbacks == 1
    for name in ("tokens_in", "tokens_out", "policy_calls"):
        left = meter.left(name, writing=True)
        assert left is not None and left >= 0


@pytest.mark.parametrize("task", VALID)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_completion_breaks_a_task(
    task: str,
    data: st.DataObject,
    runner: asyncio.Runner,
    server: MisbehavingServer,
    policy: LiteLLMPolicy,
) -> None:
    said = data.draw(st.lists(completions(task), min_size=1, max_size=2))
    play(runner, server, policy, task, *said)


@pytest.mark.parametrize("said", ODD.values(), ids=ODD.keys())
def test_no_odd_value_breaks_a_reading(
    said: dict[str, Any],
    runner: asyncio.Runner,
    server: MisbehavingServer,
    policy: LiteLLMPolicy,
) -> None:
    play(runner, server, policy, "read", json.dumps(said))


@pytest.mark.parametrize("said", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("task", ["read", "write"])
def test_no_long_completion_holds_up_a_task(
    task: str,
    said: str,
    runner: asyncio.Runner,
    server: MisbehavingServer,
    policy: LiteLLMPolicy,
) -> None:
    play(runner, server, policy, task, said)

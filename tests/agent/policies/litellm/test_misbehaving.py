"""Model servers that misbehave: what is made of each behaviour, and that nothing hangs."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest
from chat_server import prompt_tokens
from misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    behaving,
    cut,
    dropped,
    endless,
    failing,
    hanging,
    mislabelled,
    no_choices,
    rambling,
    reasoning_apart,
    refusing,
    saying,
    stalling,
    throttled,
    truncated,
    unauthorized,
    web_page,
    window_of,
    without_schemas,
    wrapped,
    wrong_schema,
)
from policy_requests import READING, TASKS, ask, make_policy, request_for
from support import POLAR, QUESTION, ContentCritic

from clew import Answer, ClewError, SearchAgent
from clew.agent.models import ROLES
from clew.errors import BudgetExhausted, ModelUnavailable
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.protocols import Proposal
from clew.graphs.stating import stated
from clew.tools.search.memory import MemorySearch

SECONDS = 20.0
"""More than any task may take against a server whose requests time out after a part of one."""

# What the Router or the client puts right by itself, so that the model's answer is as good as new.
PASSING: Mapping[str, Behaviour] = {
    "throttled": throttled(),
    "throttled, with Retry-After": throttled(0.2),
    "failing": failing,
    "hanging": hanging,
    "stalling": stalling,
    "cut": cut,
    "dropped": dropped,
    "endless": endless,
    "web page": web_page,
    "no choices": no_choices,
}
# What is taken for an answer without words by the time it fails, and repaired as such.
WORDLESS = {("read", "no choices"), ("write", "no choices"), ("write", "web page")}
# What is passed over in the words of a model.
TOLERATED: Mapping[str, Behaviour] = {
    "thoughts": wrapped('<think>Is it {"answer": "Fram"}? No.</think>\n'),
    "thoughts whose beginning the template holds": wrapped('maybe {"answer": 1}</think>'),
    "thoughts apart": reasoning_apart,
    "code fence": wrapped("```json\n", "\n```"),
    "prose": wrapped("Sure! Here is the JSON you asked for:\n\n", "\n\nI hope {this} helps."),
    "byte order mark": wrapped("\ufeff"),
    "mislabelled": mislabelled,
}
# What takes a repair turn.
UNUSABLE: Mapping[str, Behaviour] = {
    "truncated": truncated,
    "wrong schema": wrong_schema,
    "rambling": rambling,
    "refusing": refusing,
    "nothing": saying(None),
    "empty": saying(""),
    "blank": saying(" \n\t "),
    "thoughts without end": saying("<think>Well, let me see. " * 40),
    "prose alone": saying("I am not sure that I can answer this."),
    "a list": saying('["Frank Worsley"]'),
    "a bare value": saying("null"),
}
ALL: Mapping[str, Behaviour] = {**PASSING, **TOLERATED, **UNUSABLE}


def named(behaviours: Mapping[str, Behaviour]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("behaviour", behaviours.values(), ids=behaviours.keys())


def counts(tally: Tally) -> dict[str, int]:
    (usage,) = tally.usage.models
    return {
        name: count
        for name in ("valid", "repaired", "fallbacks")
        if (count := getattr(usage, name))
    }


async def told_by(server: MisbehavingServer, task: str, tally: Tally, **settings: Any) -> Any:
    policy = make_policy(server.url, **{"timeout": 0.4, **settings})
    async with asyncio.timeout(SECONDS):
        return await ask(policy, task, tally)


@pytest.fixture(scope="module")
def good() -> Mapping[str, Any]:
    """What each task comes to with a model that behaves."""
    with MisbehavingServer() as server:
        return {
            task: asyncio.run(told_by(server, task, Tally.unlimited(), timeout=10.0))
            for task in TASKS
        }


def test_a_model_that_behaves_answers_every_task(good: Mapping[str, Any]) -> None:
    (proposal,) = good["plan"]
    assert [sub.parents for sub in proposal.sub_questions] == [(), ("q1",)]
    assert [link.sub_question.parents for link in good["chain"]] == [(), ("q1",)]
    assert good["rewrite"] == ["captain endurance"]
    assert good["read"].answer.text == "Frank Worsley"
    assert good["refine"].reading.answer.text == "Frank Worsley"
    assert good["write"].short_answer == "Akaroa, New Zealand"
    assert good["write"] != stated(request_for("write").plan, request_for("write").steps)


@named(PASSING)
@pytest.mark.parametrize("task", ["read", "write"])
async def test_what_passes_is_tried_again(
    behaviour: Behaviour, task: str, good: Mapping[str, Any]
) -> None:
    tally = Tally.unlimited()
    with MisbehavingServer([behaviour]) as server:
        assert await told_by(server, task, tally) == good[task]
        assert len(server.bodies) == 2
    assert counts(tally).keys() <= {"valid", "repaired"}


@named(TOLERATED)
@pytest.mark.parametrize("task", TASKS)
async def test_words_around_the_json_do_no_harm(
    behaviour: Behaviour, task: str, good: Mapping[str, Any]
) -> None:
    tally = Tally.unlimited()
    with MisbehavingServer(then=behaviour) as server:
        assert await told_by(server, task, tally) == good[task]
        assert len(server.bodies) == 1
    assert counts(tally) == {"valid": 1}


@named(UNUSABLE)
@pytest.mark.parametrize("task", TASKS)
async def test_what_cannot_be_used_is_repaired(
    behaviour: Behaviour, task: str, good: Mapping[str, Any]
) -> None:
    tally = Tally.unlimited()
    with MisbehavingServer([behaviour]) as server:
        assert await told_by(server, task, tally) == good[task]
        first, second = server.bodies
    assert second["messages"][: len(first["messages"])] == first["messages"]
    *_, reply, error = second["messages"]
    assert (reply["role"], error["role"]) == ("assistant", "user")
    assert counts(tally) == {"repaired": 1}
    assert tally.usage.policy_calls == 1, "the repair is charged"


@named(UNUSABLE)
@pytest.mark.parametrize("task", TASKS)
async def test_what_cannot_be_repaired_gives_way_to_the_plainest_step(
    behaviour: Behaviour, task: str
) -> None:
    tally = Tally.unlimited()
    with MisbehavingServer(then=behaviour) as server:
        came = await told_by(server, task, tally)
        assert len(server.bodies) == 2
    assert counts(tally) == {"fallbacks": 1}
    if task == "plan":
        assert came == [Proposal()]
    elif task in ("chain", "rewrite"):
        assert not came
    elif task == "read":
        assert came.answer.text is None
        assert [ranked.passage_id for ranked in came.ranking] == [each.id for each in POLAR]
    elif task == "refine":
        assert came.reading == READING and not came.search_again
    else:
        request = request_for("write")
        assert came == stated(request.plan, request.steps)


@pytest.mark.parametrize(
    ("task", "behaviour"),
    [
        pytest.param(task, behaviour, id=f"{task}-{name}")
        for task in ("read", "write")
        for name, behaviour in {**PASSING, "unauthorized": unauthorized}.items()
        if (task, name) not in WORDLESS
    ],
)
async def test_a_server_that_never_answers_is_named_with_a_remedy(
    behaviour: Behaviour, task: str
) -> None:
    with MisbehavingServer(then=behaviour) as server:
        with pytest.raises(ModelUnavailable) as raised:
            await told_by(server, task, Tally.unlimited(), retries=0)
        assert len(server.bodies) == 1
    message = str(raised.value)
    assert "hosted_vllm/simulated" in message and server.url in message
    assert "; " in message and len(message) < 1_500


async def test_a_server_is_tried_again_as_often_as_the_settings_say() -> None:
    with MisbehavingServer(then=failing) as server:
        with pytest.raises(ModelUnavailable):
            await told_by(server, "read", Tally.unlimited(), retries=2)
        assert len(server.bodies) == 3


async def test_a_dead_server_is_named_with_a_remedy() -> None:
    with MisbehavingServer() as server:
        pass
    with pytest.raises(ModelUnavailable, match="clew serve-models"):
        await told_by(server, "read", Tally.unlimited(), retries=1)


async def test_a_missing_key_is_named() -> None:
    with (
        MisbehavingServer(then=unauthorized) as server,
        pytest.raises(ModelUnavailable, match="key"),
    ):
        await told_by(server, "read", Tally.unlimited())
    assert len(server.bodies) == 1, "asking again does not help"


@pytest.mark.parametrize("task", ["read", "write"])
async def test_retry_after_is_honoured(task: str) -> None:
    with MisbehavingServer([throttled(1)]) as server:
        await told_by(server, task, Tally.unlimited())
        first, second = server.times
    assert 0.95 < second - first < 5.0


async def test_a_replica_takes_over() -> None:
    with MisbehavingServer(then=failing) as broken, MisbehavingServer() as sound:
        policy = make_policy(broken.url, sound.url)
        async with asyncio.timeout(SECONDS):
            readings = [await ask(policy, "read") for _ in range(6)]
        assert all(reading.answer.text == "Frank Worsley" for reading in readings)
        assert len(sound.bodies) == 6
        assert len(broken.bodies) < 6, "a replica that failed is left alone for a while"


async def test_a_replica_takes_over_in_the_middle_of_an_answer(good: Mapping[str, Any]) -> None:
    with MisbehavingServer(then=cut) as broken, MisbehavingServer() as sound:
        policy = make_policy(broken.url, sound.url, retries=4)
        async with asyncio.timeout(SECONDS):
            drafts = [await ask(policy, "write") for _ in range(3)]
        assert drafts == [good["write"]] * 3
        assert len(sound.bodies) == 3


async def test_a_streamed_answer_that_breaks_off_is_told_anew() -> None:
    told: list[tuple[str, int]] = []
    with MisbehavingServer([cut, truncated]) as server:
        policy = make_policy(server.url)
        async with asyncio.timeout(SECONDS):
            draft = await ask(
                policy, "write", tell=lambda text, attempt: told.append((text, attempt))
            )
    last = max(attempt for _, attempt in told)
    assert last == 3
    assert "".join(text for text, attempt in told if attempt == last) == " ".join(
        sentence.text for sentence in draft.sentences
    )


async def test_a_prompt_that_is_too_long_loses_passages_and_keeps_the_best() -> None:
    with MisbehavingServer() as server:
        await told_by(server, "read", Tally.unlimited(), timeout=10.0)
        whole = server.bodies[0]["messages"]
    tally = Tally.unlimited()
    with MisbehavingServer(then=window_of(len(prompt_tokens(whole)) - 1)) as server:
        reading = await told_by(server, "read", tally, timeout=10.0)
        assert len(server.bodies) == 2
        shown = server.bodies[1]["messages"][-1]["content"]
    assert POLAR[0].text in shown and POLAR[-1].text not in shown
    assert reading.answer.text == "Frank Worsley"
    assert counts(tally) == {"valid": 1}


async def test_a_prompt_that_never_fits_is_given_up() -> None:
    tally = Tally.unlimited()
    with MisbehavingServer(then=window_of(10)) as server:
        with pytest.raises(ModelUnavailable, match="set context"):
            await told_by(server, "read", tally)
        assert len(server.bodies) < 10


async def test_a_server_without_schemas_is_asked_without_from_then_on() -> None:
    with MisbehavingServer(then=without_schemas) as server:
        policy = make_policy(server.url)
        async with asyncio.timeout(SECONDS):
            readings = [await ask(policy, "read") for _ in range(3)]
        assert [reading.answer.text for reading in readings] == ["Frank Worsley"] * 3
        assert ["response_format" in body for body in server.bodies] == [True, *[False] * 3]


@named(ALL)
async def test_tokens_are_never_overdrawn(behaviour: Behaviour) -> None:
    meter = Meter(Budget(tokens_in=3_200, tokens_out=400), Usage())
    with MisbehavingServer(then=behaviour) as server:
        policy = make_policy(server.url, timeout=0.3, retries=0)
        async with asyncio.timeout(SECONDS):
            for task in TASKS:
                try:
                    await ask(policy, task, Tally(meter, writing=task == "write"))
                except (BudgetExhausted, ModelUnavailable):
                    continue
        assert server.bodies
    for name in ("tokens_in", "tokens_out"):
        left = meter.left(name, writing=True)
        assert left is not None and left >= 0


async def test_calls_side_by_side_against_a_flaky_server_all_end(good: Mapping[str, Any]) -> None:
    flaky = [throttled(), failing, behaving, cut, truncated, dropped, saying(""), behaving]
    tally = Tally.unlimited()
    with MisbehavingServer(flaky) as server:
        policy = make_policy(server.url, retries=20)
        async with asyncio.timeout(SECONDS):
            readings = await asyncio.gather(*(ask(policy, "read", tally) for _ in range(8)))
    assert [reading.answer.text for reading in readings if reading.answer.text] == [
        "Frank Worsley"
    ] * sum(reading.answer.text is not None for reading in readings)
    (usage,) = tally.usage.models
    assert usage.valid + usage.repaired + usage.fallbacks == 8


def whole_question(server: MisbehavingServer, **settings: Any) -> Answer:
    model = {"model": "hosted_vllm/simulated", "api_base": [server.url]}
    agent = SearchAgent(
        policy="litellm",
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        models={role: {**model, "timeout": 0.4, "retries": 0} for role in ROLES},
        save_runs=False,
        **settings,
    )
    return agent.ask(QUESTION)


@named(ALL)
def test_a_question_ends_whatever_the_server_does(
    behaviour: Behaviour,
) -> None:
    started = time.monotonic()
    with MisbehavingServer(then=behaviour) as server:
        try:
            answer = whole_question(server, max_seconds=15.0)
        except ClewError as error:
            assert "hosted_vllm/simulated" in str(error) and server.url in str(error)
            return
        finally:
            assert time.monotonic() - started < 30.0
    assert answer.sentences
    assert answer.abstained or answer.citations
    evidence = {passage.id: passage for passage in POLAR}
    assert all(citation.passage.id in evidence for citation in answer.citations)
    assert all(
        evidence[citation.passage.id].text.startswith(citation.quote, citation.start)
        for citation in answer.citations
    )
    assert {usage.model for usage in answer.usage.models} <= {"hosted_vllm/simulated"}

"""A task fitted to the window and to the budget, repaired once where it can be afforded."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from misbehaving_server import MisbehavingServer, behaving, saying
from policy_requests import ask, make_policy
from simulated_model import SimulatedModel
from support import CHAIN, QUESTION, passage

from clew.agent.policies.litellm.tokens import TokenEstimate
from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.protocols import Proposal, ReadRequest

MANY = tuple(passage(f"P{n}", f"Passage number {n} is about the sea. " * 10) for n in range(16))


@pytest.fixture(scope="module")
def model() -> Iterator[SimulatedModel]:
    with SimulatedModel(latency=0.0) as server:
        yield server


def tally_of(**limits: int) -> Tally:
    return Tally(Meter(Budget(**limits), Usage()))


def shown(body: dict[str, Any]) -> str:
    return "\n".join(message["content"] for message in body["messages"])


def reading_many(tally: Tally | None = None) -> ReadRequest:
    return ReadRequest(
        question=QUESTION,
        sub_question=CHAIN[0],
        text=CHAIN[0].text,
        passages=MANY,
        tally=tally or Tally.unlimited(),
    )


@pytest.mark.parametrize("context", [1_500, 2_000, 3_000, 100_000])
async def test_what_does_not_fit_is_left_out_from_the_end_and_never_cut(
    context: int, model: SimulatedModel
) -> None:
    model.requests.clear()
    await make_policy(model.url, effort="thorough", context=context).read(reading_many())
    (request,) = model.requests
    whole = [each.text.strip() in shown(request.body) for each in MANY]
    kept = sum(whole)
    assert whole == [True] * kept + [False] * (len(MANY) - kept)
    assert shown(request.body).count("is about the sea") == 10 * kept
    assert len(request.prompt) + request.body["max_tokens"] <= context
    room = context - min(2_048, context // 4)
    assert kept == 0 or TokenEstimate().of(request.body["messages"]) <= room
    assert (kept == len(MANY)) == (context == 100_000)
    if context >= 2_000:
        assert kept > 0


async def test_a_larger_window_holds_no_less(model: SimulatedModel) -> None:
    kept = []
    for context in range(1_500, 8_000, 500):
        model.requests.clear()
        await make_policy(model.url, effort="thorough", context=context).read(reading_many())
        kept.append(shown(model.requests[0].body).count("is about the sea"))
    assert kept == sorted(kept) and kept[-1] == 10 * len(MANY)


async def test_effort_says_how_many_passages_are_read(model: SimulatedModel) -> None:
    for effort, passages in (("quick", 6), ("balanced", 10), ("thorough", 16)):
        model.requests.clear()
        await make_policy(model.url, effort=effort, context=100_000).read(reading_many())
        assert shown(model.requests[0].body).count("is about the sea") == 10 * passages


async def test_tokens_are_set_aside_for_requests_side_by_side_and_settled() -> None:
    meter = Meter(Budget(tokens_in=None, tokens_out=1_000), Usage())
    tallies = [Tally(meter) for _ in range(6)]
    with SimulatedModel(latency=0.3) as model:
        policy = make_policy(model.url, max_tokens=400)
        await asyncio.gather(*(ask(policy, "read", tally) for tally in tallies))
        together = max(
            sum(other.started <= each.started < (other.ended or 0) for other in model.requests)
            for each in model.requests
        )
        assert together == 2, "as many as there is room for at once; the others wait"
        spent = sum(request.tokens_out for request in model.requests)
        assert meter.left("tokens_out") == 900 - spent
        assert sum(tally.usage.tokens_out for tally in tallies) == spent
        await ask(policy, "write", Tally(meter, writing=True))


async def test_usage_is_what_the_server_counted(model: SimulatedModel) -> None:
    model.requests.clear()
    tally = Tally.unlimited()
    policy = make_policy(model.url)
    for task in ("plan", "read", "write", "read"):
        await ask(policy, task, tally)
    by_role = {usage.role: usage for usage in tally.usage.models}
    assert {role: (usage.calls, usage.valid) for role, usage in by_role.items()} == {
        "planner": (1, 1),
        "searcher": (2, 2),
        "responder": (1, 1),
    }
    assert tally.usage.tokens_in == sum(len(request.prompt) for request in model.requests)
    assert tally.usage.tokens_out == sum(request.tokens_out for request in model.requests)


@pytest.mark.parametrize("limits", [{"tokens_in": 50}, {"tokens_out": 20}])
async def test_a_request_that_cannot_be_afforded_is_not_sent(
    limits: dict[str, int], model: SimulatedModel
) -> None:
    model.requests.clear()
    tally = tally_of(**limits)
    with pytest.raises(BudgetExhausted):
        await ask(make_policy(model.url), "read", tally)
    assert not model.requests and tally.usage.models == ()


async def test_writing_that_cannot_be_afforded_is_left_to_the_responder(
    model: SimulatedModel,
) -> None:
    model.requests.clear()
    tally = Tally(Meter(Budget(tokens_out=20), Usage()), writing=True)
    with pytest.raises(BudgetExhausted, match="tokens_out"):
        await ask(make_policy(model.url), "write", tally)
    assert not model.requests


@pytest.mark.parametrize("limits", [{"policy_calls": 0}, {"tokens_in": 1_100}])
async def test_a_repair_that_cannot_be_afforded_ends_the_step_and_is_counted(
    limits: dict[str, int],
) -> None:
    tally = tally_of(**limits)
    with MisbehavingServer([saying("no JSON")]) as server:
        with pytest.raises(BudgetExhausted):
            await ask(make_policy(server.url), "read", tally)
        assert len(server.bodies) == 1
    (usage,) = tally.usage.models
    assert (usage.valid, usage.repaired, usage.fallbacks) == (0, 0, 1)


async def test_a_repair_shows_what_was_wrong_in_words_that_can_be_sent() -> None:
    with MisbehavingServer([saying('{"answer": "\ud800"} ' + "x" * 9_000)]) as server:
        reading = await ask(make_policy(server.url), "read")
        first, second = server.bodies
    assert reading.answer.text == "Frank Worsley"
    *before, reply, error = second["messages"]
    assert before == first["messages"], "so that the prefix is in the server's cache"
    assert reply["content"].startswith('{"answer": "?"}') and len(reply["content"]) <= 2_000
    assert "answer: Input should be a valid string" in error["content"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"answer": "Shackleton", "quotes": []}', "none of the quotes stands in the passage"),
        ("{}", "answer: Field required"),
        ("", "it is empty"),
    ],
)
async def test_the_repair_is_told_the_reason(content: str, says: str) -> None:
    with MisbehavingServer([saying(content)]) as server:
        await ask(make_policy(server.url), "read")
        assert says in server.bodies[1]["messages"][-1]["content"]


def without_usage(content: str) -> Callable[[Any], None]:
    def behaviour(exchange: Any) -> None:
        body = exchange.completion(content)
        body.pop("usage")
        exchange.send_json(200, body)

    return behaviour


async def test_a_server_that_counts_nothing_is_charged_by_estimate() -> None:
    content = json.dumps({"answer": None, "quotes": [], "confidence": 0, "useful": []})
    tally = Tally.unlimited()
    with MisbehavingServer(then=without_usage(content)) as server:
        await ask(make_policy(server.url), "read", tally)
    assert tally.usage.tokens_in > 300 and tally.usage.tokens_out > 10


async def test_a_further_plan_that_cannot_be_afforded_costs_not_the_first() -> None:
    with MisbehavingServer(then=behaving) as server:
        proposals = await ask(make_policy(server.url), "plan", tally_of(policy_calls=0), limit=4)
        assert len(server.bodies) == 1
    assert len(proposals) == 1 and proposals != [Proposal()]

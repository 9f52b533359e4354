"""What goes over the wire, to which server, from any event loop, and at what price."""

import asyncio
import gc
import json
import threading
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from chat_server import Exchange
from misbehaving_server import MisbehavingServer, behaving, failing, without_schemas
from policy_requests import TASKS, ask, make_policy, request_for
from simulated_answers import SimulatedAnswers
from simulated_model import SimulatedModel

from clew.agent.effort import EFFORTS
from clew.agent.models import ROLES, ModelSettings, Role
from clew.agent.policies.litellm import LiteLLMPolicy
from clew.agent.policies.litellm.routing import imported_litellm
from clew.agent.policies.litellm.wire import (
    ChainOutput,
    Output,
    PlanOutput,
    ReadOutput,
    RefineOutput,
    RewriteOutput,
    WriteOutput,
)
from clew.errors import ModelUnavailable
from clew.graphs.meter import Tally
from clew.graphs.protocols import PlanRequest
from clew.prompts.loader import load_prompts

OUTPUTS: tuple[type[Output], ...] = (
    PlanOutput,
    ChainOutput,
    RewriteOutput,
    ReadOutput,
    RefineOutput,
    WriteOutput,
)
ROLE_OF = {
    "plan": "planner",
    "chain": "planner",
    "rewrite": "searcher",
    "read": "searcher",
    "refine": "refiner",
    "write": "responder",
}


@pytest.fixture(scope="module")
def model() -> Iterator[SimulatedModel]:
    with SimulatedModel(latency=0.0) as server:
        yield server


async def sent(server: SimulatedModel, task: str, **settings: Any) -> dict[str, Any]:
    """The body of the one request that a task takes."""
    server.requests.clear()
    await ask(make_policy(server.url, **settings), task)
    (request,) = server.requests
    return request.body


def policy_of(models: dict[Role, ModelSettings]) -> LiteLLMPolicy:
    return LiteLLMPolicy(
        models, prompts=load_prompts(), effort=EFFORTS["balanced"], own_knowledge=True
    )


@pytest.mark.parametrize("output", OUTPUTS)
def test_schemas_are_valid_closed_and_leave_nothing_out(output: type[Output]) -> None:
    schema = output.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema)
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
        assert not any("default" in value for value in part["properties"].values())


@pytest.mark.parametrize("task", TASKS)
async def test_a_schema_goes_over_the_wire_and_the_answer_fits_it(
    task: str, model: SimulatedModel
) -> None:
    body = await sent(model, task)
    wanted = body["response_format"]
    assert wanted["type"] == "json_schema" and wanted["json_schema"]["name"] == task
    schema = wanted["json_schema"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(SimulatedAnswers().reply(body)), schema)
    assert bool(body.get("stream")) == (task == "write")


async def test_the_settings_go_over_the_wire(model: SimulatedModel) -> None:
    body = await sent(model, "read", temperature=0.3, max_tokens=77, extra={"top_p": 0.5})
    assert (body["temperature"], body["max_tokens"], body["top_p"]) == (0.3, 77, 0.5)
    assert body["model"] == "simulated"
    body = await sent(model, "read", extra={"extra_body": {"repetition_penalty": 1.1}})
    assert body["temperature"] == 0.0 and body["repetition_penalty"] == 1.1


async def test_further_plans_are_drawn_at_random(model: SimulatedModel) -> None:
    model.requests.clear()
    request = request_for("plan", limit=3)
    assert isinstance(request, PlanRequest)
    await make_policy(model.url).plan(request)
    bodies = [each.body for each in model.requests]
    first, *others = sorted(bodies, key=lambda body: body["temperature"])
    assert first["temperature"] == 0.0 and "seed" not in first
    assert len(others) == 2 and all(body["temperature"] >= 0.5 for body in others)
    assert len({body["seed"] for body in others}) == 2


async def test_what_is_drawn_at_random_follows_the_seed(model: SimulatedModel) -> None:
    assert (await sent(model, "read", temperature=0.3))["seed"] == 0
    assert (await sent(model, "read", temperature=0.3, extra={"seed": 5}))["seed"] == 5


async def test_each_role_asks_its_own_server() -> None:
    servers = {role: SimulatedModel(latency=0.0) for role in ROLES}
    for server in servers.values():
        server.__enter__()
    try:
        policy = policy_of(
            {
                role: ModelSettings(model="hosted_vllm/simulated", api_base=(server.url,))
                for role, server in servers.items()
            }
        )
        await asyncio.gather(*(ask(policy, task) for task in TASKS))
        for role, server in servers.items():
            came = sorted(request.task for request in server.requests)
            assert came == sorted(task for task in TASKS if ROLE_OF[task] == role)
    finally:
        for server in servers.values():
            server.__exit__(None, None, None)


@pytest.mark.parametrize("first", [True, False])
async def test_a_replica_that_refuses_connections_costs_no_answer(
    model: SimulatedModel, first: bool
) -> None:
    with SimulatedModel() as dead:
        pass
    addresses = [dead.url, model.url] if first else [model.url, dead.url]
    policy = make_policy(*addresses, retries=0)
    for _ in range(3):
        readings = await asyncio.gather(*(ask(policy, "read") for _ in range(4)))
        assert all(reading.answer.text == "Frank Worsley" for reading in readings)
        assert (await ask(policy, "write")).short_answer


async def test_replicas_share_the_work() -> None:
    with SimulatedModel(latency=0.2) as one, SimulatedModel(latency=0.2) as two:
        policy = make_policy(one.url, two.url)
        await asyncio.gather(*(ask(policy, "read") for _ in range(32)))
        assert len(one.requests) + len(two.requests) == 32
        assert min(len(one.requests), len(two.requests)) >= 4


@pytest.mark.parametrize("replicas", [1, 2])
async def test_the_model_behind_answers_where_the_first_is_dead(
    model: SimulatedModel, replicas: int
) -> None:
    with SimulatedModel() as dead, SimulatedModel() as also_dead:
        pass
    behind = ModelSettings(model="hosted_vllm/spare", api_base=(model.url,))
    policy = make_policy(
        *(dead.url, also_dead.url)[:replicas], retries=0, context=8_192, fallback=behind
    )
    tally = Tally.unlimited()
    assert (await ask(policy, "read", tally)).answer.text == "Frank Worsley"
    (usage,) = tally.usage.models
    assert (usage.role, usage.model, usage.valid) == ("searcher", "hosted_vllm/spare", 1)


async def test_the_model_behind_that_answers_where_both_are_dead(model: SimulatedModel) -> None:
    with MisbehavingServer(then=failing) as failed, SimulatedModel() as dead:
        dead.__exit__(None, None, None)
        last = ModelSettings(model="hosted_vllm/last", api_base=(model.url,))
        second = ModelSettings(
            model="hosted_vllm/second", api_base=(failed.url,), context=8_192, fallback=last
        )
        policy = make_policy(dead.url, retries=0, context=8_192, fallback=second)
        tally = Tally.unlimited()
        await ask(policy, "read", tally)
        dead.__enter__()
    assert [usage.model for usage in tally.usage.models] == ["hosted_vllm/last"]


def test_a_key_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_SECRET_KEY", raising=False)
    with pytest.raises(ModelUnavailable, match="MY_SECRET_KEY, which is not set"):
        make_policy("http://localhost:1/v1", api_key_env="MY_SECRET_KEY")


async def test_a_key_is_sent(model: SimulatedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET_KEY", "k-123")
    keys: list[str | None] = []

    def behaviour(exchange: Exchange) -> None:
        keys.append(exchange.headers["Authorization"])
        behaving(exchange)

    with MisbehavingServer(then=behaviour) as server:
        await ask(make_policy(server.url, api_key_env="MY_SECRET_KEY"), "read")
    assert keys == ["Bearer k-123"]


async def test_requests_side_by_side_find_out_together_that_schemas_are_unknown() -> None:
    with MisbehavingServer(then=without_schemas) as server:
        policy = make_policy(server.url)
        readings = await asyncio.gather(*(ask(policy, "read") for _ in range(6)))
    assert all(reading.answer.text == "Frank Worsley" for reading in readings)


def test_a_policy_serves_one_event_loop_after_the_other(model: SimulatedModel) -> None:
    policy = make_policy(model.url)
    litellm = imported_litellm()
    asyncio.run(ask(policy, "read"))
    hooks = len(litellm.callbacks), len(litellm.success_callback)
    for _ in range(4):
        assert asyncio.run(ask(policy, "read")).answer.text == "Frank Worsley"
        assert asyncio.run(ask(policy, "write")).short_answer
    assert (len(litellm.callbacks), len(litellm.success_callback)) <= (hooks[0], hooks[1] + 2)


def test_a_policy_serves_several_event_loops_at_once(model: SimulatedModel) -> None:
    policy = make_policy(model.url)
    answers: list[str] = []

    async def several() -> None:
        readings = await asyncio.gather(*(ask(policy, "read") for _ in range(3)))
        answers.extend(reading.answer.text for reading in readings)

    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["Frank Worsley"] * 12


def test_nothing_is_left_of_a_policy_that_is_gone(model: SimulatedModel) -> None:
    litellm = imported_litellm()

    def hooks() -> int:
        lists = (litellm.callbacks, litellm.input_callback, litellm.success_callback)
        return sum(map(len, lists))

    def routers() -> int:
        gc.collect()
        return sum(type(each) is litellm.Router for each in gc.get_objects())

    before = routers(), hooks()
    for _ in range(3):
        policy = make_policy(model.url)
        asyncio.run(ask(policy, "read"))
        del policy
    assert routers() <= before[0] and hooks() <= before[1]


@pytest.mark.parametrize(
    "name", ["simulated", "gpt-4o", "openai/gpt-oss-120b", "deepseek-ai/DeepSeek-R1"]
)
async def test_local_models_cost_nothing(model: SimulatedModel, name: str) -> None:
    settings = ModelSettings(model=f"hosted_vllm/{name}", api_base=(model.url,))
    tally = Tally.unlimited()
    await ask(policy_of({"searcher": settings}), "read", tally)
    assert tally.usage.tokens_in > 100 and tally.usage.cost == 0.0


async def test_others_cost_what_litellm_knows(
    model: SimulatedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SECRET_KEY", "k-123")
    settings = ModelSettings(
        model="openai/gpt-4o", api_base=(model.url,), api_key_env="MY_SECRET_KEY"
    )
    tally = Tally.unlimited()
    await ask(policy_of({"searcher": settings}), "read", tally)
    assert 0.0 < tally.usage.cost < 1.0
    assert [usage.model for usage in tally.usage.models] == ["openai/gpt-4o"]

"""The critic that writes: what it is shown, what its words become, what it looks up."""

import json
from typing import Any

import pytest
from judged_runs import trajectory
from misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    behaving,
    failing,
    rambling,
    refusing,
    saying,
    wrong_schema,
)
from simulated_model import SimulatedModel
from support import POLAR, chain_policy

from clew.agent.critics.generative import GenerativeCritic
from clew.agent.models import ModelSettings
from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, Usage
from clew.graphs.judging import Judged, judged
from clew.graphs.meter import Meter, Tally
from clew.graphs.protocols import Parts
from clew.graphs.queries.plain import Plain
from clew.graphs.steps import Verdict
from clew.prompts.loader import load_prompts
from clew.tools.search.memory import MemorySearch

RUN = trajectory("Frank Worsley", "Akaroa, New Zealand")
QUERY = "captain of the Endurance"


def critic_at(url: str, *, may_search: bool = True, **settings: Any) -> GenerativeCritic:
    named = {"model": "hosted_vllm/simulated", "api_base": (url,), "retries": 0, **settings}
    return GenerativeCritic(ModelSettings(**named), prompts=load_prompts(), may_search=may_search)


async def judge(critic: GenerativeCritic, *runs: Any, tally: Tally | None = None) -> Judged:
    parts = Parts(
        policy=chain_policy(), critic=critic, backends=[MemorySearch(POLAR)], queries=Plain()
    )
    return await judged(parts, runs or [RUN], tally=tally or Tally.unlimited())


def judging(*scores: float, query: str | None = None) -> Behaviour:
    steps = [
        {"step": number, "explanation": f"because  of {number}", "score": score}
        for number, score in enumerate(scores, start=1)
    ]
    return saying(json.dumps({"steps": steps, "query": query}))


def asked(body: dict[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


async def test_each_step_gets_a_score_and_an_explanation() -> None:
    with SimulatedModel(latency=0.0) as model:
        found = await judge(critic_at(model.url), RUN, trajectory(), trajectory("nobody"))
        (shown,) = (text for each in model.requests if "Step 2" in (text := asked(each.body)))
    assert found.verdicts == (
        (
            Verdict(score=0.9, explanation="Frank Worsley stands there."),
            Verdict(score=0.9, explanation="Akaroa, New Zealand stands there."),
        ),
        (),
        (Verdict(score=0.2, explanation="Nothing found states nobody."),),
    )
    assert len(model.requests) == 2
    assert "Step 1: Who was the captain of the Endurance?\n1| Endurance: Frank Worsley" in shown
    assert "Answer 2: Akaroa, New Zealand" in shown


async def test_the_principles_are_those_of_the_prompt(tmp_path: Any) -> None:
    own = '+++\nversion = 1\nvariables = ["question"]\n+++\n# system\nLike rhymes.\n# user\nQ'
    (tmp_path / "critic.md").write_text(own)
    with SimulatedModel(latency=0.0) as model:
        settings = ModelSettings(model="hosted_vllm/simulated", api_base=(model.url,))
        critic = GenerativeCritic(settings, prompts=load_prompts(tmp_path), may_search=False)
        await judge(critic)
        assert model.requests[0].body["messages"][0]["content"] == "Like rhymes."


async def test_a_fact_is_looked_up_once_and_the_steps_judged_again() -> None:
    first, second = judging(0.5, 0.5, query=QUERY), judging(0.9, 0.1, query="again")
    with MisbehavingServer([first, second]) as server:
        tally = Tally.unlimited()
        found = await judge(critic_at(server.url), tally=tally)
    before, after = server.bodies
    assert "a web search for it" in before["messages"][0]["content"]
    assert "Looked up" not in asked(before)
    assert f"Looked up to check the steps:\n1| Endurance: {POLAR[0].text}" in asked(after)
    assert '- "query": null.' in after["messages"][0]["content"]
    assert [each.score for each in found.verdicts[0]] == [0.9, 0.1]
    assert [each.query for each in found.searches] == [QUERY]
    assert found.verdicts[0][0].explanation == "because of 1"
    assert tally.usage.searches == 1 and tally.usage.policy_calls == 2
    (usage,) = tally.usage.models
    assert (usage.role, usage.calls, usage.valid) == ("critic", 2, 2)
    assert tally.usage.tokens_in == usage.tokens_in > 0


async def test_it_does_not_search_where_it_may_not() -> None:
    with MisbehavingServer([judging(0.5, 0.5, query=QUERY)]) as server:
        found = await judge(critic_at(server.url, may_search=False))
    assert found.searches == () and len(server.bodies) == 1
    assert '- "query": null.' in server.bodies[0]["messages"][0]["content"]


async def test_where_nothing_is_found_the_first_word_stands() -> None:
    with MisbehavingServer([judging(0.4, 0.6, query="zzz unheard of qqq")]) as server:
        found = await judge(critic_at(server.url))
    assert [each.score for each in found.verdicts[0]] == [0.4, 0.6]
    assert len(server.bodies) == 1 and len(found.searches) == 1


async def test_what_is_looked_up_counts_even_where_the_second_word_is_of_no_use() -> None:
    behaviours = [judging(0.4, 0.6, query=QUERY), rambling, rambling]
    with MisbehavingServer(behaviours) as server:
        found = await judge(critic_at(server.url))
    assert [each.score for each in found.verdicts[0]] == [0.4, 0.6] and found.failures == ()


async def test_a_step_that_is_left_out_is_asked_for_once_more() -> None:
    with MisbehavingServer([judging(0.9), judging(0.9, 0.2)]) as server:
        found = await judge(critic_at(server.url))
    assert [each.score for each in found.verdicts[0]] == [0.9, 0.2]
    assert "the steps 2 are not judged" in asked(server.bodies[1])


@pytest.mark.parametrize("behaviour", [failing, rambling, refusing, wrong_schema, judging(0.3)])
async def test_a_model_that_fails_costs_its_own_trajectory_only(
    behaviour: Behaviour,
) -> None:
    def only_first(exchange: Any) -> None:
        of_first = "Akaroa" in str(exchange.body["messages"])
        (behaviour if of_first else behaving)(exchange)

    with MisbehavingServer(then=only_first) as server:
        found = await judge(critic_at(server.url), RUN, trajectory("Frank Worsley"))
    bad, good = found.verdicts
    assert {each.score for each in bad} == {0.5} and all(each.failure for each in bad)
    assert good == (Verdict(score=0.9, explanation="Frank Worsley stands there."),)
    assert len(found.failures) == 1


async def test_the_budget_holds() -> None:
    with SimulatedModel(latency=0.0) as model:
        for budget in (Budget(policy_calls=0), Budget(tokens_in=10)):
            with pytest.raises(BudgetExhausted):
                await judge(critic_at(model.url), tally=Tally(Meter(budget, Usage())))
        assert not model.requests

"""What each task asks of the model under each preset, and what it is shown."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from policy_requests import EVIDENCE, READING, ask, make_policy, reading_of, request_for
from simulated_model import SimulatedModel
from support import CHAIN, POLAR, QUESTION

from clew.agent.effort import EFFORTS
from clew.agent.models import ROLES, ModelSettings
from clew.agent.policies.litellm import LiteLLMPolicy
from clew.agent.policies.litellm.wire import RewriteOutput
from clew.agent.search_agent import SearchAgent
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import (
    PlanRequest,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    Wording,
)
from clew.graphs.steps import Reading, Verdict
from clew.prompts.loader import load_prompts
from clew.tools.search.memory import MemorySearch


@pytest.fixture
def model() -> Iterator[SimulatedModel]:
    with SimulatedModel(latency=0.0) as server:
        yield server


def rewriting(*tried: str) -> RewriteRequest:
    return RewriteRequest(
        question=QUESTION, sub_question=CHAIN[0], text=CHAIN[0].text, tried=list(tried)
    )


def refining(reading: Reading, **more: Any) -> RefineRequest:
    return RefineRequest(
        question=QUESTION,
        sub_question=CHAIN[0],
        text=CHAIN[0].text,
        passages=POLAR,
        reading=reading,
        **more,
    )


def tasks(server: SimulatedModel) -> list[str]:
    return [request.task for request in server.requests]


def last_turn(server: SimulatedModel) -> str:
    return str(server.requests[-1].body["messages"][-1]["content"])


@pytest.mark.parametrize("effort", EFFORTS)
async def test_the_first_search_is_the_sub_question_itself(
    effort: str, model: SimulatedModel
) -> None:
    queries = await make_policy(model.url, effort=effort).rewrite(rewriting())
    assert queries[0] == CHAIN[0].text
    thorough = effort == "thorough"
    assert tasks(model) == (["rewrite"] if thorough else [])
    assert len(queries) == (2 if thorough else 1)


@pytest.mark.parametrize("effort", EFFORTS)
async def test_later_searches_are_worded_by_the_model(effort: str, model: SimulatedModel) -> None:
    queries = await make_policy(model.url, effort=effort).rewrite(rewriting(CHAIN[0].text))
    assert tasks(model) == ["rewrite"] and queries == ["captain endurance"]
    assert f"at most {EFFORTS[effort].queries} quer" in last_turn(model)
    assert f"Tried: {CHAIN[0].text}" in last_turn(model)


@pytest.mark.parametrize("wording", get_args(Wording)[1:])
@pytest.mark.parametrize("effort", EFFORTS)
async def test_another_wording_is_asked_for_in_its_number(
    effort: str, wording: Wording, model: SimulatedModel
) -> None:
    request = replace(rewriting(), wording=wording, count=2, passages=POLAR[:1])
    queries = await make_policy(model.url, effort=effort).rewrite(request)
    assert tasks(model) == ["rewrite"] and len(queries) == 2
    told = last_turn(model)
    assert "Wording: " in told and told.endswith("Write at most 2 queries.")
    assert f"1| {POLAR[0].title}: {POLAR[0].text}" in told


def test_a_hypothetical_passage_may_be_long() -> None:
    passage = " ".join(["Frank Worsley was the captain of the Endurance."] * 15)
    output = RewriteOutput.model_validate({"queries": [passage]})
    assert output.queries == [passage]


async def test_no_more_queries_are_worded_than_wanted(model: SimulatedModel) -> None:
    request = replace(rewriting(), count=1)
    queries = await make_policy(model.url, effort="thorough").rewrite(request)
    assert queries == [CHAIN[0].text]


@pytest.mark.parametrize(
    ("effort", "confidence", "asks"),
    [
        ("quick", 0.0, False),
        ("balanced", 0.79, True),
        ("balanced", 0.8, False),
        ("thorough", 1.0, True),
    ],
)
async def test_effort_says_which_readings_are_refined(
    effort: str, confidence: float, asks: bool, model: SimulatedModel
) -> None:
    reading = reading_of(POLAR[0], "Frank Worsley", confidence)
    refinement = await make_policy(model.url, effort=effort).refine(refining(reading))
    asked = [task for task in tasks(model) if task != "judge"]
    assert asked == (["refine"] if asks else [])
    assert refinement.reading.answer.text == "Frank Worsley"


@pytest.mark.parametrize("effort", EFFORTS)
async def test_without_an_answer_it_searches_again_unasked(
    effort: str, model: SimulatedModel
) -> None:
    refinement = await make_policy(model.url, effort=effort).refine(refining(Reading()))
    assert refinement.search_again and not model.requests


async def test_refining_goes_on_where_reading_ended(model: SimulatedModel) -> None:
    policy = make_policy(model.url)
    await ask(policy, "read")
    await policy.refine(refining(READING, verdict=Verdict(score=0.25)))
    read, refine = (request.body["messages"] for request in model.requests)
    assert refine[: len(read)] == read
    assert [message["role"] for message in refine[len(read) :]] == ["assistant", "user"]
    assert '"passage": 1' in refine[-2]["content"] and "0.25" in refine[-1]["content"]


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("reading", [reading_of(POLAR[0], "Frank Worsley", 1.0), Reading()])
async def test_what_the_critic_finds_weak_and_explains_is_gone_over(
    effort: str, reading: Reading, model: SimulatedModel
) -> None:
    policy = make_policy(model.url, effort=effort)
    assert policy.reworks
    await policy.refine(refining(reading, verdict=Verdict(score=0.4, explanation="Wrong ship.")))
    assert [task for task in tasks(model) if task != "judge"] == ["refine"]
    asked = next(each.body for each in model.requests if each.task == "refine")
    assert "may be wrong: Wrong ship.\n" in asked["messages"][-1]["content"]


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(score=0.6, explanation="Fine."),
        Verdict(score=0.4),
        Verdict(score=0.4, explanation="x", failure="it broke"),
    ],
)
async def test_any_other_verdict_changes_nothing_for_a_sure_reading(
    verdict: Verdict, model: SimulatedModel
) -> None:
    sure = reading_of(POLAR[0], "Frank Worsley", 1.0)
    refinement = await make_policy(model.url).refine(refining(sure, verdict=verdict))
    assert refinement.reading == sure and not model.requests


async def test_a_failed_verdict_is_not_told(model: SimulatedModel) -> None:
    failed = Verdict(score=0.5, failure="it broke")
    await make_policy(model.url).refine(refining(READING, verdict=failed))
    assert "reviewer" not in last_turn(model)


async def test_refining_is_shown_what_contradicts_the_answer(model: SimulatedModel) -> None:
    elsewhere = POLAR[0].model_copy(update={"id": "e", "source": "e", "text": "It was Ann Rask."})
    other = reading_of(elsewhere, "Ann Rask").answer
    request = refining(READING.model_copy(update={"others": (other,)}))
    refinement = await make_policy(model.url).refine(replace(request, passages=(*POLAR, elsewhere)))
    assert (
        '{"answer": "Ann Rask", "passage": 5, "text": "Ann Rask"}'
        in (model.requests[-1].body["messages"][-2]["content"])
    )
    (kept,) = refinement.reading.others
    assert (kept.text, kept.quotes) == (other.text, other.quotes)


@pytest.mark.parametrize(("effort", "overview"), [("quick", 0), ("balanced", 4), ("thorough", 4)])
async def test_effort_says_how_much_the_planner_sees(
    effort: str, overview: int, model: SimulatedModel
) -> None:
    await ask(make_policy(model.url, effort=effort), "plan")
    assert sum(each.text in last_turn(model) for each in POLAR) == overview


async def test_what_was_found_is_shown_when_the_plan_is_extended(model: SimulatedModel) -> None:
    write: Any = request_for("write")
    request = PlanRequest(
        question=QUESTION, plan=make_plan(CHAIN), steps=write.steps, evidence=EVIDENCE
    )
    (proposal,) = await make_policy(model.url).plan(request)
    assert proposal.sub_questions == ()
    assert f"q1| {CHAIN[0].text} → Frank Worsley" in last_turn(model)
    assert POLAR[2].text not in last_turn(model)


@pytest.mark.parametrize("own_knowledge", [True, False])
async def test_recall_is_offered_only_where_it_is_allowed(
    own_knowledge: bool, model: SimulatedModel
) -> None:
    settings = ModelSettings(model="hosted_vllm/simulated", api_base=(model.url,))
    policy = LiteLLMPolicy(
        dict.fromkeys(ROLES, settings),
        prompts=load_prompts(),
        effort=EFFORTS["quick"],
        own_knowledge=own_knowledge,
    )
    await policy.plan(PlanRequest(question=QUESTION))
    system = model.requests[0].body["messages"][0]["content"]
    assert ('"recall"' in system) == own_knowledge


async def test_with_nothing_to_read_nothing_is_asked(model: SimulatedModel) -> None:
    request = ReadRequest(question=QUESTION, sub_question=CHAIN[0], text=CHAIN[0].text)
    assert await make_policy(model.url).read(request) == Reading()
    assert not model.requests


async def test_an_answer_is_told_while_it_is_written(model: SimulatedModel) -> None:
    told: list[tuple[str, int]] = []
    draft = await ask(
        make_policy(model.url), "write", tell=lambda text, attempt: told.append((text, attempt))
    )
    assert len(told) > 5 and {attempt for _, attempt in told} == {1}
    assert "".join(text for text, _ in told) == " ".join(each.text for each in draft.sentences)


async def test_a_question_is_answered_where_only_its_plan_is_of_no_use() -> None:
    lost = SubQuestion(id="q1", text="Where was {q9} born?", parents=("q9",))
    answers = {QUESTION: "Akaroa, New Zealand"}
    with SimulatedModel(latency=0.0, plans={QUESTION: (lost,)}, answers=answers) as model:
        agent = SearchAgent(
            model="hosted_vllm/simulated",
            api_base=model.url,
            search=[MemorySearch(POLAR)],
            save_runs=False,
        )
        answer = await agent.aask(QUESTION)
    assert [step.text for step in answer.steps] == [QUESTION]
    assert answer.short_answer == "Akaroa, New Zealand" and answer.citations
    planner = next(each for each in answer.usage.models if each.role == "planner")
    assert planner.fallbacks == 1

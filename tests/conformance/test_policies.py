"""What every policy must do, whatever it is made of. Add an implementation to `POLICIES`."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import CHAIN, POLAR, QUESTION, chain_policy, passage

from clew.graphs.plan import Plan, SubQuestion, make_plan
from clew.graphs.protocols import (
    ChainRequest,
    PlanRequest,
    Policy,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    Wording,
    WriteRequest,
)
from clew.graphs.steps import Reading, Step, StepAnswer
from clew.tools.passages import Passage

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


@pytest.fixture(scope="module")
def litellm_policy() -> Iterator[Policy]:
    from simulated_model import SimulatedModel

    from clew.agent.effort import EFFORTS
    from clew.agent.models import ROLES, ModelSettings
    from clew.agent.policies.litellm import LiteLLMPolicy
    from clew.prompts.loader import load_prompts

    answers = {
        CHAIN[0].text: "Frank Worsley",
        "Where was Frank Worsley born?": "Akaroa, New Zealand",
    }
    with SimulatedModel(latency=0.0, plans={QUESTION: CHAIN}, answers=answers) as model:
        settings = ModelSettings(model="hosted_vllm/simulated", api_base=(model.url,))
        yield LiteLLMPolicy(
            dict.fromkeys(ROLES, settings),
            prompts=load_prompts(),
            effort=EFFORTS["thorough"],
            own_knowledge=True,
        )


def _embedded(encoder: "Encoder") -> Policy:
    from clew.agent.policies.embedded.policy import EmbeddedPolicy

    return EmbeddedPolicy(encoder)


POLICIES: Mapping[str, Callable[["Encoder"], Policy]] = {
    "embedded": _embedded,
    "scripted": lambda encoder: chain_policy(),
}


@pytest.fixture(params=[*sorted(POLICIES), "litellm"], scope="module")
def policy(request: pytest.FixtureRequest, encoder: "Encoder") -> Policy:
    if request.param == "litellm":
        served: Policy = request.getfixturevalue("litellm_policy")
        return served
    return POLICIES[request.param](encoder)


EVIDENCE = {each.id: each for each in POLAR}


def read_request(sub: SubQuestion = CHAIN[0], text: str | None = None) -> ReadRequest:
    return ReadRequest(question=QUESTION, sub_question=sub, text=text or sub.text, passages=POLAR)


def unknown(sub: SubQuestion) -> Step:
    return Step(sub_question=sub, text=sub.text, status="unknown")


def assert_sound(reading: Reading, evidence: Mapping[str, Passage]) -> None:
    assert all(quote.is_verbatim(evidence) for quote in reading.answer.quotes)
    ids = [ranked.passage_id for ranked in reading.ranking]
    assert len(ids) == len(set(ids)) and set(ids) <= set(evidence)
    scores = [ranked.score for ranked in reading.ranking]
    assert scores == sorted(scores, reverse=True)
    if reading.answer.text is not None:
        assert reading.answer.text.strip() and reading.answer.quotes


async def test_it_is_a_policy_with_a_name(policy: Policy) -> None:
    assert isinstance(policy, Policy) and policy.name


async def test_its_first_plan_is_a_valid_graph(policy: Policy) -> None:
    proposals = await policy.plan(PlanRequest(question=QUESTION))
    assert len(proposals) == 1
    assert make_plan(proposals[0].sub_questions).sub_questions


async def test_it_proposes_no_more_than_asked_and_nothing_twice(policy: Policy) -> None:
    proposals = await policy.plan(PlanRequest(question=QUESTION, limit=3))
    assert 1 <= len(proposals) <= 3
    assert len({proposal.sub_questions for proposal in proposals}) == len(proposals)


async def test_extensions_fit_the_plan_and_come_to_an_end(policy: Policy) -> None:
    plan, steps = Plan(), {}
    for _ in range(10):
        proposals = await policy.plan(PlanRequest(question=QUESTION, plan=plan, steps=steps))
        if not proposals[0].sub_questions:
            return
        plan = plan.extended(proposals[0].sub_questions)
        steps = {sub.id: unknown(sub) for sub in plan.sub_questions}
    pytest.fail("the policy extends a plan that leads nowhere for ever")


@pytest.mark.parametrize("most", [1, 2])
async def test_it_adds_no_more_sub_questions_than_asked_for(policy: Policy, most: int) -> None:
    plan, steps = Plan(), {}
    for _ in range(10):
        request = PlanRequest(question=QUESTION, plan=plan, steps=steps, most=most)
        (proposal,) = await policy.plan(request)
        assert len(proposal.sub_questions) <= most
        if not proposal.sub_questions:
            break
        plan = plan.extended(proposal.sub_questions)
        steps = {sub.id: unknown(sub) for sub in plan.sub_questions}
    assert plan.sub_questions and not proposal.sub_questions


async def test_its_chain_is_a_valid_graph_with_its_drafts(policy: Policy) -> None:
    links = await policy.chain(ChainRequest(question=QUESTION, evidence=EVIDENCE))
    plan = make_plan(link.sub_question for link in links)
    assert plan.sub_questions == tuple(link.sub_question for link in links)
    known: set[str] = set()
    for link in links:
        assert link.sub_question.kind != "recall" and known >= set(link.sub_question.parents)
        known.add(link.sub_question.id)
        draft = link.draft
        assert all(quote.is_verbatim(EVIDENCE) for quote in draft.quotes)
        if draft.text is not None:
            assert draft.text.strip() and (draft.quotes or draft.recalled)


async def test_chains_fit_what_stands_and_come_to_an_end(policy: Policy) -> None:
    plan, steps = Plan(), {}
    for _ in range(10):
        links = await policy.chain(ChainRequest(question=QUESTION, plan=plan, steps=steps))
        if not links:
            return
        plan = plan.extended([link.sub_question for link in links])
        steps = {sub.id: unknown(sub) for sub in plan.sub_questions}
    pytest.fail("the policy extends a chain that leads nowhere for ever")


@pytest.mark.parametrize("wording", get_args(Wording))
async def test_every_query_is_new_and_they_run_out(policy: Policy, wording: Wording) -> None:
    tried: list[str] = []
    for _ in range(20):
        queries = await policy.rewrite(
            RewriteRequest(
                question=QUESTION,
                sub_question=CHAIN[0],
                text=CHAIN[0].text,
                tried=tried,
                wording=wording,
                count=2,
                passages=POLAR if wording == "feedback" else (),
            )
        )
        assert len(queries) <= 2
        assert all(query.strip() for query in queries)
        assert len({*queries, *tried}) == len(queries) + len(tried)
        if not queries:
            break
        tried += queries
    assert tried and not queries


async def test_queries_never_hold_an_unfilled_reference(policy: Policy) -> None:
    request = RewriteRequest(
        question=QUESTION,
        sub_question=CHAIN[1],
        text="Where was Frank Worsley born?",
        parents={"q1": unknown(CHAIN[0])},
    )
    assert all("{" not in query for query in await policy.rewrite(request))


async def test_it_reads_the_answer_with_a_verbatim_quote(policy: Policy) -> None:
    reading = await policy.read(read_request())
    assert_sound(reading, EVIDENCE)
    assert reading.answer.text == "Frank Worsley"
    assert 0.0 < reading.answer.confidence <= 1.0


async def test_nothing_to_read_is_unknown(policy: Policy) -> None:
    request = ReadRequest(question=QUESTION, sub_question=CHAIN[0], text=CHAIN[0].text)
    reading = await policy.read(request)
    assert reading.answer.text is None and not reading.answer.quotes


async def test_refining_keeps_a_reading_sound(policy: Policy) -> None:
    request = read_request()
    for reading in (await policy.read(request), Reading()):
        refinement = await policy.refine(RefineRequest(**vars(request), reading=reading))
        assert_sound(refinement.reading, EVIDENCE)


async def test_it_writes_a_cited_answer_from_what_the_steps_found(policy: Policy) -> None:
    first = await policy.read(read_request())
    filled = CHAIN[1].resolved({"q1": "Frank Worsley"})
    second = await policy.read(read_request(CHAIN[1], filled))
    steps = {
        sub.id: Step(sub_question=sub, text=text, reading=reading, status="answered")
        for sub, text, reading in (
            (CHAIN[0], CHAIN[0].text, first),
            (CHAIN[1], filled, second),
        )
    }
    draft = await policy.write(
        WriteRequest(question=QUESTION, plan=make_plan(CHAIN), steps=steps, evidence=EVIDENCE)
    )
    assert draft.short_answer and "Akaroa" in draft.short_answer
    assert draft.sentences
    for sentence in draft.sentences:
        assert sentence.text.strip()
        assert sentence.quotes and all(quote.is_verbatim(EVIDENCE) for quote in sentence.quotes)


@pytest.mark.parametrize("steps", [{}, {sub.id: unknown(sub) for sub in CHAIN}])
async def test_it_abstains_where_nothing_is_known(policy: Policy, steps: dict[str, Step]) -> None:
    draft = await policy.write(
        WriteRequest(question=QUESTION, plan=make_plan(CHAIN), steps=steps, evidence={})
    )
    assert draft.short_answer is None


async def test_it_does_not_block_the_event_loop(policy: Policy) -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)

    watching = asyncio.create_task(watch())
    computed = time.thread_time()
    await asyncio.gather(*(policy.read(read_request()) for _ in range(8)))
    computed = time.thread_time() - computed
    watching.cancel()
    # What the loop's own thread computes does not depend on how busy the machine is.
    assert computed < 0.2
    assert longest < 2.0


async def test_concurrent_calls_do_not_mix(policy: Policy) -> None:
    filled = "Where was Frank Worsley born?"
    requests = [read_request(), read_request(CHAIN[1], filled)] * 4
    readings = await asyncio.gather(*(policy.read(request) for request in requests))
    alone = [await policy.read(request) for request in requests[:2]]
    assert readings == alone * 4


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(min_size=1, max_size=120), text=st.text(max_size=300))
def test_wild_text_is_no_trouble(policy: Policy, question: str, text: str) -> None:
    async def scenario() -> None:
        (proposal,) = await policy.plan(PlanRequest(question=question))
        try:
            sub = make_plan(proposal.sub_questions).sub_questions[0]
        except ValueError:
            pytest.fail(f"an invalid plan for {question!r}")
        wild = passage("wild", text)
        reading = await policy.read(
            ReadRequest(question=question, sub_question=sub, text=sub.text, passages=[wild])
        )
        assert_sound(reading, {wild.id: wild})

    asyncio.run(scenario())


async def test_a_parent_may_have_an_answer_without_quotes(policy: Policy) -> None:
    parent = Step(
        sub_question=CHAIN[0],
        text=CHAIN[0].text,
        reading=Reading(answer=StepAnswer(text="Frank Worsley", confidence=0.2)),
        status="answered",
    )
    request = ReadRequest(
        question=QUESTION,
        sub_question=CHAIN[1],
        text="Where was Frank Worsley born?",
        parents={"q1": parent},
        passages=POLAR,
    )
    assert_sound(await policy.read(request), EVIDENCE)

"""Chains of the embedded policy: the split, drafted from a first reading, and what is missing."""

from typing import TYPE_CHECKING

import pytest
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.embedded.planning import around_the_break, split, unasked
from clew.agent.policies.embedded.policy import EmbeddedPolicy
from clew.graphs.plan import Plan, SubQuestion, make_plan
from clew.graphs.protocols import ChainRequest, DraftedQuestion, PlanRequest
from clew.graphs.steps import Reading, Step, StepAnswer

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

EVIDENCE = {each.id: each for each in POLAR}


@pytest.fixture(scope="module")
def policy(encoder: "Encoder") -> EmbeddedPolicy:
    return EmbeddedPolicy(encoder)


def step(sub: SubQuestion, answer: str | None) -> Step:
    return Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(answer=StepAnswer(text=answer)),
        status="answered" if answer else "unknown",
    )


def texts(links: list[DraftedQuestion] | tuple[SubQuestion, ...]) -> list[str]:
    subs = [link.sub_question if isinstance(link, DraftedQuestion) else link for link in links]
    return [sub.text for sub in subs]


async def test_drafts_come_from_a_first_reading_each_with_its_quote(policy: EmbeddedPolicy) -> None:
    links = await policy.chain(ChainRequest(question=QUESTION, evidence=EVIDENCE))
    assert [link.sub_question for link in links] == list(split(QUESTION))
    first, second = (link.draft for link in links)
    assert first.text == "Frank Worsley" and second.text and "Akaroa" in second.text
    for draft in (first, second):
        assert draft.quotes and all(quote.is_verbatim(EVIDENCE) for quote in draft.quotes)
        assert not draft.recalled


async def test_without_anything_to_read_nothing_is_drafted(policy: EmbeddedPolicy) -> None:
    links = await policy.chain(ChainRequest(question=QUESTION))
    assert links and all(link.draft == StepAnswer() for link in links)


async def test_a_draft_that_needs_one_that_is_unknown_is_unknown(policy: EmbeddedPolicy) -> None:
    unrelated = {POLAR[3].id: POLAR[3]}
    question = "Where was the captain of the Nimrod born?"
    links = await policy.chain(ChainRequest(question=question, evidence=unrelated))
    assert [link.draft.text for link in links] == [None, None]


async def test_after_a_correction_the_rest_is_drafted_from_what_stands(
    policy: EmbeddedPolicy,
) -> None:
    first, second = split(QUESTION)
    twin = first.model_copy(update={"id": "q1_2"})
    request = ChainRequest(
        question=QUESTION,
        plan=make_plan([twin]),
        steps={"q1_2": step(twin, "Colin Archer")},
        evidence=EVIDENCE,
    )
    (link,) = await policy.chain(request)
    assert link.sub_question.parents == ("q1_2",)
    assert link.sub_question.text == second.text.replace("{q1}", "{q1_2}")
    assert link.draft.text and "Larvik" in link.draft.text


async def test_a_chain_that_broke_is_gone_around_once_and_then_left(policy: EmbeddedPolicy) -> None:
    subs = split(QUESTION)
    steps = {sub.id: step(sub, None) for sub in subs}
    request = ChainRequest(question=QUESTION, plan=make_plan(subs), steps=steps)
    (link,) = await policy.chain(request)
    assert link.sub_question.text not in [sub.text for sub in subs]
    more = make_plan([*subs, link.sub_question])
    steps[link.sub_question.id] = step(link.sub_question, None)
    assert list(await policy.chain(ChainRequest(question=QUESTION, plan=more, steps=steps))) == []


def test_what_was_asked_is_not_asked_again_under_whatever_id() -> None:
    first, second = split(QUESTION)
    assert unasked(QUESTION, Plan()) == (first, second)
    plan = make_plan([first.model_copy(update={"id": "z"})])
    (left,) = unasked(QUESTION, plan)
    assert left.parents == ("z",)
    assert unasked(QUESTION, plan.extended([left])) == ()


def test_a_plan_of_someone_else_is_left_alone() -> None:
    assert unasked(QUESTION, make_plan([SubQuestion(id="q1", text="Something else?")])) == ()


def test_an_answered_chain_is_not_gone_around() -> None:
    plan = make_plan(CHAIN)
    steps = {"q1": step(CHAIN[0], None), "q2": step(CHAIN[1], "Akaroa")}
    assert around_the_break(QUESTION, plan, steps) == ()
    assert len(around_the_break(QUESTION, plan, {**steps, "q2": step(CHAIN[1], None)})) == 1


async def test_one_sub_question_at_a_time_comes_to_the_whole_split(policy: EmbeddedPolicy) -> None:
    plan, steps = Plan(), {}
    for sub in split(QUESTION):
        request = PlanRequest(question=QUESTION, plan=plan, steps=steps, most=1)
        (proposal,) = await policy.plan(request)
        assert proposal.sub_questions == (sub,)
        plan = plan.extended(proposal.sub_questions)
        steps = {**steps, sub.id: step(sub, "known")}
    (done,) = await policy.plan(PlanRequest(question=QUESTION, plan=plan, steps=steps, most=1))
    assert done.sub_questions == ()

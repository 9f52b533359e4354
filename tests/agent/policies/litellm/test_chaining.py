"""Chains are fitted to what stands, drafts are recalled, and what is no chain is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_requests import ask, make_policy
from simulated_model import SimulatedModel
from support import CHAIN, QUESTION

from clew.agent.effort import EFFORTS
from clew.agent.models import ROLES, ModelSettings
from clew.agent.policies.litellm import LiteLLMPolicy
from clew.agent.policies.litellm.chaining import chain_of
from clew.agent.policies.litellm.planning import MOST_AT_ONCE
from clew.agent.policies.litellm.structured import UnusableOutput
from clew.agent.policies.litellm.wire import ChainOutput
from clew.graphs.plan import Plan, make_plan
from clew.graphs.protocols import DraftedQuestion
from clew.graphs.steps import Reading, Step, StepAnswer
from clew.prompts.loader import load_prompts

STANDING = make_plan(CHAIN[:1])


def written(id: str, question: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "question": question, **more}


def chained(
    *links: dict[str, Any], plan: Plan | None = None, recall: bool = True
) -> list[DraftedQuestion]:
    output = ChainOutput.model_validate({"links": list(links)})
    return chain_of(output, plan or Plan(), recall=recall)


def test_drafts_are_recalled_with_the_confidence_that_they_come_with() -> None:
    first, second, third = chained(
        written("q1", "Who led it?", answer=" Frank \n Worsley ", confidence=0.7),
        written("q2", "Where was {q1} born?", answer="unknown", confidence=0.9),
        written("q3", "When?", answer="1872", confidence=7),
    )
    assert first.draft == StepAnswer(text="Frank Worsley", confidence=0.7, recalled=True)
    assert second.draft == StepAnswer() and second.sub_question.parents == ("q1",)
    assert third.draft == StepAnswer(text="1872", confidence=1.0, recalled=True)


def test_without_own_knowledge_there_are_no_drafts() -> None:
    links = chained(written("q1", "Who led it?", answer="Frank Worsley"), recall=False)
    assert [link.draft for link in links] == [StepAnswer()]


def test_no_link_is_of_the_kind_that_is_never_looked_up() -> None:
    (link,) = chained(written("q1", "How long is a mile?", kind="recall", answer="1.6 km"))
    assert link.sub_question.kind == "search" and link.sub_question.answer is None
    assert link.draft.text == "1.6 km"


def test_ids_that_stand_are_renamed_with_all_that_refers_to_them() -> None:
    first, second = chained(
        written("q1", "Who built the Fram?"), written("b", "Where was {q1} born?"), plan=STANDING
    )
    assert first.sub_question.id != "q1"
    assert second.sub_question.parents == (first.sub_question.id,)
    STANDING.extended([first.sub_question, second.sub_question])


def test_links_may_build_on_those_that_stand() -> None:
    (link,) = chained(written("q2", CHAIN[1].text), plan=STANDING)
    assert link.sub_question == CHAIN[1]


@pytest.mark.parametrize(
    ("links", "says"),
    [
        ((), "at least one"),
        ((written("a", "A?"), written("a", "B?")), "used twice: a"),
        ((written("a", "When was {b} born?"),), "unknown parent: b"),
        ((written("a", "{b}?"), written("b", "{a}?")), "cycle"),
        ((written("a", " \n "),), "at least 1 character"),
    ],
)
def test_what_is_no_chain_is_refused(links: tuple[dict[str, Any], ...], says: str) -> None:
    with pytest.raises(UnusableOutput, match=says):
        chained(*links)


def test_nothing_to_add_is_fine_once_something_stands() -> None:
    assert chained(plan=STANDING) == []


def test_no_more_links_are_written_than_asked_for() -> None:
    links = [written(f"s{n}", f"Question {n}?") for n in range(MOST_AT_ONCE + 3)]
    assert len(chained(*links)) == MOST_AT_ONCE


IDS = st.sampled_from(["q1", "q2", "q3", "a"])
LINKS = st.fixed_dictionaries(
    {
        "id": IDS,
        "question": st.lists(
            st.one_of(IDS.map("{{{}}}".format), st.text(min_size=1, max_size=5)), min_size=1
        ).map(" ".join),
        "needs": st.lists(IDS, max_size=3),
        "kind": st.sampled_from(["search", "reason", "recall"]),
        "answer": st.none() | st.text(max_size=9),
        "confidence": st.floats(),
    }
)


@given(st.lists(LINKS, max_size=5), st.booleans(), st.booleans())
def test_every_chain_fits_what_stands(
    links: list[dict[str, Any]], stands: bool, recall: bool
) -> None:
    plan = STANDING if stands else Plan()
    try:
        came = chained(*links, plan=plan, recall=recall)
    except UnusableOutput:
        return
    extended = plan.extended([link.sub_question for link in came])
    assert len(extended.sub_questions) == len(plan.sub_questions) + len(links)
    for link in came:
        draft = link.draft
        assert draft.text is None or (recall and draft.text.strip() and draft.recalled)


@pytest.mark.parametrize("knows", [True, False])
async def test_the_planner_is_asked_with_what_stands(knows: bool) -> None:
    answers = {CHAIN[0].text: "Colin Archer"}
    with SimulatedModel(latency=0.0, plans={QUESTION: CHAIN}, answers=answers) as model:
        policy = LiteLLMPolicy(
            dict.fromkeys(
                ROLES, ModelSettings(model="hosted_vllm/simulated", api_base=(model.url,))
            ),
            prompts=load_prompts(),
            effort=EFFORTS["balanced"],
            own_knowledge=knows,
        )
        links = await ask(policy, "chain")
        assert [link.sub_question for link in links] == list(CHAIN)
        assert [link.draft.text for link in links] == ["Colin Archer" if knows else None, None]
        reading = Reading(answer=StepAnswer(text="Frank Worsley"))
        step = Step(sub_question=CHAIN[0], text=CHAIN[0].text, reading=reading, status="answered")
        assert await ask(policy, "chain", plan=STANDING, steps={"q1": step}) == []
        first, second = (each.body["messages"] for each in model.requests)
    assert "Findings that stand" not in first[-1]["content"]
    assert f"q1| {CHAIN[0].text} → Frank Worsley" in second[-1]["content"]
    assert ('"answer" is always null' in first[0]["content"]) != knows


async def test_one_sub_question_at_a_time_is_planned_where_that_is_wanted() -> None:
    with SimulatedModel(latency=0.0, plans={QUESTION: CHAIN}) as model:
        (proposal,) = await ask(make_policy(model.url), "plan", most=1)
        assert proposal.sub_questions == CHAIN[:1]
        assert "Add at most 1 sub-questions." in model.requests[-1].body["messages"][-1]["content"]

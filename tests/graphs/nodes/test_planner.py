from collections.abc import Sequence

from support import CHAIN, ContentCritic, chain_policy

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.budget import Budget
from clew.graphs.expansion import expansion_named
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import Parts, PlanRequest, Policy, Proposal
from clew.graphs.queries.plain import Plain
from clew.graphs.workflows import workflow_named
from clew.tools.search.memory import MemorySearch


async def run(policy: Policy, **start: object) -> tuple[dict, list]:  # type: ignore[type-arg]
    from support import POLAR

    parts = Parts(
        policy=policy, critic=ContentCritic(), queries=Plain(), backends=[MemorySearch(POLAR)]
    )
    graph = workflow_named("mindsearch")(parts, expansion_named("greedy")).compile()
    events, state = [], {}
    async for mode, part in graph.astream(
        {"question": "Who?", **start},
        stream_mode=["custom", "values"],  # type: ignore[arg-type]
    ):
        if mode == "custom":
            events.append(part)
        else:
            state = part
    return state, events


async def test_an_unusable_plan_is_told_of_and_replaced_by_the_question_itself() -> None:
    cycle = Proposal(
        sub_questions=(
            SubQuestion(id="q1", text="a {q2}", parents=("q2",)),
            SubQuestion(id="q2", text="b {q1}", parents=("q1",)),
        )
    )
    state, events = await run(ScriptedPolicy([cycle], {}))
    rejected = [event for event in events if event.kind == "proposal_rejected"]
    assert rejected and "cycle" in rejected[0].reason
    assert [sub.text for sub in state["plan"].sub_questions] == ["Who?"]


async def test_a_policy_without_any_first_plan_leaves_the_question_itself() -> None:
    who = "Who was the captain of the Endurance?"
    state, _ = await run(ScriptedPolicy([], {"q1": "Frank Worsley"}), question=who)
    assert [sub.text for sub in state["plan"].sub_questions] == [who]
    assert state["answer"].short_answer == "Frank Worsley"


async def test_a_question_with_braces_is_no_reference() -> None:
    class Speechless(ScriptedPolicy):
        async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
            return []

    state, _ = await run(Speechless([], {}), question="Who is {q1}?")
    assert state["plan"].sub_questions[0].text == "Who is (q1)?"


async def test_a_given_plan_is_worked_through_before_the_policy_is_asked() -> None:
    plan = make_plan([SubQuestion(id="mine", text="Who was the captain of the Endurance?")])
    state, events = await run(chain_policy(), plan=plan)
    assert [event.id for event in events if event.kind == "step_started"] == ["mine", "q1", "q2"]
    assert state["answer"].short_answer == "Akaroa, New Zealand"


async def test_the_plan_is_extended_round_by_round() -> None:
    answers = {"q1": "Frank Worsley", "q2": "Akaroa, New Zealand"}
    policy = ScriptedPolicy([Proposal(sub_questions=(sub,)) for sub in CHAIN], answers)
    state, _ = await run(policy)
    assert state["answer"].short_answer == "Akaroa, New Zealand" and state["rounds"] == 3


class Endless(ScriptedPolicy):
    """Always has one more question."""

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        number = len(request.plan.sub_questions) + 1
        return [Proposal(sub_questions=(SubQuestion(id=f"q{number}", text=f"what {number}?"),))]


async def test_rounds_are_bounded() -> None:
    state, _ = await run(Endless([], {}), budget=Budget(rounds=3))
    assert len(state["plan"].sub_questions) == 3 and state["answer"].abstained


async def test_no_policy_calls_left_still_ends_with_an_abstention() -> None:
    state, _ = await run(chain_policy(), budget=Budget(policy_calls=0))
    assert state["answer"].abstained and state["answer"].stopped_by == "policy_calls"

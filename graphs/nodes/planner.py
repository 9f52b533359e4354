"""The planner: asks the policy how to go on, and lets only usable proposals through."""

from typing import Any, Literal

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted, PlanError
from ..events import BudgetEnded, ProposalRejected
from ..meter import Tally, time_limit
from ..plan import Plan, SubQuestion
from ..proposing import Moves
from ..protocols import Parts, PlanRequest, Proposal
from ..state import State, meter_of
from ..stopping import RunContext


def planner_node(parts: Parts, moves: Moves, *, width: int) -> Any:
    """Return the node that makes or extends the plan.

    Args:
        parts: What the workflow is assembled from.
        moves: How the policy is asked for ways to go on, and how often.
        width: How many proposals the expansion wants to choose from.
    """
    most = moves.most

    async def planner(state: State, runtime: Runtime[RunContext]) -> State:
        plan, asked = state.get("plan", Plan()), state.get("rounds", 0)
        if plan.sub_questions and not state.get("steps"):
            return State(plan=plan, proposals=(), rounds=asked + 1)
        meter = meter_of(state, parts.budget)
        if asked >= (moves.rounds or meter.budget.rounds):
            return State(proposals=())
        tally = Tally(meter)
        request = PlanRequest(
            question=state["question"],
            plan=plan,
            steps=state.get("steps", {}),
            evidence=state.get("evidence", {}),
            limit=width,
            most=most,
            tally=tally,
        )
        try:
            async with time_limit(tally.seconds_left, tally.stop):
                tally.policy_call()
                proposals = await moves.propose(request)
        except BudgetExhausted:
            limit = meter.exhausted or "seconds"
            runtime.stream_writer(BudgetEnded(limit=limit))
            return State(proposals=(), plan=plan, stopped_by=limit, usage=tally.usage)
        usable: list[Proposal] = []
        for proposal in proposals[:width]:
            if most is not None:
                first = proposal.sub_questions[:most]
                proposal = proposal.model_copy(update={"sub_questions": first})
            try:
                plan.extended(proposal.sub_questions)
            except PlanError as error:
                runtime.stream_writer(ProposalRejected(reason=str(error)))
            else:
                usable.append(proposal)
        if not plan.sub_questions and not any(each.sub_questions for each in usable):
            usable = [whole_question(state["question"])]
        return State(plan=plan, proposals=tuple(usable), rounds=asked + 1, usage=tally.usage)

    return planner


def after_expansion(state: State) -> Literal["research", "responder"]:
    """Say where a chosen proposal leads: to research, or out where nothing is left to ask."""
    steps = state.get("steps", {})
    open_ = [sub for sub in state["plan"].sub_questions if sub.id not in steps]
    return "research" if open_ else "responder"


def whole_question(question: str) -> Proposal:
    """Return the plainest plan: the question itself, as one sub-question."""
    # Braces in a question are text; in a sub-question they would refer to another one.
    text = question.replace("{", "(").replace("}", ")")[:2_000]
    return Proposal(sub_questions=(SubQuestion(id="q1", text=text),))

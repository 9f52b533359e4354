"""The settler: takes a chain's draft answers as they are, without searching."""

from typing import Any

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted, PlanError
from ..events import BudgetEnded, StepFinished
from ..meter import Meter, Tally, time_limit
from ..protocols import Parts, ReadRequest
from ..state import State, meter_of
from ..steps import Reading, Step, StepAnswer
from ..stopping import RunContext


def settler_node(parts: Parts) -> Any:
    """Return the node that makes a step of each draft, which no source supports.

    Where the policy drafted no conclusion, it is asked for one. The node raises `PlanError` where
    the run was given a plan: what is not the policy's has no drafts.
    """

    async def settler(state: State, runtime: Runtime[RunContext]) -> State:
        tree = state["tree"]
        if not state.get("rounds"):
            raise PlanError(
                "a given plan is of no use without searching, for it comes without answers; "
                "leave it out, or choose a workflow that searches"
            )
        answers: dict[str, str] = {}
        steps: dict[str, Step] = {}
        meter = meter_of(state, parts.budget)
        tally = Tally(meter)
        limit: str | None = None
        for node in tree.path(tree.branch):
            sub, answer = node.sub_question, node.draft
            text = sub.resolved(answers)
            if sub.kind == "reason" and answer.text is None and limit is None:
                asked = ReadRequest(
                    question=state["question"],
                    sub_question=sub,
                    text=text,
                    parents={id: steps[id] for id in sub.parents},
                    tally=tally,
                )
                answer, limit = await _concluded(parts, asked, meter)
            if answer.text is not None:
                answers[sub.id] = answer.text
            steps[sub.id] = Step(
                sub_question=sub,
                text=text,
                reading=Reading(answer=answer.model_copy(update={"recalled": bool(answer.text)})),
                status="unknown" if answer.text is None else "answered",
            )
            runtime.stream_writer(StepFinished(step=steps[sub.id]))
        if limit:
            runtime.stream_writer(BudgetEnded(limit=limit))
        return State(steps=steps, usage=tally.usage, stopped_by=state.get("stopped_by") or limit)

    return settler


async def _concluded(
    parts: Parts, request: ReadRequest, meter: Meter
) -> tuple[StepAnswer, str | None]:
    """The conclusion from the parents' drafts; unknown, and the limit, where the budget ends."""
    if any(step.answer.text is None for step in request.parents.values()):
        return StepAnswer(), None
    try:
        async with time_limit(meter.seconds_left, meter.stop):
            request.tally.policy_call()
            return (await parts.policy.read(request)).answer, None
    except BudgetExhausted:
        return StepAnswer(), meter.exhausted or "seconds"

"""The plainest planner: the question itself is the only sub-question."""

from typing import Any

from langgraph.runtime import Runtime

from ..events import PlanExtended
from ..plan import Plan
from ..question import checked_question
from ..state import State
from .planner import whole_question


def whole_node() -> Any:
    """Return the node that plans the question as it stands, unless the run was given a plan."""

    async def whole(state: State, runtime: Runtime[None]) -> State:
        question = checked_question(state["question"])
        plan = state.get("plan", Plan())
        if not plan.sub_questions:
            added = whole_question(question).sub_questions
            plan = plan.extended(added)
            runtime.stream_writer(PlanExtended(added=added, plan=plan))
        return State(question=question, plan=plan)

    return whole

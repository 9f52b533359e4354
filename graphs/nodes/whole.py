"""The plainest planner: proposes the question itself as the only sub-question."""

from typing import Any

from ..plan import Plan
from ..question import checked_question
from ..state import State
from .planner import whole_question


def whole_node() -> Any:
    """Return the node that proposes the question as it stands, unless the run was given a plan."""

    async def whole(state: State) -> State:
        question = checked_question(state["question"])
        plan = state.get("plan", Plan())
        proposals = () if plan.sub_questions else (whole_question(question),)
        return State(question=question, plan=plan, proposals=proposals)

    return whole

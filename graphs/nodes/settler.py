"""The settler: takes a chain's draft answers as they are, without searching."""

from typing import Any

from langgraph.runtime import Runtime

from ...errors import PlanError
from ..events import StepFinished
from ..state import State
from ..steps import Reading, Step


def settler_node() -> Any:
    """Return the node that makes a step of each draft, which no source supports.

    It raises `PlanError` where the run was given a plan: what is not the policy's has no drafts.
    """

    async def settler(state: State, runtime: Runtime[None]) -> State:
        tree = state["tree"]
        if not state.get("rounds"):
            raise PlanError(
                "a given plan is of no use without searching, for it comes without answers; "
                "leave it out, or choose a workflow that searches"
            )
        answers: dict[str, str] = {}
        steps: dict[str, Step] = {}
        for node in tree.path(tree.branch):
            sub, draft = node.sub_question, node.draft
            if draft.text is not None:
                answers[sub.id] = draft.text
            steps[sub.id] = Step(
                sub_question=sub,
                text=sub.resolved(answers),
                reading=Reading(answer=draft.model_copy(update={"recalled": bool(draft.text)})),
                status="unknown" if draft.text is None else "answered",
            )
            runtime.stream_writer(StepFinished(step=steps[sub.id]))
        return State(steps=steps)

    return settler

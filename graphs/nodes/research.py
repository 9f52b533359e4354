"""Research: answers the plan's open sub-questions, each the moment its parents are answered."""

from typing import Any, Literal

from langgraph.runtime import Runtime

from ..protocols import Parts
from ..researching import researched
from ..state import State, meter_of
from ..step_graph import StepGraph
from ..stopping import RunContext


def research_node(parts: Parts, step_graph: StepGraph) -> Any:
    """Return the node that researches every sub-question of the plan that has no step yet."""

    async def research(state: State, runtime: Runtime[RunContext]) -> State:
        known = state.get("steps", {})
        found = await researched(
            [sub for sub in state["plan"].in_order() if sub.id not in known],
            state,
            step_graph,
            meter_of(state, parts.budget),
            runtime.stream_writer,
        )
        return State(
            steps=found.steps,
            evidence=found.evidence,
            usage=found.usage,
            stopped_by=found.stopped_by,
        )

    return research


def after_research(state: State) -> Literal["planner", "responder"]:
    """Say where research leads: back to the planner, or out where the budget has ended."""
    return "responder" if state.get("stopped_by") else "planner"

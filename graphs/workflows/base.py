"""What a workflow is, and the names that workflows are chosen by."""

from typing import Any, Protocol

from langgraph.graph import StateGraph

from ...errors import SettingsError
from ..expansion import Expansion
from ..protocols import Parts
from ..state import Question, State
from ..stopping import RunContext

RunGraph = StateGraph[State, RunContext, Question, State]


class Workflow(Protocol):
    """Assembles nodes into a graph, not yet compiled."""

    def __call__(self, parts: Parts, expansion: Expansion) -> RunGraph:
        """Return the graph for these parts."""
        ...


_WORKFLOWS: dict[str, Workflow] = {}


def register_workflow(name: str, workflow: Workflow) -> None:
    """Make a workflow available by name; a name taken before now means this one."""
    _WORKFLOWS[name] = workflow


def workflow_named(name: str) -> Workflow:
    """Return the workflow of that name; raises `SettingsError` where there is none."""
    try:
        return _WORKFLOWS[name]
    except KeyError:
        known = ", ".join(workflow_names())
        raise SettingsError(f"no workflow is named {name!r}; there are: {known}") from None


def workflow_names() -> tuple[str, ...]:
    """Return the names of all workflows there are."""
    return tuple(sorted(_WORKFLOWS))


def new_graph() -> RunGraph:
    """Return an empty graph over the run's state."""
    graph: StateGraph[State, RunContext, Any, Any] = StateGraph(
        State, context_schema=RunContext, input_schema=Question
    )
    return graph

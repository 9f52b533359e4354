"""What the workflows share that plan in rounds: plan, research, and plan again while it helps."""

from typing import Any

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.planner import after_expansion
from ..nodes.research import after_research, research_node
from ..nodes.responder import responder_node
from ..nodes.scout import scout_node
from ..protocols import Parts
from ..step_graph import StepGraph
from .base import RunGraph, new_graph


def planned_in_rounds(
    parts: Parts, expansion: Expansion, *, planner: Any, step_graph: StepGraph
) -> RunGraph:
    """Return the graph scout → planner → expansion → research → planner → …, then responder.

    Args:
        parts: What the workflow is assembled from.
        expansion: Chooses among the planner's proposals.
        planner: The node that makes or extends the plan.
        step_graph: Researches one sub-question.
    """
    graph = new_graph()
    graph.add_node("scout", scout_node(parts))
    graph.add_node("planner", planner)
    graph.add_node("expansion", expansion.node(parts))
    graph.add_node("research", research_node(parts, step_graph))
    graph.add_node("responder", responder_node(parts))
    graph.add_edge(START, "scout")
    graph.add_edge("scout", "planner")
    graph.add_edge("planner", "expansion")
    graph.add_conditional_edges("expansion", after_expansion)
    graph.add_conditional_edges("research", after_research)
    graph.add_edge("responder", END)
    return graph

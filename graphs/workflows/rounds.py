"""What the workflows share that plan in rounds: plan, research, and plan again while it helps."""

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.planner import after_expansion, planner_node
from ..nodes.research import after_research, research_node
from ..nodes.responder import responder_node
from ..nodes.scout import scout_node
from ..proposing import Moves
from ..protocols import Parts
from .base import RunGraph, new_graph


def planned_in_rounds(parts: Parts, expansion: Expansion, moves: Moves) -> RunGraph:
    """Return the graph scout → planner → expansion → research → planner → …, then responder.

    Args:
        parts: What the workflow is assembled from.
        expansion: Chooses among the planner's proposals, or takes the moves itself.
        moves: The workflow's own steps.
    """
    graph = new_graph()
    graph.add_node("scout", scout_node(parts))
    graph.add_node("planner", planner_node(parts, moves, width=expansion.width))
    graph.add_node("expansion", expansion.node(parts, moves))
    graph.add_node("research", research_node(parts, moves.step_graph))
    graph.add_node("responder", responder_node(parts))
    graph.add_edge(START, "scout")
    graph.add_edge("scout", "planner")
    graph.add_edge("planner", "expansion")
    graph.add_conditional_edges("expansion", after_expansion)
    graph.add_conditional_edges("research", after_research)
    graph.add_edge("responder", END)
    return graph

"""The ``iterative`` workflow, a baseline: reason, retrieve, and again, one sub-question at a time.

In the style of Self-Ask (Press et al., 2022, arXiv:2210.03350) and IRCoT (Trivedi et al., 2022,
arXiv:2212.10509): what to look up next is decided with all that was found before in sight, each
thing is searched for once, and nothing runs side by side.
"""

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.planner import after_expansion, planner_node
from ..nodes.research import after_research, research_node
from ..nodes.responder import responder_node
from ..nodes.scout import scout_node
from ..protocols import Parts
from ..step_graph import build_single_pass_graph
from .base import RunGraph, new_graph, register_workflow

MOST_TURNS = 8
"""How many sub-questions are asked at most; a turn is smaller than a round of other workflows."""


def iterative(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph scout → planner → expansion → research → planner → …, then responder."""
    graph = new_graph()
    graph.add_node("scout", scout_node(parts))
    graph.add_node("planner", planner_node(parts, width=expansion.width, most=1, rounds=MOST_TURNS))
    graph.add_node("expansion", expansion.node(parts))
    graph.add_node("research", research_node(parts, build_single_pass_graph(parts)))
    graph.add_node("responder", responder_node(parts))
    graph.add_edge(START, "scout")
    graph.add_edge("scout", "planner")
    graph.add_edge("planner", "expansion")
    graph.add_conditional_edges("expansion", after_expansion)
    graph.add_conditional_edges("research", after_research)
    graph.add_edge("responder", END)
    return graph


register_workflow("iterative", iterative)

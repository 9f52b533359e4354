"""The ``mindsearch`` workflow: a graph of sub-questions, searched in parallel and extended.

After MindSearch (Chen et al., 2024, arXiv:2407.20183), except that the plan is validated data and
never code, that parents' answers reach their children, and that a child waits for its own parents
only.
"""

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.planner import after_expansion, planner_node
from ..nodes.research import after_research, research_node
from ..nodes.responder import responder_node
from ..nodes.scout import scout_node
from ..protocols import Parts
from ..step_graph import build_step_graph
from .base import RunGraph, new_graph, register_workflow


def mindsearch(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph scout → planner → expansion → research → …, ending with responder."""
    graph = new_graph()
    graph.add_node("scout", scout_node(parts))
    graph.add_node("planner", planner_node(parts, width=expansion.width))
    graph.add_node("expansion", expansion.node(parts))
    graph.add_node("research", research_node(parts, build_step_graph(parts)))
    graph.add_node("responder", responder_node(parts))
    graph.add_edge(START, "scout")
    graph.add_edge("scout", "planner")
    graph.add_edge("planner", "expansion")
    graph.add_conditional_edges("expansion", after_expansion)
    graph.add_conditional_edges("research", after_research)
    graph.add_edge("responder", END)
    return graph


register_workflow("mindsearch", mindsearch)

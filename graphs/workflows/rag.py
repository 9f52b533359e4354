"""The ``rag`` workflow, a baseline: search once for the question as it stands, and read."""

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.planner import after_expansion
from ..nodes.research import research_node
from ..nodes.responder import responder_node
from ..nodes.whole import whole_node
from ..proposing import Moves, nothing_more
from ..protocols import Parts
from ..step_graph import build_single_pass_graph
from .base import RunGraph, new_graph, register_workflow


def rag(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph whole → expansion → research → responder."""
    moves = Moves(step_graph=build_single_pass_graph(parts), propose=nothing_more)
    graph = new_graph()
    graph.add_node("whole", whole_node())
    graph.add_node("expansion", expansion.node(parts, moves))
    graph.add_node("research", research_node(parts, moves.step_graph))
    graph.add_node("responder", responder_node(parts))
    graph.add_edge(START, "whole")
    graph.add_edge("whole", "expansion")
    graph.add_conditional_edges("expansion", after_expansion)
    graph.add_edge("research", "responder")
    graph.add_edge("responder", END)
    return graph


register_workflow("rag", rag)

"""The ``rag`` workflow, a baseline: search once for the question as it stands, and read."""

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.research import research_node
from ..nodes.responder import responder_node
from ..nodes.whole import whole_node
from ..protocols import Parts
from ..step_graph import build_single_pass_graph
from .base import RunGraph, new_graph, register_workflow


def rag(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph whole → research → responder."""
    graph = new_graph()
    graph.add_sequence(
        [
            ("whole", whole_node()),
            ("research", research_node(parts, build_single_pass_graph(parts))),
            ("responder", responder_node(parts)),
        ]
    )
    graph.add_edge(START, "whole")
    graph.add_edge("responder", END)
    return graph


register_workflow("rag", rag)

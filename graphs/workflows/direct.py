"""The ``direct`` workflow, a baseline: the policy answers from what it knows, step by step.

Nothing is searched for, so what it says is marked as found in no source; a policy that knows
nothing abstains. What searching is worth is the difference to this.
"""

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.drafter import drafter_node
from ..nodes.responder import responder_node
from ..nodes.settler import settler_node
from ..protocols import Parts
from .base import RunGraph, new_graph, register_workflow


def direct(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph drafter → settler → responder."""
    graph = new_graph()
    graph.add_sequence(
        [
            ("drafter", drafter_node(parts)),
            ("settler", settler_node(parts)),
            ("responder", responder_node(parts)),
        ]
    )
    graph.add_edge(START, "drafter")
    graph.add_edge("responder", END)
    return graph


register_workflow("direct", direct)

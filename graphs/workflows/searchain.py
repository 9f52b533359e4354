"""The ``searchain`` workflow: the whole chain with draft answers first, then verified.

After Search-in-the-Chain (Xu et al., WWW 2024, arXiv:2304.14732): each link is retrieved for; what
was not known is completed; where retrieval surely contradicts a draft, a new branch corrects it
and the rest of the chain is written anew. The critic's scores decide which branch is followed.
An expansion that chooses among several proposals takes the place of this way of going on.
"""

from typing import Literal

from langgraph.graph import END, START

from ..expansion import Expansion
from ..nodes.backtracker import after_backtracker, backtracker_node
from ..nodes.drafter import drafter_node
from ..nodes.responder import responder_node
from ..nodes.scout import scout_node
from ..nodes.verifier import verifier_node
from ..proposing import Moves, chains_of
from ..protocols import Parts
from ..state import State
from ..step_graph import build_step_graph
from ..verification import Verification
from .base import RunGraph, Workflow, new_graph, register_workflow
from .rounds import planned_in_rounds


def searchain(verification: Verification) -> Workflow:
    """Return the workflow that holds drafts against retrieval in this way."""

    def workflow(parts: Parts, expansion: Expansion) -> RunGraph:
        if expansion.width > 1:
            # Chains are the proposals, and drafts compete with what is found as other readings do.
            moves = Moves(step_graph=build_step_graph(parts), propose=chains_of(parts.policy))
            return planned_in_rounds(parts, expansion, moves)
        graph = new_graph()
        graph.add_node("scout", scout_node(parts))
        graph.add_node("drafter", drafter_node(parts))
        graph.add_node("verifier", verifier_node(parts, build_step_graph(parts), verification))
        graph.add_node("backtracker", backtracker_node(parts))
        graph.add_node("responder", responder_node(parts))
        graph.add_edge(START, "scout")
        graph.add_edge("scout", "drafter")
        graph.add_conditional_edges("drafter", _after_drafter)
        graph.add_edge("verifier", "backtracker")
        graph.add_conditional_edges("backtracker", after_backtracker)
        graph.add_edge("responder", END)
        return graph

    return workflow


def _after_drafter(state: State) -> Literal["verifier", "backtracker"]:
    is_open = state["tree"].branch.status == "open" and not state.get("stopped_by")
    return "verifier" if is_open else "backtracker"


register_workflow("searchain", searchain(Verification()))

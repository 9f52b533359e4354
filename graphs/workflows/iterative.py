"""The ``iterative`` workflow, a baseline: reason, retrieve, and again, one sub-question at a time.

In the style of Self-Ask (Press et al., 2022, arXiv:2210.03350) and IRCoT (Trivedi et al., 2022,
arXiv:2212.10509): what to look up next is decided with all that was found before in sight, each
thing is searched for once, and nothing runs side by side.
"""

from ..expansion import Expansion
from ..proposing import Moves
from ..protocols import Parts
from ..step_graph import build_single_pass_graph
from .base import RunGraph, register_workflow
from .rounds import planned_in_rounds

MOST_TURNS = 8
"""How many sub-questions are asked at most; a turn is smaller than a round of other workflows."""


def iterative(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph that plans in rounds of one sub-question, each searched for once."""
    moves = Moves(
        step_graph=build_single_pass_graph(parts),
        propose=parts.policy.plan,
        most=1,
        rounds=MOST_TURNS,
    )
    return planned_in_rounds(parts, expansion, moves)


register_workflow("iterative", iterative)

"""The ``mindsearch`` workflow: a graph of sub-questions, searched in parallel and extended.

After MindSearch (Chen et al., 2024, arXiv:2407.20183), except that the plan is validated data and
never code, that parents' answers reach their children, and that a child waits for its own parents
only.
"""

from ..expansion import Expansion
from ..proposing import Moves
from ..protocols import Parts
from ..step_graph import build_step_graph
from .base import RunGraph, register_workflow
from .rounds import planned_in_rounds


def mindsearch(parts: Parts, expansion: Expansion) -> RunGraph:
    """Return the graph that plans in rounds, weak steps being tried again."""
    moves = Moves(step_graph=build_step_graph(parts), propose=parts.policy.plan)
    return planned_in_rounds(parts, expansion, moves)


register_workflow("mindsearch", mindsearch)

"""Greedy expansion: follow what the policy proposes first."""

from typing import Any

from langgraph.runtime import Runtime

from ..proposing import Moves
from ..protocols import Parts
from ..state import State
from ..stopping import RunContext
from .base import followed, register_expansion


class Greedy:
    """Follows the policy's first proposal."""

    name = "greedy"
    width = 1

    def node(self, parts: Parts, moves: Moves) -> Any:
        """Return the node; it needs nothing but the proposals."""

        async def greedy(state: State, runtime: Runtime[RunContext]) -> State:
            proposals = state.get("proposals", ())
            if not proposals:
                return State(proposals=())
            return followed(state, proposals[0], runtime.stream_writer)

        return greedy


register_expansion(Greedy())

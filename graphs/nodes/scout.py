"""The scout: searches for the whole question first, for an overview of what there is to find."""

from typing import Any

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted
from ..budget import Meter, Tally, Usage
from ..events import SearchFinished
from ..protocols import Parts
from ..searching import fuse, search_all
from ..state import State, budget_of


def scout_node(parts: Parts) -> Any:
    """Return the node that searches every backend for the question as it stands.

    Its ranking does not depend on how the question is split, which makes it the floor of the
    evidence's order where splitting or reading goes wrong.
    """

    async def scout(state: State, runtime: Runtime[None]) -> State:
        tally = Tally(Meter(budget_of(state), state.get("usage", Usage())))
        try:
            searched = await search_all(
                parts.backends,
                [state["question"]],
                tally=tally,
                tell=lambda record: runtime.stream_writer(SearchFinished(search=record)),
            )
        except BudgetExhausted:
            return State(usage=tally.usage)
        fused = fuse(searched.rankings)
        return State(
            overview=tuple(passage.id for passage in fused),
            evidence={passage.id: passage for passage in fused},
            usage=tally.usage,
        )

    return scout

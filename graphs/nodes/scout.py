"""The scout: searches for the whole question first, for an overview of what there is to find."""

from typing import Any

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted
from ..events import SearchFinished
from ..meter import Tally, time_limit
from ..protocols import Parts
from ..question import checked_question
from ..searching import fuse, search_all
from ..state import State, meter_of
from ..stopping import RunContext

SHARE_OF_SECONDS = 0.25
"""Share of the run's seconds after which the overview is done without."""


def scout_node(parts: Parts) -> Any:
    """Return the node that searches every backend for the question as it stands.

    Its ranking does not depend on how the question is split, which makes it the floor of the
    evidence's order where splitting or reading goes wrong.
    """

    async def scout(state: State, runtime: Runtime[RunContext]) -> State:
        question = checked_question(state["question"])
        tally = Tally(meter_of(state, parts.budget))
        left = tally.seconds_left
        try:
            async with time_limit(None if left is None else left * SHARE_OF_SECONDS, tally.stop):
                searched = await search_all(
                    parts.backends,
                    [question],
                    tally=tally,
                    tell=lambda record: runtime.stream_writer(SearchFinished(search=record)),
                )
        except BudgetExhausted:
            return State(question=question, usage=tally.usage)
        fused = fuse(searched.rankings)
        return State(
            question=question,
            overview=tuple(passage.id for passage in fused),
            scouting=searched.records,
            evidence={passage.id: passage for passage in fused},
            usage=tally.usage,
        )

    return scout

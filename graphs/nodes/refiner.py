"""The refiner: verifies, corrects or completes a reading, and trims its evidence."""

from typing import Any

from langgraph.runtime import Runtime

from ..events import StepRead
from ..protocols import Parts, RefineRequest
from ..step_state import StepContext, StepState
from .searcher import PASSAGES_READ, checked


def refiner_node(parts: Parts) -> Any:
    """Return the node that refines the latest reading of a step."""

    async def refiner(state: StepState, runtime: Runtime[StepContext]) -> StepState:
        tally = runtime.context.tally
        tally.policy_call()
        evidence = state["evidence"]
        refinement = await parts.policy.refine(
            RefineRequest(
                question=state["question"],
                tally=tally,
                sub_question=state["sub_question"],
                text=state["text"],
                parents=state["parents"],
                passages=[evidence[id] for id in state["found"][:PASSAGES_READ]],
                limit=runtime.context.answers,
                reading=state["reading"],
                verdict=state.get("verdict"),
            )
        )
        reading = checked(refinement.reading, evidence)
        runtime.context.emit(StepRead(id=state["sub_question"].id, by="refiner", reading=reading))
        return StepState(reading=reading, search_again=refinement.search_again)

    return refiner

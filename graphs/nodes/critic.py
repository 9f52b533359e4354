"""The critic: scores a step, and sends weak work back while tries are left."""

from collections.abc import Callable
from typing import Any, Literal

from langgraph.runtime import Runtime

from ..events import SearchFinished, StepJudged
from ..judging import Judged, judged
from ..protocols import Parts
from ..step_state import Attempt, StepContext, StepState
from ..steps import GOOD_ENOUGH, Step, Trajectory

MOST_ATTEMPTS = 2

Next = Literal["searcher", "refiner", "__end__"]


def critic_node(parts: Parts) -> Any:
    """Return the node that scores the latest reading of a step."""
    after = after_critic(parts)

    async def critic(state: StepState, runtime: Runtime[StepContext]) -> StepState:
        found = await _judged(parts, state, runtime.context)
        verdict = found.verdicts[0][-1]
        attempts = (
            *state.get("attempts", ()),
            Attempt(reading=state["reading"], verdict=verdict),
        )
        update = StepState(
            verdict=verdict,
            attempts=attempts,
            searches=(*state.get("searches", ()), *found.searches),
        )
        again = after({**state, **update}) == "searcher"
        runtime.context.emit(StepJudged(id=state["sub_question"].id, verdict=verdict, again=again))
        return update

    return critic


def after_critic(parts: Parts) -> Callable[[StepState], Next]:
    """Return what says where a judged step goes.

    Weak work goes back to the searcher while tries are left. Where there is nothing to search, a
    policy that reworks goes over it with the critic's explanation (ReARTeR, arXiv:2501.07861).
    """

    def after(state: StepState) -> Next:
        verdict = state["verdict"]
        if len(state["attempts"]) >= MOST_ATTEMPTS:
            return "__end__"
        if state["sub_question"].kind == "search":
            weak = state["search_again"] or verdict.score < GOOD_ENOUGH
            return "searcher" if weak else "__end__"
        return "refiner" if parts.policy.reworks and verdict.asks_for_rework else "__end__"

    return after


async def _judged(parts: Parts, state: StepState, context: StepContext) -> Judged:
    step = Step(
        sub_question=state["sub_question"],
        text=state["text"],
        searches=state.get("searches", ()),
        reading=state["reading"],
        status="answered" if state["reading"].answer.text is not None else "unknown",
    )
    trajectory = Trajectory(
        question=state["question"],
        steps=(*state["parents"].values(), step),
        evidence=state["evidence"],
    )
    return await judged(
        parts,
        [trajectory],
        tally=context.tally,
        tell=lambda search: context.emit(
            SearchFinished(id=state["sub_question"].id, search=search)
        ),
    )

"""The critic: scores a step, and sends weak work back while tries are left."""

from collections.abc import Sequence
from typing import Any, Literal

from langgraph.runtime import Runtime

from ...errors import CriticError
from ..events import StepJudged
from ..protocols import Parts
from ..step_state import Attempt, StepContext, StepState
from ..steps import Step, Trajectory, Verdict

MOST_ATTEMPTS = 2
GOOD_ENOUGH = 0.5
"""Verdicts below this send a step back to the searcher."""


def critic_node(parts: Parts) -> Any:
    """Return the node that scores the latest reading of a step."""

    async def critic(state: StepState, runtime: Runtime[StepContext]) -> StepState:
        verdict = await _verdict(parts, state)
        attempts = (
            *state.get("attempts", ()),
            Attempt(reading=state["reading"], verdict=verdict),
        )
        update = StepState(verdict=verdict, attempts=attempts)
        again = after_critic({**state, **update}) == "searcher"
        runtime.context.emit(StepJudged(id=state["sub_question"].id, verdict=verdict, again=again))
        return update

    return critic


def after_critic(state: StepState) -> Literal["searcher", "__end__"]:
    """Say where a judged step goes: back to the searcher, or out."""
    weak = state["search_again"] or state["verdict"].score < GOOD_ENOUGH
    searchable = state["sub_question"].kind == "search"
    if weak and searchable and len(state["attempts"]) < MOST_ATTEMPTS:
        return "searcher"
    return "__end__"


async def _verdict(parts: Parts, state: StepState) -> Verdict:
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
    return (await verdicts_on(parts, trajectory))[-1]


async def verdicts_on(parts: Parts, trajectory: Trajectory) -> Sequence[Verdict]:
    """Return the critic's word on each step of a trajectory.

    Raises:
        CriticError: If the critic returns another number of verdicts than there are steps.
    """
    scores = await parts.critic.score([trajectory])
    if len(scores) != 1 or len(scores[0]) != len(trajectory.steps):
        raise CriticError(
            f"critic {parts.critic.name!r} was given {len(trajectory.steps)} steps to score and "
            f"returned {[len(verdicts) for verdicts in scores]} verdicts"
        )
    return scores[0]

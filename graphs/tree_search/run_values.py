"""What states of a run are worth: the critic's verdicts on their steps, in one number."""

from collections.abc import Mapping, Sequence

from ..judging import judged
from ..meter import Tally
from ..protocols import Parts
from ..steps import NEUTRAL_SCORE, Trajectory, Verdict
from .domain import Value


class StateValue(Value):
    """What a state is worth, and the verdicts that say so.

    Attributes:
        verdicts: The critic's word on each step, by id of its sub-question.
    """

    verdicts: Mapping[str, Verdict] = {}


async def state_values(
    parts: Parts, trajectories: Sequence[Trajectory], tally: Tally
) -> tuple[StateValue, ...]:
    """Return what the states that trajectories stand for are worth, scored in one batch.

    Raises:
        BudgetExhausted: If the run's budget ends first.
    """
    found = await judged(parts, trajectories, tally=tally)
    return tuple(
        _value(trajectory, verdicts)
        for trajectory, verdicts in zip(trajectories, found.verdicts, strict=True)
    )


def unjudged(why: str, count: int) -> tuple[StateValue, ...]:
    """Return the values of so many states on which the critic has no word."""
    return (StateValue(score=NEUTRAL_SCORE, failure=f"not judged: {why}"),) * count


def _value(trajectory: Trajectory, verdicts: Sequence[Verdict]) -> StateValue:
    """A state is worth its weakest step, as process rewards are joined in Math-Shepherd."""
    if not verdicts:
        return StateValue(score=0.0)
    weakest = min(verdicts, key=lambda verdict: verdict.score)
    failures = (verdict.failure for verdict in verdicts if verdict.failure)
    return StateValue(
        score=weakest.score,
        explanation=weakest.explanation,
        failure=next(failures, ""),
        verdicts={
            step.sub_question.id: verdict
            for step, verdict in zip(trajectory.steps, verdicts, strict=True)
        },
    )

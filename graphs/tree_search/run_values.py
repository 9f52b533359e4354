"""What states of a run are worth: the critic's verdicts on their steps, in one number."""

from collections.abc import Mapping, Sequence

from ..protocols import Parts
from ..steps import Trajectory, Verdict
from .domain import Value


class StateValue(Value):
    """What a state is worth, and the verdicts that say so.

    Attributes:
        verdicts: The critic's word on each step, by id of its sub-question.
    """

    verdicts: Mapping[str, Verdict] = {}


async def state_values(parts: Parts, trajectories: Sequence[Trajectory]) -> list[StateValue]:
    """Return what the states that trajectories stand for are worth, scored in one batch."""
    judged = await parts.critic.score(trajectories)
    return [
        _value(trajectory, verdicts)
        for trajectory, verdicts in zip(trajectories, judged, strict=True)
    ]


def _value(trajectory: Trajectory, verdicts: Sequence[Verdict]) -> StateValue:
    by_id = {
        step.sub_question.id: verdict
        for step, verdict in zip(trajectory.steps, verdicts, strict=True)
    }
    return StateValue(score=_weakest(verdicts), verdicts=by_id)


def _weakest(verdicts: Sequence[Verdict]) -> float:
    """The least of the scores, as process rewards are joined since Lightman et al. (2023)."""
    return min((verdict.score for verdict in verdicts), default=0.0)

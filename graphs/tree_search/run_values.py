"""What states of a run are worth: the critic's verdicts on their steps, in one number."""

import math
from collections.abc import Mapping, Sequence

from ..protocols import Parts
from ..steps import Step, Trajectory, Verdict
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
    return StateValue(score=_joined(trajectory.steps, verdicts), verdicts=by_id)


def _joined(steps: Sequence[Step], verdicts: Sequence[Verdict]) -> float:
    """The geometric mean: a chain is hardly better than its weakest link."""
    if not verdicts:
        return 0.0
    logs = [math.log(max(verdict.score, 1e-4)) for verdict in verdicts]
    return math.exp(sum(logs) / len(logs))

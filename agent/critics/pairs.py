"""Hierarchical pairs: each step judged alone, and together with the one before it.

A step that mends the one before it is better than it looks alone, and one that repeats a mistake is
worse. So the same critic also scores each pair of consecutive steps as if it were one step (HRM,
Wang et al., 2025, arXiv:2503.13551).
"""

from collections.abc import Sequence

from ...graphs.judging import checked_verdicts
from ...graphs.protocols import Critic, Judges
from ...graphs.steps import Reading, Step, Trajectory, Verdict


class PairsCritic:
    """Scores a step by the mean of its own score and that of its pair with the step before.

    Args:
        critic: What scores both.
    """

    def __init__(self, critic: Critic) -> None:
        self._critic = critic
        self.name = critic.name
        self.judges: Judges = critic.judges

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order."""
        paired = [with_pair(each, n) for each in trajectories for n in range(1, len(each.steps))]
        batch = [*trajectories, *paired]
        found = checked_verdicts(await self._critic.score(batch), batch, self.name)
        pairs = iter(found[len(trajectories) :])
        return [
            [
                _mean(verdict, next(pairs)[-1]) if number else verdict
                for number, verdict in enumerate(alone)
            ]
            for alone in found[: len(trajectories)]
        ]


def with_pair(trajectory: Trajectory, number: int) -> Trajectory:
    """Return what was done up to a step, with that step and the one before it as one.

    Args:
        trajectory: What was done.
        number: Place of the step, from 1.
    """
    first, second = trajectory.steps[number - 1], trajectory.steps[number]
    merged = _merged(first, second)
    return trajectory.model_copy(
        update={"steps": (*trajectory.steps[: number - 1], merged), "answer": None}
    )


def _merged(first: Step, second: Step) -> Step:
    ours, theirs = first.answer, second.answer
    parents = dict.fromkeys((*first.sub_question.parents, *second.sub_question.parents))
    parents.pop(first.sub_question.id, None)
    answer = theirs.model_copy(
        update={
            "quotes": tuple(dict.fromkeys((*ours.quotes, *theirs.quotes))),
            "confidence": min(ours.confidence, theirs.confidence),
            "recalled": ours.recalled or theirs.recalled,
        }
    )
    return second.model_copy(
        update={
            "sub_question": second.sub_question.model_copy(update={"parents": tuple(parents)}),
            "text": f"{first.text} {ours.text or 'unknown'}. {second.text}",
            "searches": (*first.searches, *second.searches),
            "reading": Reading(
                answer=answer, ranking=(*second.reading.ranking, *first.reading.ranking)
            ),
            "verdict": None,
        }
    )


def _mean(alone: Verdict, pair: Verdict) -> Verdict:
    if failure := alone.failure or pair.failure:
        return Verdict.neutral(failure)
    weaker = min(alone, pair, key=lambda verdict: verdict.score)
    return Verdict(score=(alone.score + pair.score) / 2, explanation=weaker.explanation)

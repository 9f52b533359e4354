"""Several critics that count where they agree, and abstain where they do not (SCIR)."""

import asyncio
from collections.abc import Sequence
from statistics import fmean

from ...graphs.judging import checked_verdicts
from ...graphs.protocols import Critic, Judges
from ...graphs.steps import NEUTRAL_SCORE, Trajectory, Verdict

MARGIN = 0.25
"""How far apart scores may lie that agree; ours."""


class AgreeingCritics:
    """Scores each step by the mean of several critics, or not at all where they disagree.

    A step on which they disagree gets the neutral score and an explanation that says how; so does
    one that a critic failed on, which counts as failed. It judges paths if all of them do, else
    steps.

    Args:
        critics: Two or more.
    """

    def __init__(self, critics: Sequence[Critic]) -> None:
        self._critics = tuple(critics)
        self.name = " + ".join(critic.name for critic in critics)
        self.judges: Judges = (
            "path" if all(critic.judges == "path" for critic in critics) else "step"
        )

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order."""
        found = await asyncio.gather(*(critic.score(trajectories) for critic in self._critics))
        checked = [
            checked_verdicts(each, trajectories, critic.name)
            for each, critic in zip(found, self._critics, strict=True)
        ]
        return [
            [self._agreed(on_step) for on_step in zip(*of_one, strict=True)]
            for of_one in zip(*checked, strict=True)
        ]

    def _agreed(self, verdicts: Sequence[Verdict]) -> Verdict:
        if failure := next((each.failure for each in verdicts if each.failure), ""):
            return Verdict.neutral(failure)
        scores = [each.score for each in verdicts]
        weakest = min(verdicts, key=lambda verdict: verdict.score)
        if max(scores) - min(scores) <= MARGIN:
            return Verdict(score=fmean(scores), explanation=weakest.explanation)
        said = ", ".join(
            _said(critic.name, each) for critic, each in zip(self._critics, verdicts, strict=True)
        )
        return Verdict(score=NEUTRAL_SCORE, explanation=f"the critics disagree: {said}")


def _said(name: str, verdict: Verdict) -> str:
    why = f" ({verdict.explanation})" if verdict.explanation else ""
    return f"{name} {verdict.score:.2f}{why}"

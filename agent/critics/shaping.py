"""What is made of a critic's scores: wrappers that are critics themselves.

The formulas give numbers of any sign; each is brought back to [0, 1] so that what was 0.5, neither
good nor bad, stays it where the formula says nothing new, and the order stays.
"""

import math
from collections.abc import Callable, Sequence

from ...errors import SettingsError
from ...graphs.judging import checked_verdicts
from ...graphs.protocols import Critic, Judges
from ...graphs.steps import GOOD_ENOUGH, Trajectory, Verdict
from .likelihoods import logistic
from .pairs import PairsCritic

Shape = Callable[[Sequence[float]], list[float]]
"""Makes other scores of those of a trajectory's steps."""

THRESHOLD = GOOD_ENOUGH
"""η of clipping; ours, since the paper takes what clips most rewards of its model."""

LOOK_AHEAD = 0.5
"""α of ReARTeR."""

ADVANTAGE = 0.4
"""α of PAV, which found 0.2 to 0.6 best."""

PROVER_TRIES = 4
"""The prover answers right if the best of so many tries does."""

_LEAST = 1e-6


class ShapedCritic:
    """Scores as another critic does, and makes something of the scores of each trajectory.

    Where a step has no verdict, because the critic failed, none of its trajectory has: the scores
    depend on each other.

    Args:
        critic: What scores.
        shape: What is made of it.
        judges: What the new scores speak of; as before by default.
    """

    def __init__(self, critic: Critic, shape: Shape, *, judges: Judges | None = None) -> None:
        self._critic = critic
        self._shape = shape
        self.name = critic.name
        self.judges: Judges = judges or critic.judges

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order."""
        found = await self._critic.score(trajectories)
        checked = checked_verdicts(found, trajectories, self.name)
        return [self._shaped(each) for each in checked]

    def _shaped(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        if failure := next((each.failure for each in verdicts if each.failure), ""):
            return [Verdict.neutral(failure)] * len(verdicts)
        scores = self._shape([each.score for each in verdicts])
        return [
            each.model_copy(update={"score": min(max(score, 0.0), 1.0)})
            for each, score in zip(verdicts, scores, strict=True)
        ]


def clipped(scores: Sequence[float]) -> list[float]:
    """Return min(r - η, 0) + η: no step earns more than η (Gao et al., 2024, arXiv:2410.15115).

    The paper's rewards are at most 0, so that further steps earn nothing; adding η brings them
    back to where the critic's were.
    """
    return [min(score - THRESHOLD, 0.0) + THRESHOLD for score in scores]


def delta(scores: Sequence[float]) -> list[float]:
    """Return (1 + r_k - r_(k+1)) / 2, the last with r_k alone (arXiv:2410.15115).

    The differences add up to the first reward, however many steps there are. They lie in [-1, 1].
    """
    following = [*scores[1:], 0.0][: len(scores)]
    return [(1 + score - after) / 2 for score, after in zip(scores, following, strict=True)]


def looked_ahead(scores: Sequence[float]) -> list[float]:
    """Return scores that know what came after (Sun et al., 2025, arXiv:2501.07861).

    From the last but one to the first, r_t ← r_t + α(r_(t+1) - r_t), on logits.
    """
    logits = [_logit(score) for score in scores]
    for number in range(len(logits) - 2, -1, -1):
        logits[number] += LOOK_AHEAD * (logits[number + 1] - logits[number])
    return [logistic(value) for value in logits]


def advantaged(values: Sequence[float]) -> list[float]:
    """Return Q^π + α·A^μ, the progress that a step makes for a prover μ (arXiv:2410.08146).

    With Q^μ = 1 - (1 - Q^π)^4, the chance that the best of four tries is right, A^μ is Q^μ after
    the step less Q^μ before it; before the first nothing is known, and its advantage is 0. The sum
    lies in [-α, 1 + α] and is brought to [0, 1] linearly.
    """
    proven = [1 - (1 - value) ** PROVER_TRIES for value in values]
    before = [*proven[:1], *proven[:-1]]
    return [
        (value + ADVANTAGE * (after - earlier) + ADVANTAGE) / (1 + 2 * ADVANTAGE)
        for value, after, earlier in zip(values, proven, before, strict=True)
    ]


def _logit(score: float) -> float:
    score = min(max(score, _LEAST), 1 - _LEAST)
    return math.log(score / (1 - score))


def _with_advantage(critic: Critic) -> Critic:
    if critic.judges != "path":
        raise SettingsError(
            f"advantage needs a critic that judges paths, and {critic.name} judges steps: take "
            "reward, served_outcome or follow_up"
        )
    return ShapedCritic(critic, advantaged)


SHAPINGS: dict[str, Callable[[Critic], Critic]] = {
    "clip": lambda critic: ShapedCritic(critic, clipped),
    "delta": lambda critic: ShapedCritic(critic, delta, judges="step"),
    "look_ahead": lambda critic: ShapedCritic(critic, looked_ahead),
    "pairs": PairsCritic,
    "advantage": _with_advantage,
}
"""The wrappers by name."""


def check_shapings(names: Sequence[str]) -> None:
    """Raise `SettingsError` where a name is none, or the order makes no sense."""
    for name in names:
        if name not in SHAPINGS:
            known = ", ".join(SHAPINGS)
            raise SettingsError(f"no critic_shaping is named {name!r}; there is: {known}")
    if "clip" in names and "delta" in names[: names.index("clip")]:
        raise SettingsError("critic_shaping: clip comes before delta, whose differences it bounds")


def shaped(critic: Critic, names: Sequence[str]) -> Critic:
    """Return a critic with wrappers put around it in that order; raises `SettingsError`."""
    check_shapings(names)
    for name in names:
        critic = SHAPINGS[name](critic)
    return critic

"""A strong model's likelihood over a weak one's.

What a better-aligned model finds likelier than a less aligned one is better (Xu et al., 2024,
arXiv:2411.02481). Each model reads with its own tokenizer, so only the sums over a step compare.
"""

import asyncio
from collections.abc import Sequence

from ...graphs.protocols import Judges
from ...graphs.steps import Trajectory, Verdict
from .likelihoods import logistic, marked, step_sums, token_likelihoods
from .served_model import ServedModel

SCALE = 0.05
"""What the log-ratio of a step is multiplied with before the logistic function; ours, the same as
the β of implicit rewards."""


class LikelihoodRatioCritic:
    """Scores each step by Σ log π_strong - Σ log π_weak of what was written in it.

    The sum is mapped to [0, 1] by the logistic function: 0.5 where both find it as likely.

    Args:
        strong: The better model.
        weak: The other one.
    """

    name = "likelihood_ratio"
    judges: Judges = "step"

    def __init__(self, strong: ServedModel, weak: ServedModel) -> None:
        self._strong = strong
        self._weak = weak

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        Raises:
            CriticError: If a server gives no likelihoods.
            ModelUnavailable: If one does not answer.
        """
        strong, weak = await asyncio.gather(
            _sums(trajectories, self._strong), _sums(trajectories, self._weak)
        )
        return [
            [
                Verdict(score=logistic(SCALE * (one - other)))
                for one, other in zip(of_strong, of_weak, strict=True)
            ]
            for of_strong, of_weak in zip(strong, weak, strict=True)
        ]


async def _sums(trajectories: Sequence[Trajectory], model: ServedModel) -> list[list[float]]:
    tokens = await asyncio.gather(*(marked(each, model) for each in trajectories if each.steps))
    likelihoods = await token_likelihoods([each.ids for each in tokens], model)
    sums = iter(zip(likelihoods, tokens, strict=True))
    return [
        step_sums(*next(sums), len(trajectory.steps)) if trajectory.steps else []
        for trajectory in trajectories
    ]

"""Implicit process rewards: what a trained model finds likelier than the model it came from.

A model trained on outcomes alone holds a process reward in its likelihoods (Yuan et al., 2024,
arXiv:2412.01981): with r = β·log(π/π_ref) for each token, and q its sum up to the end of a step,
the step's reward is q minus the q of the step before.
"""

import asyncio
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ...errors import CriticError
from ...graphs.protocols import Judges
from ...graphs.steps import Trajectory, Verdict
from .likelihoods import Marked, logistic, marked, step_sums, token_likelihoods
from .served_model import ServedModel

BETA = 0.05
"""β of the paper."""

_PROBE = "Größe 12,345.6 km²?\n\tFound:  “naïve” — 東京 🚢 isn't it\n"
"""Words that tokenizers disagree on: letters of other scripts, digits, spaces, contractions."""


class ImplicitCritic:
    """Scores each step by its implicit reward, mapped to [0, 1] by the logistic function.

    No difference between the models is 0.5, a step that the trained one finds e^20 times likelier
    is 0.73.

    Args:
        model: The trained model.
        reference: The model that it came from, of the same tokenizer.
    """

    name = "implicit"
    judges: Judges = "step"

    def __init__(self, model: ServedModel, reference: ServedModel) -> None:
        self._model = model
        self._reference = reference
        self._compared = False

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        Raises:
            CriticError: If the models' tokenizers differ, or a server gives no likelihoods.
            ModelUnavailable: If one does not answer.
        """
        with_steps = [each for each in trajectories if each.steps]
        if not with_steps:
            return [[] for _ in trajectories]
        await self._compare()
        tokens = await asyncio.gather(*(marked(each, self._model) for each in with_steps))
        ids = [each.ids for each in tokens]
        theirs, ours = await asyncio.gather(
            token_likelihoods(ids, self._model), token_likelihoods(ids, self._reference)
        )
        rewards = iter(
            step_rewards(strong, weak, each, len(trajectory.steps))
            for strong, weak, each, trajectory in zip(theirs, ours, tokens, with_steps, strict=True)
        )
        return [
            [Verdict(score=logistic(reward)) for reward in next(rewards)] if each.steps else []
            for each in trajectories
        ]

    async def _compare(self) -> None:
        if self._compared:
            return
        theirs, ours = await asyncio.gather(
            self._model.text_ids(_PROBE), self._reference.text_ids(_PROBE)
        )
        if theirs != ours:
            raise CriticError(
                f"the tokenizers of the reward model {self._model.name} and the reference model "
                f"{self._reference.name} differ, so their likelihoods cannot be held against each "
                "other token by token: serve the model that the first was trained from, or take "
                "the critic likelihood_ratio"
            )
        self._compared = True


def step_rewards(
    model: Sequence[float], reference: Sequence[float], tokens: Marked, steps: int
) -> list[float]:
    """Return q_t - q_(t-1) for each step t, from log-likelihoods of the same tokens.

    Args:
        model: Those of the trained model.
        reference: Those of the model that it came from.
        tokens: Which of them the policy wrote, in which step.
        steps: How many steps there are.
    """
    ratios = [BETA * (one - other) for one, other in zip(model, reference, strict=True)]
    totals = accumulate(step_sums(ratios, tokens, steps), initial=0.0)
    return [after - before for before, after in pairwise(totals)]

"""Follow-up likelihood: how a user would go on after being told what was done so far.

The likelihood of what a satisfied user says next, over that of what a dissatisfied one says (Zhang
et al., 2024, arXiv:2409.13948), in log-likelihoods a token.
"""

import asyncio
from collections.abc import Sequence
from itertools import takewhile
from statistics import fmean

from ...graphs.protocols import Judges
from ...graphs.steps import Trajectory, Verdict
from .likelihoods import logistic, token_likelihoods
from .served_model import Ids, ServedModel
from .step_text import conversation, prefixes

POSITIVE = (
    "That is right, and it is just what I needed to know.",
    "Thank you, every step of this is well supported.",
    "Great, this leads straight to the answer.",
)
NEGATIVE = (
    "No, that is wrong. Look at it again.",
    "This does not follow from what was found.",
    "You are on the wrong track, this is not what I asked.",
)


class FollowUpCritic:
    """Scores each step by the follow-ups of a user who was told all that was done up to it.

    With p and n the means, over the positive and the negative follow-ups, of the mean
    log-likelihood of their tokens, the score is e^p / (e^p + e^n).

    Args:
        model: Any language model.
    """

    name = "follow_up"
    judges: Judges = "path"

    def __init__(self, model: ServedModel) -> None:
        self._model = model

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        Raises:
            CriticError: If the server gives no likelihoods.
            ModelUnavailable: If it does not answer.
        """
        told = [(each.question, prefix) for each in trajectories for prefix in prefixes(each)]
        ids = await asyncio.gather(*(self._follow_ups(*each) for each in told))
        flat = [each for of_one in ids for each in of_one]
        likelihoods = await token_likelihoods(flat, self._model)
        found, count = iter(likelihoods), len(POSITIVE) + len(NEGATIVE)
        scores = iter(
            follow_up_score([next(found) for _ in range(count)], shared_beginning(of_one))
            for of_one in ids
        )
        return [[Verdict(score=next(scores)) for _ in each.steps] for each in trajectories]

    async def _follow_ups(self, question: str, prefix: str) -> list[Ids]:
        conversations = (
            conversation(question, prefix, follow_up) for follow_up in (*POSITIVE, *NEGATIVE)
        )
        return await asyncio.gather(
            *(self._model.chat_ids(each, then_answers=False) for each in conversations)
        )


def shared_beginning(conversations: Sequence[Ids]) -> int:
    """Return with how many of the same tokens all begin: what stands before the last turn."""
    side_by_side = zip(*conversations, strict=False)
    return sum(1 for _ in takewhile(lambda ids: len(set(ids)) == 1, side_by_side))


def follow_up_score(likelihoods: Sequence[Sequence[float]], begin: int) -> float:
    """Return the score from the log-likelihoods of the positive, then the negative follow-ups.

    Args:
        likelihoods: For each follow-up those of all tokens of its conversation.
        begin: Where the follow-ups begin.
    """
    means = [fmean(each[begin:]) for each in likelihoods]
    positive, negative = means[: len(POSITIVE)], means[len(POSITIVE) :]
    return logistic(fmean(positive) - fmean(negative))

"""Outcome rewards of a classifier that vLLM serves at ``/classify``."""

from collections.abc import Sequence

from ...graphs.protocols import Judges
from ...graphs.steps import Trajectory, Verdict
from ...prompts.untrusted import shown
from .served_model import ServedModel, estimated_tokens, in_batches, in_order
from .served_steps import chance_of_good
from .step_text import prefixes

_BATCH = 32


class ServedOutcomeCritic:
    """Scores each step by how a classifier finds all that was done up to it.

    The classes are taken as grades from bad to good, as they are numbered: of two, the second
    (``LABEL_1``) is the positive one, as it is for models trained on labels 0 and 1. What does not
    fit the model's window loses its beginning.

    Args:
        model: The classifier.
    """

    name = "served_outcome"
    judges: Judges = "path"

    def __init__(self, model: ServedModel) -> None:
        self._model = model

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        Raises:
            CriticError: If the server gives no probabilities.
            ModelUnavailable: If it does not answer.
        """
        texts = [
            f"{shown(trajectory.question)}\n{prefix}"
            for trajectory in trajectories
            for prefix in prefixes(trajectory)
        ]
        chances: list[float] = []
        for batch in in_batches(len(texts), _BATCH):
            chances += await self._classified([texts[n] for n in batch])
        of_each = iter(chances)
        return [
            [Verdict(score=next(of_each)) for _ in trajectory.steps] for trajectory in trajectories
        ]

    async def _classified(self, texts: Sequence[str]) -> list[float]:
        answer = await self._model.counted(
            "/classify",
            {"input": list(texts), "truncate_prompt_tokens": -1, "truncation_side": "left"},
            tokens_in=sum(map(estimated_tokens, texts)),
        )
        return [chance_of_good(each.get("probs")) for each in in_order(answer, "data", len(texts))]

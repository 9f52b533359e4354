"""Step rewards of a process reward model that vLLM serves at ``/pooling``.

The request is that of Qwen2.5-Math-PRM (Zhang et al., 2025, arXiv:2501.07301): the steps as one
answer, each followed by a tag at which the model is pooled. Such a model configures itself in vLLM;
others take ``--pooler-config`` with the task ``token_classify``, the pooling type ``STEP`` and the
id of their tag.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from ...errors import CriticError
from ...graphs.protocols import Judges
from ...graphs.steps import Trajectory, Verdict
from .served_model import Ids, ServedModel, in_batches, in_order
from .step_text import conversation, step_text

_BATCH = 16


class ServedStepsCritic:
    """Scores each step by the reward that a served model gives it at its tag.

    Args:
        model: The reward model.
        tag: What the model finds the end of a step by; one token of its vocabulary.
    """

    name = "served_steps"
    judges: Judges = "step"

    def __init__(self, model: ServedModel, *, tag: str) -> None:
        self._model = model
        self._tag = tag

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        Raises:
            CriticError: If the server gives other numbers than one chance a step.
            ModelUnavailable: If it does not answer.
        """
        with_steps = [each for each in trajectories if each.steps]
        inputs = await asyncio.gather(*map(self._ids, with_steps))
        rows: list[Any] = []
        for batch in in_batches(len(inputs), _BATCH):
            rows += await self._pooled([inputs[n] for n in batch])
        of_each = iter(rows)
        return [self._verdicts(each, next(of_each)) if each.steps else [] for each in trajectories]

    async def _ids(self, trajectory: Trajectory) -> Ids:
        # A tag within a step would be taken for its end.
        texts = [
            step_text(step, trajectory.evidence).replace(self._tag, " ")
            for step in trajectory.steps
        ]
        question = trajectory.question.replace(self._tag, " ")
        answer = "".join(f"{text}{self._tag}" for text in texts)
        return await self._model.chat_ids(conversation(question, answer), then_answers=False)

    async def _pooled(self, inputs: Sequence[Ids]) -> list[Any]:
        answer = await self._model.counted(
            "/pooling",
            {"input": list(map(list, inputs)), "task": "token_classify"},
            tokens_in=sum(map(len, inputs)),
        )
        return [each.get("data") for each in in_order(answer, "data", len(inputs))]

    def _verdicts(self, trajectory: Trajectory, rows: Any) -> list[Verdict]:
        if not isinstance(rows, list) or len(rows) != len(trajectory.steps):
            count = len(rows) if isinstance(rows, list) else "no"
            raise CriticError(
                f"the reward model {self._model.name} gives {count} rewards for "
                f"{len(trajectory.steps)} steps: set step_tag to the tag of its vocabulary, and "
                'serve it with the pooler {"task": "token_classify", "pooling_type": "STEP", '
                '"step_tag_id": …}'
            )
        return [Verdict(score=chance_of_good(row)) for row in rows]


def chance_of_good(row: Any) -> float:
    """Return the chance that a step is good, from the probabilities of its classes.

    Of one class it is the probability itself, which vLLM has put through a sigmoid; of two that of
    the second. More classes are taken as grades from bad to good, and the chance is the expected
    grade over the highest, which for two classes is the same.

    Raises:
        CriticError: If these are no probabilities.
    """
    values = row if isinstance(row, list) else [row]
    if not values or not all(
        isinstance(value, int | float) and math.isfinite(value) and -1e-6 <= value <= 1 + 1e-6
        for value in values
    ):
        raise CriticError(
            f"the reward model gives {str(row)[:80]}, which are no probabilities: serve it with "
            "its activation (no use_activation = false in the pooler)"
        )
    if len(values) == 1:
        return min(max(float(values[0]), 0.0), 1.0)
    total: float = sum(values)
    if abs(total - 1) > 0.05:
        raise CriticError(
            f"the reward model gives {str(row)[:80]}, which does not add up to 1: serve it with a "
            "softmax over the classes"
        )
    highest = len(values) - 1
    expected = sum(grade * value for grade, value in enumerate(values)) / (highest * total)
    return float(min(max(expected, 0.0), 1.0))

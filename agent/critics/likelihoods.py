"""How likely a served model finds what was written: log-likelihoods of the tokens of a prompt.

Asked at ``/v1/completions`` with ``prompt_logprobs`` 0, which stands for the actual token alone.
The question and all that was retrieved only stand before: a model is not to be praised for how
well it could have written somebody else's page.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...errors import CriticError
from ...graphs.steps import Trajectory
from .served_model import Ids, ServedModel, in_batches, in_order
from .step_text import conversation, segments

_BATCH = 8


class Marked(NamedTuple):
    """A trajectory in tokens.

    Attributes:
        ids: The token ids: the question, then the steps.
        step_of: For each token the number of the step whose policy wrote it; None for what is
            only read.
    """

    ids: Ids
    step_of: tuple[int | None, ...]


async def marked(trajectory: Trajectory, model: ServedModel) -> Marked:
    """Return a trajectory in the tokens of a model; each segment is tokenized by itself."""
    prompt = await model.chat_ids(conversation(trajectory.question), then_answers=True)
    parts = [
        (number, segment)
        for number, step in enumerate(trajectory.steps)
        for segment in segments(step, trajectory.evidence)
    ]
    tokens = await asyncio.gather(*(model.text_ids(segment.text) for _, segment in parts))
    ids, step_of = list(prompt), list[int | None]([None] * len(prompt))
    for (number, segment), of_segment in zip(parts, tokens, strict=True):
        ids += of_segment
        step_of += [number if segment.is_generated else None] * len(of_segment)
    return Marked(tuple(ids), tuple(step_of))


async def token_likelihoods(inputs: Sequence[Ids], model: ServedModel) -> list[list[float]]:
    """Return the log-likelihood of each token given those before it; 0 for the first.

    Raises:
        CriticError: If the server does not give them.
        ModelUnavailable: If it does not answer.
    """
    found: list[list[float]] = []
    for batch in in_batches(len(inputs), _BATCH):
        prompts = [list(inputs[n]) for n in batch]
        answer = await model.counted(
            "/v1/completions",
            {"prompt": prompts, "max_tokens": 1, "temperature": 0, "prompt_logprobs": 0},
            tokens_in=sum(map(len, prompts)),
            tokens_out=len(prompts),
        )
        choices = in_order(answer, "choices", len(prompts))
        found += [
            _likelihoods(each.get("prompt_logprobs"), ids, model)
            for each, ids in zip(choices, prompts, strict=True)
        ]
    return found


def _likelihoods(entries: Any, ids: Sequence[int], model: ServedModel) -> list[float]:
    # Of the first token there is none, for nothing stands before it.
    if not isinstance(entries, list) or len(entries) != len(ids):
        count = len(entries) if isinstance(entries, list) else "no"
        raise CriticError(
            f"the {model.role} model {model.name} gives {count} prompt_logprobs for {len(ids)} "
            "tokens: it must be served by vLLM as a model that generates"
        )
    pairs = zip(entries[1:], ids[1:], strict=True)
    return [0.0, *(_of_token(entry, id, model) for entry, id in pairs)]


def _of_token(entry: Any, id: int, model: ServedModel) -> float:
    known = entry.get(str(id)) if isinstance(entry, dict) else None
    value = known.get("logprob") if isinstance(known, dict) else None
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise CriticError(
            f"the {model.role} model {model.name} gives no log-likelihood of token {id}, but "
            f"{str(entry)[:80]}"
        )
    return float(value)


def step_sums(likelihoods: Sequence[float], tokens: Marked, steps: int) -> list[float]:
    """Return the log-likelihood of what the policy wrote in each step."""
    sums = [0.0] * steps
    for value, step in zip(likelihoods, tokens.step_of, strict=True):
        if step is not None:
            sums[step] += value
    return sums


def logistic(value: float) -> float:
    """Return 1 / (1 + e^-value); the other form of it overflows far below zero."""
    return 0.5 * (1 + math.tanh(value / 2))

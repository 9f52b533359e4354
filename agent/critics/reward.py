"""The process reward model as a critic: the chance that a run which has come so far ends right."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from ...graphs.protocols import Judges
from ...graphs.steps import Trajectory, Verdict
from ..policies.embedded.windows import Tokens
from .reward_input import SIGNS, StepInput, step_inputs


class RewardNetwork(Tokens, Protocol):
    """What scoring needs of the trained network.

    Attributes:
        notes: The weights beside the network's: see `note_of`.
    """

    notes: Mapping[str, float]

    def run_all(
        self, inputs: Sequence[tuple[Sequence[int], int]]
    ) -> list[Mapping[str, NDArray[np.float32]]]:
        """Return for each input ``score`` (1,)."""
        ...


def note_of(sign: str) -> str:
    """Return the name under which a network's notes hold the weight of a sign.

    Beside these there are ``text``, the weight of the network's own logit, and ``bias``.
    """
    return f"sign {sign}"


class RewardCritic:
    """Scores each step by the chance that what begins with it leads to the right answer.

    Args:
        network: The trained network, with its notes.

    Raises:
        ModelUnavailable: The notes lack weights that this version of clew needs.
    """

    name = "reward"
    judges: Judges = "path"

    def __init__(self, network: RewardNetwork) -> None:
        names = ("text", "bias", *map(note_of, SIGNS))
        if missing := [name for name in names if name not in network.notes]:
            raise ModelUnavailable(
                f"the reward model lacks its weight of {', '.join(missing)}, for it was trained by "
                "another version of clew: train one with `clew train reward`"
            )
        self._network = network

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order."""
        return await asyncio.to_thread(self._score, trajectories)

    def _score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        inputs = [step_inputs(each, self._network) for each in trajectories]
        flat = [each for of_one in inputs for each in of_one]
        chances = iter(self.chances(flat))
        return [[_verdict(next(chances)) for _ in of_one] for of_one in inputs]

    def chances(self, inputs: Sequence[StepInput]) -> list[float]:
        """Return the chance for each step that is read."""
        # The other form of the logistic function overflows far below zero.
        return [0.5 * (1 + math.tanh(logit / 2)) for logit in self.logits(inputs)]

    def logits(self, inputs: Sequence[StepInput]) -> list[float]:
        """Return the logit of that chance for each step."""
        found = self._network.run_all([(each.ids, each.first) for each in inputs])
        notes = self._network.notes
        weights = [notes[note_of(sign)] for sign in SIGNS]
        return [
            notes["bias"]
            + notes["text"] * float(heads["score"][0])
            + sum(weight * value for weight, value in zip(weights, each.signs, strict=True))
            for each, heads in zip(inputs, found, strict=True)
        ]


def _verdict(chance: float) -> Verdict:
    return Verdict(
        score=round(chance, 4),
        explanation=f"{chance:.0%} of the runs that looked like this ended right",
    )

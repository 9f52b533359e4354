"""Checkpoints of a training run: what it takes to go on where it stopped, or for longer."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import nn

from ...errors import RunDirectoryError

_LATEST = "latest.pt"
_STABLE = "before-decay.pt"


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a model learns.

    Attributes:
        steps: Batches to learn from.
        rate: The rate of AdamW.
        warmup: Steps over which it rises from zero.
        decay: Share of the steps over which it falls to zero.
        seed: Of everything that is drawn.
        about: What else must be the same for a run to go on: the backbone, say.
    """

    steps: int
    rate: float
    warmup: int = 100
    decay: float = 0.25
    seed: int = 0
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def falls_at(self) -> int:
        """The step from which the rate falls."""
        return self.steps - max(1, int(self.steps * self.decay))

    def factor(self, step: int) -> float:
        """Return the share of the rate that holds at a step."""
        falling = self.steps - self.falls_at
        return min(1.0, (step + 1) / max(1, self.warmup), (self.steps - step) / falling)

    def goes_on(self, before: "Schedule") -> bool:
        """Whether a run of another schedule can be continued, but for its length."""
        return asdict(self) == {**asdict(before), "steps": self.steps}


@dataclass(frozen=True)
class Position:
    """Where a run stands: steps taken, and the next batch of the next part of the data."""

    step: int = 0
    part: int = 0
    place: int = 0


class Checkpoints:
    """The checkpoints in a folder: the latest, and the last one before the rate fell.

    Args:
        folder: Where they lie; made where it is missing.
        schedule: That of the run.
    """

    def __init__(self, folder: Path, schedule: Schedule) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._schedule = schedule

    def save(self, model: nn.Module, optimizer: torch.optim.Optimizer, at: Position) -> None:
        """Write a checkpoint."""
        saved = {
            "model": {name: each.detach().cpu() for name, each in model.state_dict().items()},
            "optimizer": optimizer.state_dict(),
            "position": asdict(at),
            "schedule": {**asdict(self._schedule), "about": dict(self._schedule.about)},
        }
        name = _STABLE if at.step == self._schedule.falls_at else _LATEST
        partial = self._folder / f"{name}.part"
        torch.save(saved, partial)
        os.replace(partial, self._folder / name)

    def restore(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> Position:
        """Put a model and its optimizer where the run stopped, and return where that is.

        A run of another length goes on from before its rate fell.

        Raises:
            RunDirectoryError: The folder holds a run of other settings.
        """
        for name in (_LATEST, _STABLE):
            if not (self._folder / name).exists():
                continue
            saved = torch.load(self._folder / name, map_location="cpu", weights_only=True)
            before, at = Schedule(**saved["schedule"]), Position(**saved["position"])
            if not self._schedule.goes_on(before):
                raise RunDirectoryError(
                    f"{self._folder} holds a run of other settings ({before}): name another "
                    "folder with --checkpoints, or remove it"
                )
            if before == self._schedule or at.step <= min(before.falls_at, self._schedule.falls_at):
                model.load_state_dict(saved["model"])
                optimizer.load_state_dict(saved["optimizer"])
                return at
        return Position()

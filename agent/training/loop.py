"""The training loop that all models share: seeded, checkpointed, resumable.

The rate of learning rises, stays, and falls at the end (warm-up, stable, decay: Hu et al. 2024,
MiniCPM, section 4), so that a run can be lengthened: it goes on from before the fall.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from .checkpoints import Checkpoints, Position, Schedule

Batch = TypeVar("Batch")


def train(
    model: nn.Module,
    batches: Callable[[int], Sequence[Batch]],
    loss_of: Callable[[Batch], Tensor],
    schedule: Schedule,
    folder: Path,
    *,
    validate: Callable[[], dict[str, float]],
    report: Callable[[str], None],
    every: float = 600.0,
) -> None:
    """Let a model learn; go on where a run in the folder stopped.

    Args:
        model: The model, on its device.
        batches: Gives the batches of a numbered part of the data, the same ones whenever asked.
        loss_of: Computes the loss of a batch.
        schedule: How long and how fast.
        folder: Where checkpoints go.
        validate: Measures the model on what it does not learn from.
        report: Takes lines about the progress.
        every: Seconds between checkpoints.

    Raises:
        RunDirectoryError: The folder holds a run of other settings.
    """
    torch.manual_seed(schedule.seed)
    optimizer = torch.optim.AdamW(_groups(model), lr=schedule.rate, betas=(0.9, 0.98))
    checkpoints = Checkpoints(folder, schedule)
    begun = checkpoints.restore(model, optimizer)
    if begun.step:
        report(f"going on from step {begun.step:,}")
    progress = _Progress(begun.step, schedule.steps)
    model.train()
    for at, batch in _from(batches, begun):
        if at.step > schedule.steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate * schedule.factor(at.step - 1)
        loss = loss_of(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.add(loss.item())
        ends = at.step == schedule.steps
        if ends or at.step == schedule.falls_at or progress.seconds > every:
            checkpoints.save(model, optimizer, at)
            model.eval()
            with torch.no_grad():
                report(progress.line(at.step, validate()))
            model.train()
    model.eval()


class _Progress:
    def __init__(self, step: int, steps: int) -> None:
        self._first, self._steps = step, steps
        self._begun = self._told = time.monotonic()
        self._losses: list[float] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._told

    def add(self, loss: float) -> None:
        self._losses.append(loss)

    def line(self, step: int, found: dict[str, float]) -> str:
        left = (self._steps - step) * (time.monotonic() - self._begun) / (step - self._first)
        loss = sum(self._losses) / len(self._losses)
        measured = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
        self._told, self._losses = time.monotonic(), []
        return f"step {step:,} of {self._steps:,}: loss {loss:.3f}, {measured}; {left / 60:.0f} min"


def _groups(model: nn.Module) -> list[dict[str, Any]]:
    matrices = [each for each in model.parameters() if each.requires_grad and each.ndim > 1]
    others = [each for each in model.parameters() if each.requires_grad and each.ndim <= 1]
    return [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]


def _from(
    batches: Callable[[int], Sequence[Batch]], at: Position
) -> Iterator[tuple[Position, Batch]]:
    """Yield batches without end, each with where the run stands once it is learnt."""
    step, part, place = at.step, at.part, at.place
    while True:
        for number, batch in enumerate(batches(part)):
            if number >= place:
                step += 1
                yield Position(step, part, number + 1), batch
        part, place = part + 1, 0

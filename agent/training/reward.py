"""Training the process reward model on labelled traces."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch

from ...errors import TrainingDataError
from ..critics.reward import RewardCritic, note_of
from ..critics.reward_input import SIGNS
from ..networks.network import Network
from .backbone import device, freeze_lower, load_backbone
from .checkpoints import Schedule
from .labels import Weight, balanced
from .loop import train
from .reward_examples import Example, Part, examples_of, part_of, varied
from .reward_measures import auroc, calibration_error, log_loss
from .reward_model import RewardModel, logistic, reward_loss
from .traces import Trace, read_traces

BATCH = 32
_RATE = 1e-4
_PASSES = 2
_ALIKE = 16  # batches whose examples are drawn together and sorted by length
_SIGNS_RIDGE = 1e-3

Weighted = tuple[Example, Weight]


def train_reward(
    traces: Sequence[Path],
    out: Path,
    checkpoints: Path,
    *,
    steps: int | None,
    seed: int,
    backbone: str | None,
    report: Callable[[str], None],
) -> None:
    """Train the process reward model, calibrate it and write its weights; go on where it stopped.

    Args:
        traces: Files of traces: labelled ones (`label_questions`), or predictions as evaluation
            writes them, whose values follow from how the runs ended.
        out: The file of weights.
        checkpoints: Folder of the run's checkpoints.
        steps: Batches of `BATCH` steps of traces to learn from; by default two passes over them:
            more learn the questions by heart.
        seed: Of everything that is drawn.
        backbone: See `load_backbone`.
        report: Takes lines about the progress.

    Raises:
        ModelUnavailable: The backbone cannot be loaded.
        RunDirectoryError: The folder of checkpoints holds a run of other settings.
        TrainingDataError: The traces are missing, too few, or not in their shape.
    """
    encoder, tokenizer = load_backbone(backbone)
    parts = parted(trace for file in traces for trace in read_traces(file))
    learnt = [*examples_of(parts["learnt"], tokenizer), *varied(parts["learnt"], tokenizer)]
    tuned = examples_of(parts["tuned"], tokenizer)
    _require_both_kinds(learnt, tuned)
    counts = {name: len({trace.id for trace in part}) for name, part in parts.items()}
    report(
        f"{counts['learnt']:,} questions to learn from with {len(learnt):,} examples, "
        f"{counts['tuned']:,} to tune on, {counts['held out']:,} held out"
    )
    steps = steps or math.ceil(_PASSES * len(learnt) / BATCH)
    torch.manual_seed(seed)
    model = RewardModel(encoder)
    freeze_lower(encoder)
    weights = balanced([each.value for each in learnt], [each.question for each in learnt])
    _begin_with_signs(model, learnt, weights)
    model.to(device())
    pairs = list(zip(learnt, weights, strict=True))

    def loss_of(batch: Sequence[Weighted]) -> torch.Tensor:
        logits = model([example.input for example, _ in batch])
        return reward_loss(logits, [weight for _, weight in batch])

    train(
        model,
        lambda part: batches(pairs, part, seed),
        loss_of,
        Schedule(
            steps=steps,
            rate=_RATE,
            warmup=max(1, steps // 10),
            seed=seed,
            about={"backbone": backbone or ""},
        ),
        checkpoints,
        validate=lambda: _measured(model, tuned),
        report=report,
    )
    model.save(out, _notes(model, 1.0, 0.0), backbone)
    critic = RewardCritic(Network(out, "reward", cache_dir=checkpoints))
    scale, shift = platt(critic.logits([each.input for each in tuned]), tuned)
    model.save(out, _notes(model, scale, shift), backbone)
    critic = RewardCritic(Network(out, "reward", cache_dir=checkpoints))
    scores = critic.chances([each.input for each in tuned])
    values = [each.value for each in tuned]
    report(
        f"calibrated with scale {scale:.2f} and shift {shift:.2f}: log loss "
        f"{log_loss(scores, values):.3f}, calibration error {calibration_error(scores, values):.3f}"
    )
    report(f"the reward model's weights are in {out}")


def parted(traces: Iterable[Trace]) -> dict[Part, list[Trace]]:
    """Return traces by what their questions are for."""
    parts: dict[Part, list[Trace]] = {"learnt": [], "tuned": [], "held out": []}
    for trace in traces:
        parts[part_of(trace.question)].append(trace)
    return parts


def batches(examples: Sequence[Weighted], part: int, seed: int) -> list[list[Weighted]]:
    """Return the batches of one pass over examples, in random order, alike in length."""
    rng = random.Random(f"{seed} {part}")
    order = rng.sample(list(examples), len(examples))
    made = []
    for at in range(0, len(order), _ALIKE * BATCH):
        alike = sorted(order[at : at + _ALIKE * BATCH], key=lambda each: len(each[0].input.ids))
        made += [alike[start : start + BATCH] for start in range(0, len(alike), BATCH)]
    rng.shuffle(made)
    return made


def platt(logits: Sequence[float], examples: Sequence[Example]) -> tuple[float, float]:
    """Return the scale and the shift of logits that make chances of them (Platt 1999)."""
    weights = [Weight(each.value, 1 - each.value) for each in examples]
    found, shift = logistic(torch.tensor(logits)[:, None], weights, ridge=0.0)
    return float(found[0]), shift


def _begin_with_signs(
    model: RewardModel, examples: Sequence[Example], weights: Sequence[Weight]
) -> None:
    """Let the signs begin as a logistic regression, so that the text learns what they lack."""
    table = torch.tensor([each.input.signs for each in examples])
    found, bias = logistic(table, weights, ridge=_SIGNS_RIDGE)
    with torch.no_grad():
        model.signs.weight.copy_(found[None])
        model.signs.bias.fill_(bias)


def _measured(model: RewardModel, examples: Sequence[Example]) -> dict[str, float]:
    logits: list[float] = []
    for at in range(0, len(examples), BATCH):
        logits += model([each.input for each in examples[at : at + BATCH]]).tolist()
    scores = torch.sigmoid(torch.tensor(logits)).tolist()
    values = [each.value for each in examples]
    return {
        "log loss": log_loss(scores, values),
        "AUROC": auroc(scores, [value > 0.5 for value in values]),
    }


def _notes(model: RewardModel, scale: float, shift: float) -> dict[str, float]:
    signs = (scale * model.signs.weight[0]).tolist()
    bias = shift + scale * model.signs.bias.item()
    named = {note_of(name): round(value, 5) for name, value in zip(SIGNS, signs, strict=True)}
    return {**named, "text": round(scale, 5), "bias": round(bias, 5)}


def _require_both_kinds(learnt: Sequence[Example], tuned: Sequence[Example]) -> None:
    for examples in (learnt, tuned):
        good = sum(each.value > 0.5 for each in examples)
        if not 0 < good < len(examples):
            raise TrainingDataError(
                f"{len(examples)} steps of traces, of which {good} lead to right answers, are not "
                "enough to learn from: give traces of more questions, some right and some wrong"
            )

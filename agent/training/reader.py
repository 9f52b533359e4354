"""Training the reader: span extraction over windows of passages, with none, yes and no."""

from collections.abc import Callable
from pathlib import Path

import torch

from ..networks.network import Network
from .backbone import device, load_backbone
from .checkpoints import Schedule
from .loop import train
from .overlaps import development_questions
from .reader_calibration import calibrated
from .reading_windows import Mixture, recipes, split
from .span_model import SpanModel

_RATE = 2e-4
_CALIBRATED = 250  # held-out questions of a kind that the chances are calibrated on


def train_reader(
    data: Path,
    out: Path,
    checkpoints: Path,
    *,
    steps: int,
    seed: int,
    backbone: str | None,
    report: Callable[[str], None],
) -> None:
    """Train the reader, calibrate it and write its weights; go on with a run that stopped.

    Args:
        data: The folder that holds ``train/``, and the sets to stay clear of.
        out: The file of weights.
        checkpoints: Folder of the run's checkpoints.
        steps: Batches of `BATCH_TOKENS` tokens to learn from.
        seed: Of everything that is drawn.
        backbone: See `load_backbone`.
        report: Takes lines about the progress.

    Raises:
        ModelUnavailable: The backbone cannot be loaded.
        RunDirectoryError: The folder of checkpoints holds a run of other settings.
        TrainingDataError: The data is missing or not in its shape.
    """
    encoder, tokenizer = load_backbone(backbone)
    # Words are four fifths of the weights, and fine as they are.
    encoder.embeddings.word_embeddings.weight.requires_grad = False  # type: ignore[union-attr]
    skip = development_questions(data)
    learnt, kept = {}, {}
    for name, recipe in recipes(data / "train", skip).items():
        learnt[name], kept[name] = split(recipe)
        counts = [len(each[name].questions) for each in (learnt, kept)]
        report(f"{name}: {counts[0]:,} questions, and {counts[1]:,} held out")
    torch.manual_seed(seed)
    model = SpanModel(encoder).to(device())
    held = {
        name: Mixture([recipe], tokenizer, 1).batches(0)[:3]
        for name, recipe in kept.items()
        if recipe.questions
    }

    train(
        model,
        Mixture(list(learnt.values()), tokenizer, seed).batches,
        model.loss,
        Schedule(steps=steps, rate=_RATE, seed=seed, about={"backbone": backbone or ""}),
        checkpoints,
        validate=lambda: {name: model.exactly(batches) for name, batches in held.items()},
        report=report,
    )
    model.save(out, "reader", {}, backbone)
    network = Network(out, "reader", cache_dir=checkpoints)
    questions = [
        question
        for name in ("facts", "hops", "passages of an article")
        for question in kept[name].questions[:_CALIBRATED]
    ]
    model.save(out, "reader", calibrated(network, questions, report=report), backbone)
    report(f"the reader's weights are in {out}")

"""Training the splitter: the span of a question that is asked first, or none."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from ..policies.embedded.splitting import MARGIN, question_window
from ..policies.embedded.windows import Place, Tokens
from .backbone import device, freeze_lower, load_backbone
from .checkpoints import Schedule
from .holding_out import fold_of
from .loop import train
from .overlaps import Overlaps, development_questions
from .span_model import OPTIONS, Example, SpanModel, Target
from .splitting_examples import Nested, read_nested

BATCH = 32
SPLIT_FROM = 6.0
"""The margin from which a question is split (see `splitting.MARGIN`)."""

_RATE = 1.5e-4
_MEASURED = 64  # held-out questions of a kind that are measured on the way
_HELD_OUT = 10  # one of so many families of questions is kept from learning
_SHARES = {
    "musique": 0.3,
    "break-QDMR-high-level": 0.22,
    "2wiki": 0.1,
}
_WHOLE_SHARES = {
    "musique": 0.14,
    "break-QDMR-high-level": 0.08,
    "2wiki": 0.04,
    "hotpotqa": 0.04,
    "reading": 0.05,
    "strategyqa": 0.03,
}


@dataclass(frozen=True)
class Sources:
    """Questions of each source that are learnt from, and those that are not."""

    learnt: dict[str, list[Nested]]
    held: dict[str, list[Nested]]


def is_held_out(each: Nested) -> bool:
    """Whether a question is kept from learning: with all that differ from it in names only."""
    if each.source == "musique-paragraphs":
        return True
    return fold_of(each.family, _HELD_OUT) == 0


def sources(found: Sequence[Nested]) -> Sources:
    """Part questions into what is learnt from and what is held out."""
    held = [each for each in found if is_held_out(each)]
    near = Overlaps(each.text for each in held)
    learnt = [each for each in found if not is_held_out(each) and not near.has(each.text)]
    return Sources(_by_source(learnt), _by_source(held))


def _by_source(found: Sequence[Nested]) -> dict[str, list[Nested]]:
    grouped: dict[str, list[Nested]] = {}
    for each in found:
        grouped.setdefault(each.source, []).append(each)
    return grouped


def example(each: Nested, tokenizer: Tokens) -> Example | None:
    """Return a question as a window and its target; None where a span is cut off."""
    window = question_window(each.text, tokenizer)
    spans = [window.tokens_within(Place(0, False, *span)) for span in each.spans]
    found = tuple(span for span in spans if span is not None)
    if len(found) < len(spans):
        return None
    none = None if found else OPTIONS.index("none")
    return Example(window, Target(found, none))


class Draws:
    """Draws batches from sources, the same ones for the same seed and part.

    Args:
        learnt: Questions by source.
        tokenizer: The encoder's.
        seed: Of what is drawn.
    """

    def __init__(self, learnt: dict[str, list[Nested]], tokenizer: Tokens, seed: int) -> None:
        self._seed = seed
        self._pools: list[tuple[float, list[Example]]] = []
        for shares, nests in ((_SHARES, True), (_WHOLE_SHARES, False)):
            for name, share in shares.items():
                made = [
                    example(each, tokenizer)
                    for each in learnt.get(name, ())
                    if bool(each.spans) == nests
                ]
                if pool := [each for each in made if each is not None]:
                    self._pools.append((share, pool))

    def batches(self, part: int, count: int = 64) -> list[list[Example]]:
        """Return the batches of a part, each of questions of about one length."""
        rng = random.Random(f"{self._seed}:{part}")
        pools = rng.choices(
            [pool for _, pool in self._pools], [share for share, _ in self._pools], k=count * BATCH
        )
        drawn = sorted((rng.choice(pool) for pool in pools), key=lambda each: len(each.window.ids))
        batches = [drawn[at : at + BATCH] for at in range(0, len(drawn), BATCH)]
        rng.shuffle(batches)
        return batches


def train_splitter(
    data: Path,
    out: Path,
    checkpoints: Path,
    *,
    steps: int,
    seed: int,
    backbone: str | None,
    report: Callable[[str], None],
) -> None:
    """Train the splitter and write its weights; go on with a run that stopped.

    Args:
        data: The folder that holds ``train/``, and the sets to stay clear of.
        out: The file of weights.
        checkpoints: Folder of the run's checkpoints.
        steps: Batches of `BATCH` questions to learn from.
        seed: Of everything that is drawn.
        backbone: See `load_backbone`.
        report: Takes lines about the progress.

    Raises:
        ModelUnavailable: The backbone cannot be loaded.
        RunDirectoryError: The folder of checkpoints holds a run of other settings.
        TrainingDataError: The data is missing or not in its shape.
    """
    encoder, tokenizer = load_backbone(backbone)
    freeze_lower(encoder)
    found, counts = read_nested(data / "train", development_questions(data))
    for name, (read, overlapping, unaligned) in counts.items():
        report(
            f"{name}: {read:,} questions; {overlapping:,} resemble development questions and "
            f"{unaligned:,} do not align with their steps, left out"
        )
    parted = sources(found)
    for name, learnt in parted.learnt.items():
        held = len(parted.held.get(name, ()))
        report(f"{name}: {len(learnt):,} questions and parts, and {held:,} held out")
    torch.manual_seed(seed)
    model = SpanModel(encoder).to(device())
    measured = _held_batches(parted.held, tokenizer)

    train(
        model,
        Draws(parted.learnt, tokenizer, seed).batches,
        model.loss,
        Schedule(
            steps=steps, rate=_RATE, warmup=60, decay=0.3, seed=seed,
            about={"backbone": backbone or ""},
        ),
        checkpoints,
        validate=lambda: {name: model.exactly(each) for name, each in measured.items()},
        report=report,
    )  # fmt: skip
    model.save(out, "splitter", {MARGIN: SPLIT_FROM}, backbone)
    report(f"the splitter's weights are in {out}")


def _held_batches(
    held: dict[str, list[Nested]], tokenizer: Tokens
) -> dict[str, list[list[Example]]]:
    groups: dict[str, list[Example]] = {"whole": []}
    for name, questions in held.items():
        for each in questions:
            if (made := example(each, tokenizer)) is not None:
                groups.setdefault(name if each.spans else "whole", []).append(made)
    return {
        name: [made[at : at + BATCH] for at in range(0, min(len(made), _MEASURED), BATCH)]
        for name, made in groups.items()
    }

"""Calibrating the reader: the temperature and the offset of "none" that make chances come true."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from ...graphs.agreement import agree
from ...tools.passages import Passage
from ..policies.embedded.span_reader import SpanNetwork, SpanReader
from .reading_examples import Question

PASSAGES = 8
"""Passages that a question is read in, those that answer it among them."""

_MISSING = 4  # one of so many questions is read in passages that do not answer it
_TEMPERATURES = np.arange(0.6, 6.01, 0.2)
_OFFSETS = np.arange(-6.0, 10.01, 0.5)


class _Uncalibrated:
    """A network without the calibration that it may have."""

    def __init__(self, network: SpanNetwork) -> None:
        self.tokens, self.run_all = network.tokens, network.run_all
        self.notes: dict[str, float] = {}


def calibrated(
    network: SpanNetwork, questions: Sequence[Question], *, report: Callable[[str], None]
) -> dict[str, float]:
    """Return the notes that make the likeliest answer's chance the chance that it is right.

    Args:
        network: The trained network.
        questions: Questions that it did not learn from.
        report: Takes a line about what came of it.
    """
    reader = SpanReader(_Uncalibrated(network))
    rng = random.Random(0)
    margins: list[list[float]] = []
    right: list[bool] = []
    for number, question in enumerate(questions):
        if number % _MISSING == 0 and question.others:
            question = replace(question, gold=(), kind="none")
        answers = reader.answers(
            question.text, passages_of(question, rng), yes_no=question.kind in ("yes", "no")
        )
        if answers:
            wanted = question.answer if question.kind == "span" else question.kind
            margins.append([each.margin for each in answers])
            right.append(question.kind != "none" and agree(answers[0].text, wanted))
    if not margins:
        return {}
    choices = [
        (_loss(margins, right, temperature, offset), temperature, offset)
        for temperature, offset in product(_TEMPERATURES, _OFFSETS)
    ]
    loss, temperature, offset = min(choices)
    report(
        f"calibrated on {len(right):,} held-out questions, {np.mean(right):.3f} of them answered "
        f"rightly: temperature {temperature:.1f}, none {offset:.1f}, log loss {loss:.3f}"
    )
    return {"temperature": round(float(temperature), 2), "none": round(float(offset), 2)}


def passages_of(question: Question, rng: random.Random) -> list[Passage]:
    """Return a question's passages in random order, as a search may bring them."""
    others = rng.sample(question.others, min(PASSAGES - len(question.gold), len(question.others)))
    titled = [*question.gold, *others]
    rng.shuffle(titled)
    return [
        Passage(id=str(number), source=f"{number}", title=title, text=text)
        for number, (title, text) in enumerate(titled)
    ]


def _loss(
    margins: Sequence[Sequence[float]], right: Sequence[bool], temperature: float, offset: float
) -> float:
    losses = []
    for row, correct in zip(margins, right, strict=True):
        logits = np.array([offset, *row]) / temperature
        chance = float(np.exp(logits[1] - np.logaddexp.reduce(logits)))
        losses.append(-np.log(max(1e-6, chance if correct else 1 - chance)))
    return float(np.mean(losses))

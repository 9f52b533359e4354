"""The trained reader: answers as spans of several passages, comparable with one another.

Passages are read together in windows, so that what one says helps to read the next. Within a
window a span's score is measured from the score of "none of this answers", which makes spans of
different windows comparable (Clark and Gardner 2018); over all windows they share one softmax with
"none", whose temperature and offset are calibrated on questions kept from training.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....tools.passages import Passage
from .text import plain, whole_words
from .windows import Place, Tokens, Window, windows

Floats = NDArray[np.float32]

_BEST = 12  # starts, and ends, of a window that are combined
_LONGEST = 24  # tokens of an answer
_EDGES = " ,;:.\"“”'‘’()[]"


class SpanNetwork(Tokens, Protocol):
    """What reading needs of the trained network."""

    @property
    def notes(self) -> Mapping[str, float]:
        """Return ``temperature`` and ``none``, the offset of "none"."""
        ...

    def run_all(self, inputs: Sequence[tuple[Sequence[int], int]]) -> list[Mapping[str, Floats]]:
        """Return for each input ``spans`` (tokens, 2) and ``options`` (6,)."""
        ...


@dataclass(frozen=True)
class SpanAnswer:
    """A possible answer.

    Attributes:
        text: The answer.
        margin: How far its score lies above that of "none", in logits.
        passage: The passage that it stands in, or that best shows it.
        start: Where it begins in the passage's text; None where it is the title, or yes or no.
        chance: The chance that it is right.
    """

    text: str
    margin: float
    passage: Passage
    start: int | None
    chance: float = 0.0


class SpanReader:
    """Reads passages for a question with the trained network.

    Args:
        network: The network; its notes hold the calibration.
    """

    def __init__(self, network: SpanNetwork) -> None:
        self._network = network

    def answers(
        self, question: str, passages: Sequence[Passage], *, yes_no: bool = False
    ) -> list[SpanAnswer]:
        """Return the possible answers, likeliest first; their chances and that of none add to 1.

        Args:
            question: What is asked.
            passages: What is read, the likeliest first.
            yes_no: Whether the question can only be answered by yes or no.
        """
        read = windows(question, [(each.title, each.text) for each in passages], self._network)
        found = self._network.run_all([(each.ids, each.question_tokens) for each in read])
        best: dict[str, SpanAnswer] = {}
        mass: dict[str, float] = {}
        for window, heads in zip(read, found, strict=True):
            candidates = (
                _yes_or_no(window, heads, passages) if yes_no else _spans(window, heads, passages)
            )
            for answer in candidates:
                key = plain(answer.text)
                mass[key] = float(np.logaddexp(mass.get(key, -math.inf), answer.margin))
                if key not in best or answer.margin > best[key].margin:
                    best[key] = answer
        return self._with_chances([replace(best[key], margin=mass[key]) for key in best])

    def _with_chances(self, answers: Sequence[SpanAnswer]) -> list[SpanAnswer]:
        notes = self._network.notes
        temperature, none = notes.get("temperature", 1.0), notes.get("none", 0.0)
        logits = np.array([none, *(each.margin for each in answers)]) / temperature
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        scored = [
            replace(each, chance=float(chance))
            for each, chance in zip(answers, chances[1:], strict=True)
        ]
        return sorted(scored, key=lambda each: (-each.chance, each.text))


def _spans(
    window: Window, heads: Mapping[str, Floats], passages: Sequence[Passage]
) -> Iterator[SpanAnswer]:
    starts, ends = heads["spans"][:, 0], heads["spans"][:, 1]
    none = float(heads["options"][0] + heads["options"][1])
    inside = np.array([number for number, place in enumerate(window.places) if place is not None])
    if not len(inside):
        return
    first = inside[np.argsort(-starts[inside], kind="stable")[:_BEST]]
    last = inside[np.argsort(-ends[inside], kind="stable")[:_BEST]]
    for begin in map(int, first):
        for end in map(int, last):
            span = _joined(window.places, begin, end)
            if span is None:
                continue
            answer = _tidied(passages[span.passage], span)
            if answer is not None:
                text, start = answer
                margin = float(starts[begin] + ends[end]) - none
                yield SpanAnswer(text, margin, passages[span.passage], start)


def _joined(places: Sequence[Place | None], begin: int, end: int) -> Place | None:
    first, last = places[begin], places[end]
    if first is None or last is None or not begin <= end < begin + _LONGEST:
        return None
    if (first.passage, first.titled) != (last.passage, last.titled):
        return None
    return replace(first, end=last.end)


def _tidied(passage: Passage, span: Place) -> tuple[str, int | None] | None:
    """Return the words that a span covers, whole and without marks around them."""
    text = passage.title if span.titled else passage.text
    start, end = whole_words(text, span.start, span.end)
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES and not _closes(text, start, end):
        end -= 1
    # "Battle of Raseiniai (23" and the like: what a bracket opens and the span does not close.
    if (opened := text.rfind("(", start, end)) > start and ")" not in text[opened:end]:
        end = opened
        while end > start and text[end - 1] in _EDGES:
            end -= 1
    if start >= end:
        return None
    if span.titled:
        return re.sub(r"\s*\([^)]*\)$", "", text[start:end]), None
    return text[start:end], start


def _closes(text: str, start: int, end: int) -> bool:
    """Whether the last character belongs to the answer: "Jr.", "U.S.", "Alien (film)"."""
    held = text[start:end]
    if held.endswith(")"):
        return "(" in held
    return bool(re.search(r"(?:\b[A-Z]|\b(?:Jr|Sr|Inc|Co|Ltd|St))\.$", held))


def _yes_or_no(
    window: Window, heads: Mapping[str, Floats], passages: Sequence[Passage]
) -> Iterator[SpanAnswer]:
    none, yes, no = heads["options"].reshape(3, 2).sum(axis=1)
    place = next((each for each in window.places if each is not None), None)
    if place is not None:
        for text, score in (("yes", yes), ("no", no)):
            yield SpanAnswer(text, float(score - none), passages[place.passage], None)

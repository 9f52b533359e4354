"""Splitting a question by a trained network, which finds the part of it that is asked first.

What is found becomes a question of its own, its answer's reference takes its place, and the search
goes on in what is left, until the network would ask that as it stands. So descriptions that no
rule knows are taken apart too (noun phrases asked first, as in QDMR: Wolfson et al., 2020).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....graphs.plan import SubQuestion
from .chains import Chain
from .inner_questions import asked, rejoined
from .part_edges import mended
from .text import whole_words
from .windows import CLS, QUESTION_TOKENS, SEP, Place, Tokens, Window

Floats = NDArray[np.float32]

MARGIN = "margin"
"""The note that says how far a part must lie above "none" for a question to be split."""

_MOST_STEPS = 4
_OPENING = "What is "  # makes a question of a part
_NUMBERED = re.compile(r"#(\d)")


class SplitNetwork(Tokens, Protocol):
    """What splitting needs of the trained network."""

    @property
    def notes(self) -> Mapping[str, float]:
        """Return what `MARGIN` names."""
        ...

    def run(self, ids: Sequence[int], first_segment: int) -> Mapping[str, Floats]:
        """Return ``spans`` (tokens, 2) and ``options`` (6,), whose first two are for none."""
        ...


@dataclass(frozen=True)
class Part:
    """A part of a question.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last.
        margin: How far its logits lie above those of leaving the question whole.
    """

    start: int
    end: int
    margin: float


class Splitter:
    """Splits questions into chains; deterministic, and safe to call from several threads.

    Args:
        network: The trained network.
    """

    def __init__(self, network: SplitNetwork) -> None:
        self._network = network

    def split(self, question: str) -> tuple[SubQuestion, ...] | None:
        """Return the chain that a question nests; None where it is asked as it stands."""
        if _NUMBERED.search(question):
            return None
        steps: list[str] = []
        text = self._taken_apart(question, steps)
        return _plan([*steps, text]) if steps else None

    def _taken_apart(self, text: str, steps: list[str]) -> str:
        """Add the steps that a question rests on, and return what is left of it."""
        while len(steps) < _MOST_STEPS:
            part = self.part(text)
            if part is None or part.margin < self._network.notes[MARGIN]:
                break
            before, phrase, after = (
                text[: part.start], text[part.start : part.end], text[part.end :]
            )  # fmt: skip
            if rejoined(before, "#1", after) is None:
                break
            known = len(steps)
            # The network takes the innermost part first, but for now and then.
            if len(phrase) + len(_OPENING) < len(text):
                phrase = self._inside(phrase, steps)
            inner = asked(phrase)
            left = rejoined(before, f"#{len(steps) + 1}", after)
            if inner is None or left is None:
                del steps[known:]
                break
            steps.append(inner)
            text = left
        return text

    def _inside(self, phrase: str, steps: list[str]) -> str:
        known = len(steps)
        left = self._taken_apart(f"{_OPENING}{phrase}?", steps)
        if left.startswith(_OPENING) and left.endswith("?"):
            return left[len(_OPENING) : -1]
        del steps[known:]
        return phrase

    def part(self, text: str) -> Part | None:
        """Return the part of a question that is likeliest to be asked first.

        Args:
            text: The question; answers of earlier steps as ``#1``.
        """
        window = question_window(text, self._network)
        found = self._network.run(window.ids, window.question_tokens)
        starts, ends = found["spans"].T
        inside = slice(1, len(window.ids) - 1)
        # A part begins before it ends, and is not all there is.
        scores = np.triu(starts[inside, None] + ends[None, inside])
        scores[np.tril_indices_from(scores, -1)] = -np.inf
        if len(scores) < 2:
            return None
        scores[0, -1] = -np.inf
        first, last = np.unravel_index(int(scores.argmax()), scores.shape)
        none = float(found["options"][0] + found["options"][1])
        begin, end = window.places[1 + int(first)], window.places[1 + int(last)]
        assert begin is not None and end is not None  # only marks have no place
        start, stop = mended(text, *whole_words(text, begin.start, end.end))
        return Part(start, stop, float(scores[first, last]) - none)


def question_window(text: str, tokenizer: Tokens) -> Window:
    """Return the window of a question alone, each of its tokens with its place."""
    ids, spans = tokenizer.tokens(text)
    places = [Place(0, False, *span) for span in spans[:QUESTION_TOKENS]]
    marked = [CLS, *list(ids)[:QUESTION_TOKENS], SEP]
    return Window(marked, [None, *places, None], len(marked))


def _plan(texts: Sequence[str]) -> tuple[SubQuestion, ...]:
    """Return texts as sub-questions; in each ``#1`` stands for the answer of the first."""
    chain = Chain()
    names: dict[str, str] = {}
    for number, text in enumerate(texts, 1):
        referring = _NUMBERED.sub(lambda match: f"{{{names[match[1]]}}}", text)
        names[str(number)] = chain.ask_plain(referring)
    return tuple(chain.steps)

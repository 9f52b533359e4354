"""Choosing among spans for questions of no known relation: features and a logistic score.

The plain method of feature-based readers before neural ones (the logistic regression baseline
of SQuAD, Rajpurkar et al., 2016), with a few features; the weights are set by hand near a
fit on training questions.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .names import names
from .questions import Asked
from .sentences import Candidate
from .spans import shaped, tidied, typed_spans
from .text import content_words, stem, stems, words

_VALUES = frozenset({"date", "year", "number", "nationality", "country", "lifespan"})
_SUBJECT = re.compile(r"(?:He|She|It|They|The|His|Her|Its|This)\b")
FEATURES = (
    "bias", "typed", "rank", "similarity", "overlap", "link", "holds_head", "beside_head",
    "near", "predicate", "repeated", "title", "long", "first", "shape", "agent", "known",
)  # fmt: skip
# Set by hand between first guesses and a fit on 445 training questions, because the mix answered
# more of 60 HotpotQA and 50 MuSiQue training questions than either did.
WEIGHTS: dict[str, tuple[float, ...]] = {
    "named": (
        -4.0, 0.3, -0.5, 2.0, 1.6, 0.2, 1.0, 0.9, 0.7, 0.1, -0.8, -0.5, -0.2, 0.3, 0.7, 0.3, 0.9,
    ),
    "value": (
        -2.9, 0.3, -0.7, 0.7, 2.2, 0.3, 0.1, -0.5, 0.6, 0.0, -1.0, 0.0, 0.3, 0.5, 0.0, -0.3, 0.0,
    ),
}  # fmt: skip
# Fitted chances are low because many spans compete; this brings them near how often the best of
# them is right.
_SHARPNESS = 0.8
# What remains of an option where the sentence says nothing of what is asked.
_UNSPOKEN = 0.7


@dataclass(frozen=True)
class Option:
    """A span that may answer: its text, where it stands, and its features.

    Attributes:
        text: The answer's text.
        features: Values in the order of `FEATURES`.
        kind: Which weights apply.
        covered: Share of what is asked, beside the names, that the sentence speaks of.
    """

    text: str
    features: tuple[float, ...]
    kind: str
    covered: float = 1.0

    @property
    def chance(self) -> float:
        """The chance that the span answers."""
        total = sum(w * f for w, f in zip(WEIGHTS[self.kind], self.features, strict=True))
        return float((1 / (1 + math.exp(-total))) ** _SHARPNESS)

    @property
    def support(self) -> float:
        """How far the sentence speaks of what is asked, to weigh the chosen answer with."""
        return _UNSPOKEN + (1 - _UNSPOKEN) * self.covered


def options(
    asked: Asked, candidate: Candidate, titles: frozenset[str] = frozenset()
) -> Iterator[Option]:
    """Yield the spans of a sentence that may answer, the passage's title among them."""
    text, title = candidate.sentence.text, re.sub(r"\s*\([^)]*\)", "", candidate.passage.title)
    kind = "value" if asked.answer in _VALUES else "named"
    about_words = set(words(" ".join(asked.entities)))
    about = stems(" ".join(asked.entities))
    asked_words = frozenset(words(asked.text))
    predicate = stems(asked.text) - about - {stem(asked.head)}
    tokens = [(match.start(), stem(match[0].lower())) for match in re.finditer(r"\w+", text)]
    marks = [at for at, token in tokens if token in predicate]
    heads = [at for at, token in tokens if asked.head and token == stem(asked.head)]
    spoken = {token for _, token in tokens}
    wanted = predicate | ({stem(asked.head)} if asked.head and not predicate else set())
    covered = len(wanted & spoken) / len(wanted) if wanted else 1.0
    shared = len(predicate & {token for _, token in tokens}) / (len(predicate) or 1)
    typed = typed_spans(text, asked.answer)
    spans = dict.fromkeys(
        tidied(text, asked.answer, *span)
        for span in (typed if kind == "value" else [*typed, *names(text)])
    )
    common = (candidate.similarity, candidate.overlap, candidate.link)
    for order, (start, end) in enumerate(spans):
        own = words(text[start:end])
        if not own or all(word in asked_words for word in own):
            continue
        middle = (start + end) / 2
        yield Option(
            text[start:end],
            (
                1.0,
                float(order < len(typed)),
                math.log1p(order),
                *common,
                float(bool(asked.head) and stem(asked.head) in {stem(word) for word in own}),
                max((1 / (1 + _gap(at, start, end) / 8) for at in heads), default=0.0),
                max((1 / (1 + abs(at - middle) / 25) for at in marks), default=0.0),
                shared,
                sum(word in asked_words for word in own) / len(own),
                0.0,
                math.log(len(own)),
                float(candidate.index == 0),
                float(shaped(text, start, end, asked.answer)),
                float(text[:start].rstrip().endswith(" by")),
                float(" ".join(own) in titles and not set(own) <= about_words),
            ),
            kind,
            covered,
        )
    if kind == "named" and content_words(title) and not stems(title) <= stems(asked.text):
        yield _of_title(asked, candidate, title, shared, bool(heads), covered)


def _gap(at: int, start: int, end: int) -> int:
    return min(abs(at - start), abs(at - end))


def _of_title(
    asked: Asked, candidate: Candidate, title: str, shared: float, headed: bool, covered: float
) -> Option:
    """Return the passage's subject as an answer, as in "It was later renamed Austral"."""
    own = words(title)
    asked_words = frozenset(words(asked.text))
    opens = (
        bool(_SUBJECT.match(candidate.sentence.text))
        or own[0] in words(candidate.sentence.text)[:3]
    )
    return Option(
        title,
        (
            1.0,
            float(opens),
            0.0,
            candidate.similarity,
            candidate.overlap,
            candidate.link,
            float(bool(asked.head) and stem(asked.head) in {stem(word) for word in own}),
            0.6 * headed,
            0.5,
            shared,
            sum(word in asked_words for word in own) / len(own),
            1.0,
            math.log(len(own)),
            float(candidate.index == 0),
            float(asked.answer != "person" or 2 <= len(own) <= 4),
            0.0,
            1.0,
        ),
        "named",
        covered,
    )

"""What a sentence states of the relation asked for, and how far to trust that."""

from typing import NamedTuple

from .extraction import Span, extracted
from .questions import Asked
from .sentences import Candidate


class Statement(NamedTuple):
    """An answer that a pattern of the known relation found.

    Attributes:
        candidate: The sentence that states it.
        span: Where it stands there, and how sure its pattern is.
        confidence: How sure it is that this answers the question.
    """

    candidate: Candidate
    span: Span
    confidence: float

    @property
    def text(self) -> str:
        """The answer."""
        return self.candidate.sentence.text[self.span.start : self.span.end]


def stated(asked: Asked, candidate: Candidate) -> Statement | None:
    """Return what a sentence about the subject states of the relation asked for, if anything."""
    span = extracted(asked, candidate)
    if span is None or candidate.link < 0.5:
        return None
    early = 0.02 * min(candidate.index, 5)
    confidence = span.sureness * (0.25 + 0.6 * candidate.link) + 0.15 * candidate.similarity
    return Statement(candidate, span, confidence - early)

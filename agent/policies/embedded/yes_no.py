"""Judging yes-or-no questions about one thing by whether its sentences say the same words."""

from collections.abc import Sequence

from ....graphs.steps import StepAnswer
from .countries import countries_of
from .questions import Asked
from .sentences import Candidate, quote_of
from .text import stems, words

_HELD = 0.6
"""Share of the claim's words that a sentence must hold to state or deny it."""
_CONTRADICTED = 0.5


def judged(asked: Asked, found: Sequence[Candidate]) -> StepAnswer:
    """Return what a sentence about the subject says of the claim.

    Silence is no denial: where no sentence states, denies or contradicts it, the answer is unknown.
    """
    subject = asked.entities[0] if asked.entities else ""
    claimed = stems(asked.text) - stems(subject)
    about = [item for item in found if item.link >= 0.5]
    if not about or not claimed:
        return StepAnswer()
    best = max(about, key=lambda item: (_held(claimed, item), item.score, -item.index))
    held = _held(claimed, best)
    if held >= _HELD:
        denied = bool({"not", "never", "no"} & set(words(best.sentence.text)))
        return _answer("no" if denied else "yes", best, 0.35 + 0.4 * held)
    wanted = countries_of(asked.text.replace(subject, " "))
    for item in about:
        said = countries_of(item.sentence.text)
        if wanted and said and item.index == 0 and not wanted & said:
            return _answer("no", item, _CONTRADICTED)
    return StepAnswer()


def _answer(text: str, said: Candidate, confidence: float) -> StepAnswer:
    return StepAnswer(text=text, quotes=(quote_of(said),), confidence=round(confidence, 4))


def _held(claimed: frozenset[str], candidate: Candidate) -> float:
    bag = stems(candidate.sentence.text)
    return len(claimed & bag) / len(claimed)

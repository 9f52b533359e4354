"""Judging yes-or-no questions about one thing by whether its sentences say the same words."""

from collections.abc import Sequence

from ....graphs.steps import Quote, StepAnswer
from .questions import Asked
from .sentences import Candidate
from .text import stems, words


def judged(asked: Asked, found: Sequence[Candidate]) -> StepAnswer:
    """Return ``yes`` where a sentence about the subject holds what is claimed of it.

    Silence counts as a weak ``no`` when the subject's own passage was read.
    """
    subject = asked.entities[0] if asked.entities else ""
    claimed = stems(asked.text) - stems(subject)
    about = [item for item in found if item.link >= 0.5]
    if not about or not claimed:
        return StepAnswer()
    best = max(about, key=lambda item: (_held(claimed, item), item.score, -item.index))
    held = _held(claimed, best)
    quote = Quote(passage_id=best.passage.id, text=best.sentence.text, start=best.sentence.start)
    denied = bool({"not", "never", "no"} & set(words(best.sentence.text)))
    if held >= 0.6:
        answer, confidence = ("no" if denied else "yes"), 0.35 + 0.4 * held
    else:
        answer, confidence = "no", 0.5 - 0.3 * held
    return StepAnswer(text=answer, quotes=(quote,), confidence=round(confidence, 4))


def _held(claimed: frozenset[str], candidate: Candidate) -> float:
    bag = stems(candidate.sentence.text)
    return len(claimed & bag) / len(claimed)

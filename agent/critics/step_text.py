"""How trajectories are put into words for served models.

What was written by others stands on one line and holds no marks of a conversation, so that no
passage can end a turn or a step.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ...graphs.steps import Step, Trajectory
from ...prompts.untrusted import shown
from ...tools.passages import Passage

_QUOTES = 2
_PASSAGES = 2  # that are shown of a step that quotes none
_PASSAGE_CHARACTERS = 320

Messages = list[dict[str, str]]


class Segment(NamedTuple):
    """A part of a step's text.

    Attributes:
        text: The words, with the line break that ends them.
        is_generated: Whether the policy wrote them; else they were retrieved.
    """

    text: str
    is_generated: bool


def segments(step: Step, evidence: Mapping[str, Passage]) -> list[Segment]:
    """Return a step as what was asked, what was found for it, and what was answered."""
    found = (f"Found: {title}: {text}" for title, text in evidence_of(step, evidence))
    answer = step.answer.text or "unknown"
    return [
        Segment(f"Question: {shown(step.text)}\n", True),
        *(Segment(f"{shown(each)}\n", False) for each in found),
        Segment(f"Answer: {shown(answer)}\n", True),
    ]


def evidence_of(step: Step, evidence: Mapping[str, Passage]) -> Iterator[tuple[str, str]]:
    """Yield title and text of what a step quotes, or of what it ranks first if it quotes none."""
    quoted = [
        (passage.title, quote.text)
        for quote in step.answer.quotes
        if (passage := evidence.get(quote.passage_id))
    ]
    if quoted:
        yield from quoted[:_QUOTES]
        return
    ranked = (evidence.get(each.passage_id) for each in step.reading.ranking)
    found = [passage for passage in ranked if passage is not None]
    yield from ((each.title, each.text[:_PASSAGE_CHARACTERS]) for each in found[:_PASSAGES])


def step_text(step: Step, evidence: Mapping[str, Passage]) -> str:
    """Return a step in words."""
    return "".join(segment.text for segment in segments(step, evidence)).rstrip("\n")


def prefixes(trajectory: Trajectory) -> Iterator[str]:
    """Yield what was done up to and including each step; the last with the final answer."""
    texts = [step_text(step, trajectory.evidence) for step in trajectory.steps]
    for count in range(1, len(texts) + 1):
        done = texts[:count]
        if count == len(texts) and trajectory.answer is not None:
            done.append(f"Final answer: {shown(trajectory.answer)}")
        yield "\n".join(done)


def conversation(question: str, *turns: str) -> Messages:
    """Return the messages in which a user asks, is answered, and so on in turn."""
    said: Sequence[str] = (f"{shown(question)}", *turns)
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]

"""What the process reward model reads of a step: packed text and a few plain signs.

Training and use share it. Other agents' steps fit in: one that only searched has no answer and
shows what it found, and one without a confidence says so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...graphs.plan import REFERENCE
from ...graphs.steps import Step, Trajectory
from ...tools.passages import Passage
from ..policies.embedded.text import plain, stems
from ..policies.embedded.windows import CLS, SEP, Tokens

SIGNS = (
    "answered", "told", "sure", "stated", "named",
    "reasoned", "first", "least", "joint", "broken",
)  # fmt: skip
"""The plain signs, each in [0, 1]: the step has an answer; its policy tells how sure it is; how
sure; the answer stands in what is quoted; the share of the question's words that what is quoted
holds; it concludes from other steps; how high the quoted passage ranks; the least sure of the steps
up to here; the chance that all of them are right, were they independent; the share of the earlier
steps that have no answer."""

TOKENS = 256
"""Tokens that are read of a step, marks included."""

_QUESTION, _EARLIER, _ASKED, _SAID = 56, 64, 48, 32
_PASSAGES = 3  # that are shown of a step that quotes none
_PASSAGE_CHARACTERS = 320
_QUOTES = 2
_UNTOLD = 0.5  # what an answer without a confidence is taken to be


@dataclass(frozen=True)
class StepInput:
    """A step as the model takes it.

    Attributes:
        ids: Token ids: the question and the earlier steps, then the step with its evidence.
        first: Tokens of the former, marks included.
        signs: Values in the order of `SIGNS`.
    """

    ids: tuple[int, ...]
    first: int
    signs: tuple[float, ...]


def step_inputs(trajectory: Trajectory, tokenizer: Tokens) -> list[StepInput]:
    """Return what is read of each step of a trajectory, in their order.

    Args:
        trajectory: The question and its steps; evidence that is not there is not shown.
        tokenizer: The encoder's.
    """
    return [
        step_input(trajectory, number, trajectory.steps[:number], tokenizer)
        for number in range(len(trajectory.steps))
    ]


def step_input(
    trajectory: Trajectory, number: int, earlier: Sequence[Step], tokenizer: Tokens
) -> StepInput:
    """Return what is read of one step.

    Args:
        trajectory: The question, its steps and its evidence.
        number: Place of the step among them.
        earlier: The steps that count as done before it.
        tokenizer: The encoder's.
    """
    step = trajectory.steps[number]
    shown = _shown(step, trajectory)
    ids = [CLS, *_cut(trajectory.question, _QUESTION, tokenizer), SEP]
    # What was done last says most about what comes next.
    told = [token for each in earlier for token in _told(each, tokenizer)]
    ids += [*told[-_EARLIER:], SEP]
    first = len(ids)
    ids += [*_cut(step.text, _ASKED, tokenizer), SEP]
    ids += [*_cut(step.answer.text or "unknown", _SAID, tokenizer), SEP]
    room = TOKENS - len(ids) - 1
    ids += [*_cut(" ".join(f"{title}: {text}" for title, text in shown), room, tokenizer), SEP]
    return StepInput(tuple(ids), first, _signs(step, earlier, shown))


def _told(step: Step, tokenizer: Tokens) -> list[int]:
    asked = _cut(step.text, _ASKED, tokenizer)
    return [*asked, *_cut(f"{step.answer.text or 'unknown'}.", _SAID, tokenizer)]


def _cut(text: str, most: int, tokenizer: Tokens) -> list[int]:
    # No token is longer than its word; what lies far beyond is not worth tokenizing.
    return list(tokenizer.tokens(text[: 40 * most])[0][:most])


def _shown(step: Step, trajectory: Trajectory) -> list[tuple[str, str]]:
    """Return titles and texts of the quotes, or of what ranks first where nothing is quoted."""
    quoted = [
        (passage.title, quote.text)
        for quote in step.answer.quotes
        if (passage := trajectory.evidence.get(quote.passage_id))
    ]
    if quoted:
        return quoted[:_QUOTES]
    ranked = (trajectory.evidence.get(each.passage_id) for each in step.reading.ranking)
    found: list[Passage] = [passage for passage in ranked if passage is not None]
    return [(each.title, each.text[:_PASSAGE_CHARACTERS]) for each in found[:_PASSAGES]]


def _signs(
    step: Step, earlier: Sequence[Step], shown: Sequence[tuple[str, str]]
) -> tuple[float, ...]:
    answer = step.answer
    evidence = plain(" ".join(f"{title} {text}" for title, text in shown))
    asked = stems(REFERENCE.sub(" ", step.text))
    known = [_sureness(each) for each in earlier if each.answer.text is not None]
    sure = _sureness(step)
    answered = answer.text is not None
    broken = sum(each.answer.text is None for each in earlier) / (len(earlier) or 1)
    return (
        float(answered),
        float(answered and answer.confidence > 0),
        sure,
        float(answered and _holds(evidence, plain(answer.text or ""))),
        len(asked & stems(evidence)) / (len(asked) or 1),
        float(step.sub_question.kind == "reason"),
        _rank(step),
        min([*known, sure]),
        math.prod([*known, sure]),
        broken,
    )


def _sureness(step: Step) -> float:
    if step.answer.text is None:
        return 0.0
    return step.answer.confidence or _UNTOLD


def _holds(text: str, part: str) -> bool:
    return bool(part) and part in text


def _rank(step: Step) -> float:
    quoted = {quote.passage_id for quote in step.answer.quotes}
    for place, ranked in enumerate(step.reading.ranking):
        if ranked.passage_id in quoted:
            return 1 / (1 + place)
    return 0.0

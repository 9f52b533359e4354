"""Two readers of the same passages: patterns of known relations, and the trained network.

Patterns know few relations and are seldom wrong about them; the network reads anything.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ....graphs.agreement import agree
from ....graphs.steps import Quote, StepAnswer
from ....tools.passages import Passage
from .choices import among, choice_of
from .questions import Asked
from .roles import SURENESS, holder_of_role
from .sentences import Candidate, quote_of
from .span_reader import SpanAnswer, SpanReader
from .statements import stated
from .text import Sentence, sentences, words

READ = 12
"""Passages that the network reads, the likeliest first."""
KNOWN = 0.12
"""Answers with less chance than this are not given."""
_POSSIBLE = 0.02
"""Answers with less chance than this are not even alternatives."""
SURE = 0.7
"""What a pattern must be sure of to be believed against the network."""
_TRUSTED = 0.6
"""How far a less sure one counts; chosen, as `SURE`, on questions kept from training."""


def read_by_both(
    asked: Asked,
    found: Sequence[Candidate],
    passages: Sequence[Passage],
    spans: SpanReader,
    limit: int = 1,
) -> list[StepAnswer]:
    """Return the answer that patterns or the network give, or unknown, then what it may be instead.

    Args:
        asked: What is asked.
        found: The sentences worth reading, best first.
        passages: The passages, the likeliest first.
        spans: The trained reader.
        limit: How many answers are wanted at most.
    """
    if (holder := holder_of_role(asked, found)) is not None:
        name = re.sub(r"\s*\([^)]*\)$", "", holder.passage.title)
        return [StepAnswer(text=name, quotes=(quote_of(holder),), confidence=SURENESS)]
    read = spans.answers(asked.text, passages[:READ], yes_no=asked.answer == "yes_no")
    statement = max(
        filter(None, (stated(asked, each) for each in found)),
        key=lambda each: each.confidence,
        default=None,
    )
    if statement is not None:
        seconded = sum(each.chance for each in read if agree(each.text, statement.text))
        likeliest = max((each.chance for each in read), default=0.0)
        # Either may be wrong by itself; both are seldom wrong alike.
        together = 1 - (1 - _TRUSTED * statement.confidence) * (1 - seconded)
        if statement.confidence >= SURE or together > likeliest:
            chance = 1 - (1 - statement.confidence) * (1 - seconded)
            answer = StepAnswer(
                text=statement.text,
                quotes=(quote_of(statement.candidate),),
                confidence=round(min(1.0, chance), 4),
            )
            return [answer, *_instead(answer, _possible(asked, read), found, limit - 1)]
    possible = _possible(asked, read)
    if not possible:
        return [StepAnswer()]
    # What cannot be leaves its chances to the rest.
    share = 1 - sum(each.chance for each in read) + sum(each.chance for each in possible)
    best, *others = [replace(each, chance=min(1.0, each.chance / share)) for each in possible]
    if best.chance >= KNOWN:
        answer = of_span(best, found)
    else:
        answer, others = StepAnswer(), [best, *others]
    return [answer, *_instead(answer, others, found, limit - 1)]


def _instead(
    answer: StepAnswer, read: Sequence[SpanAnswer], found: Sequence[Candidate], limit: int
) -> list[StepAnswer]:
    """What the answer may be instead: the likeliest that do not say the same."""
    others: list[StepAnswer] = []
    for each in read:
        if len(others) >= limit or each.chance < _POSSIBLE:
            break
        told = [known.text for known in (answer, *others) if known.text is not None]
        if not any(agree(each.text, text) for text in told):
            others.append(of_span(each, found))
    return [each for each in others if each.text is not None]


def _possible(asked: Asked, read: Sequence[SpanAnswer]) -> Sequence[SpanAnswer]:
    """Leave out what cannot be: what the question itself names, or what is not in its choice."""
    if asked.answer == "yes_no":
        return read
    if (choice := choice_of(asked.text)) is not None:
        return among(choice, read)
    said = f" {' '.join(words(asked.text))} "
    return [
        each for each in read if " or " in said or f" {' '.join(words(each.text))} " not in said
    ]


def of_span(answer: SpanAnswer, found: Sequence[Candidate] = ()) -> StepAnswer:
    """Return what the network read with the sentence that holds it; unknown where there is none.

    Args:
        answer: What it read.
        found: Sentences worth quoting, best first, for a title or yes or no.
    """
    sentence = _quoted(answer, found)
    if sentence is None:
        return StepAnswer()
    quote = Quote(passage_id=answer.passage.id, text=sentence.text, start=sentence.start)
    chance = round(min(1.0, answer.chance), 4)
    return StepAnswer(text=answer.text, quotes=(quote,), confidence=chance)


def _quoted(answer: SpanAnswer, found: Sequence[Candidate]) -> Sentence | None:
    """Return the sentence that holds the answer; for a title or yes or no, the best one."""
    parts = sentences(answer.passage.text)
    if answer.start is not None:
        for part in parts:
            if part.start <= answer.start < part.start + len(part.text):
                return part
    for candidate in found:
        if candidate.passage.id == answer.passage.id:
            return candidate.sentence
    return parts[0] if parts else None

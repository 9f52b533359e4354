"""Sources that contradict an answer: another value of the same relation of the same subject.

Made for precision: two sources on one subject differ mostly because they tell different things,
and seldom because one of them is wrong.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ....graphs.agreement import agree
from ....graphs.steps import Quote, StepAnswer
from .countries import country_word
from .dates import parse_date
from .questions import Asked
from .sentences import Candidate
from .statements import Statement, stated
from .text import bare_title, content_words, words

_SINGLE_VALUED = frozenset(
    (
        "birthdate", "birthplace", "deathdate", "deathplace", "burial place", "birth country",
        "father", "mother", "inception", "director", "author", "composer", "creator", "capital",
    )
)  # fmt: skip
"""Relations of which a subject has one value as a rule; in others several are true at once."""
_SURE = 0.75
"""Least sureness of the patterns on both sides."""
_MOST = 2
"""Contradicting answers that are told of."""
_LONGEST = 6
"""Words of a value that takes the place of another."""
_FRAME = 3
"""Words that two sentences must share around their values, to be the same but for these."""
_VAGUE = re.compile(r"\b(?:c|ca|circa|about|around|before|after|early|late|or)\b|\ds\b", re.I)


class _Claimed(NamedTuple):
    value: str
    by: Candidate
    confidence: float


def contradictions(
    asked: Asked, found: Sequence[Candidate], answer: StepAnswer
) -> tuple[StepAnswer, ...]:
    """Return what other sources state of the subject that cannot be true beside the answer.

    They are found where both sides state a relation of a single value in a sure pattern, or where
    both say the same but for the value.

    Args:
        asked: What is asked.
        found: The sentences read, best first.
        answer: The answer found, which quotes one of them.
    """
    ours = next((each for each in found if _quotes(answer, each)), None)
    if ours is None or answer.text is None or asked.answer == "yes_no":
        return ()
    strangers = [each for each in found if each.passage.source != ours.passage.source]
    others: list[StepAnswer] = []
    for claimed in (*_by_relation(asked, ours, strangers), *_by_wording(answer, ours, strangers)):
        values = [answer.text, *(each.text or "" for each in others)]
        if all(_contradict(claimed.value, value) for value in values):
            others.append(_answer(claimed))
    return tuple(others[:_MOST])


def _quotes(answer: StepAnswer, candidate: Candidate) -> bool:
    place = (candidate.passage.id, candidate.sentence.start)
    return any((quote.passage_id, quote.start) == place for quote in answer.quotes)


def _answer(claimed: _Claimed) -> StepAnswer:
    sentence = claimed.by.sentence
    quote = Quote(passage_id=claimed.by.passage.id, text=sentence.text, start=sentence.start)
    confidence = round(min(1.0, max(0.0, claimed.confidence)), 4)
    return StepAnswer(text=claimed.value, quotes=(quote,), confidence=confidence)


def _by_relation(
    asked: Asked, ours: Candidate, strangers: Sequence[Candidate]
) -> Iterator[_Claimed]:
    single = asked.relation is not None and asked.relation.name in _SINGLE_VALUED
    our = stated(asked, ours) if single and not asked.subject_is_described else None
    if our is None or not _is_sure(asked, our):
        return
    for each in strangers:
        their = stated(asked, each)
        if (
            their is not None
            and _is_sure(asked, their)
            and _one_bearer(asked, ours, each)
            and not _known_to_both(our, their)
        ):
            yield _Claimed(their.text, each, their.confidence)


def _by_wording(
    answer: StepAnswer, ours: Candidate, strangers: Sequence[Candidate]
) -> Iterator[_Claimed]:
    value = answer.text or ""
    before, held, after = ours.sentence.text.partition(value)
    if not held or len(words(before)) + len(words(after)) < _FRAME:
        return
    for each in strangers:
        text = each.sentence.text
        theirs = text[len(before) : len(text) - len(after)]
        if (
            text == f"{before}{theirs}{after}"
            and words(each.passage.title) == words(ours.passage.title)
            and 0 < len(words(theirs)) <= _LONGEST
            and _shape(theirs) == _shape(value)
        ):
            yield _Claimed(theirs, each, answer.confidence)


def _shape(value: str) -> tuple[bool, bool]:
    return any(char.isdigit() for char in value), value[:1].isupper()


def _is_sure(asked: Asked, statement: Statement) -> bool:
    """Whether a sure pattern states it of the subject by its full name."""
    if statement.span.sureness < _SURE or country_word(statement.text):
        return False
    if _is_titled(asked, statement.candidate):
        return True
    # Further on, "daughter of the subject and his wife X" speaks of somebody else.
    name = words(asked.subject)
    opening = words(statement.candidate.sentence.text[: statement.span.start])
    return len(name) > 1 and opening[: len(name)] == name


def _is_titled(asked: Asked, candidate: Candidate) -> bool:
    return bare_title(candidate.passage.title) == bare_title(asked.subject)


def _one_bearer(asked: Asked, ours: Candidate, theirs: Candidate) -> bool:
    """Whether both speak of the same bearer of the name, as far as their titles tell."""
    titles = {words(each.passage.title) for each in (ours, theirs) if _is_titled(asked, each)}
    if _is_titled(asked, ours) and _is_titled(asked, theirs):
        return len(titles) == 1
    # Beside a page on "Paris (mythology)" who only mentions Paris may mean another.
    return titles <= {words(asked.subject)}


def _known_to_both(ours: Statement, theirs: Statement) -> bool:
    """Whether a side mentions the other's value too, and so does not deny it."""
    return _mentions(ours, theirs.text) or _mentions(theirs, ours.text)


def _mentions(statement: Statement, value: str) -> bool:
    date, stated_date = parse_date(value), parse_date(statement.text)
    if date and stated_date:
        # The same year in both is no mention where they differ in the day.
        said = words(statement.candidate.sentence.text)
        return date.year != stated_date.year and str(abs(date.year)) in said
    passage = statement.candidate.passage
    return f" {' '.join(words(value))} " in f" {' '.join(words(passage.text))} "


def _contradict(left: str, right: str) -> bool:
    """Whether two values cannot both be true, nor be the same in other words."""
    if agree(left, right) or _VAGUE.search(left) or _VAGUE.search(right):
        return False
    ours, theirs = parse_date(left), parse_date(right)
    if ours is None and theirs is None:
        return set(content_words(left)).isdisjoint(content_words(right))
    if ours is None or theirs is None:
        return False
    parts = (
        (ours.year, theirs.year),
        (ours.month, theirs.month),
        (ours.day, theirs.day),
    )
    return any(0 not in pair and pair[0] != pair[1] for pair in parts)

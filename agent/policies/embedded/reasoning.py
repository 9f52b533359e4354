"""Concluding from what the parents found: comparisons, sameness, what two sides share."""

import re
from collections.abc import Callable, Mapping, Sequence

from ....graphs.plan import SubQuestion
from ....graphs.steps import Reading, Step, StepAnswer
from ....tools.passages import Passage
from .countries import country_of
from .dates import Date, dates, earlier, parse_date, parse_number
from .names import names
from .text import content_words, plain, stems, words

# Words that say which of two is wanted: (words, is the greater value wanted).
_OPERATIONS: tuple[tuple[str, str, bool], ...] = (
    (r"lived longer", "span", True),
    (r"(?:earlier|first|earliest|older|oldest)", "date", False),
    (r"(?:later|last|latest|younger|youngest|recently|newer)", "date", True),
    (r"(?:fewer|less|smaller|lower|shorter)", "number", False),
    (r"(?:more|most|larger|higher|bigger|greater|taller|longer)", "number", True),
)


def reason(
    sub_question: SubQuestion, parents: Mapping[str, Step], passages: Sequence[Passage]
) -> Reading:
    """Return the conclusion of a sub-question of kind ``reason``; unknown if a parent is."""
    known = [parents[id].answer for id in sub_question.parents if id in parents]
    if len(known) < len(sub_question.parents) or any(answer.text is None for answer in known):
        return Reading()
    text = _conclusion(sub_question, parents, passages)
    if text is None:
        return Reading()
    quotes = tuple(dict.fromkeys(quote for answer in known for quote in answer.quotes[:1]))
    confidence = min((answer.confidence for answer in known), default=0.0)
    return Reading(answer=StepAnswer(text=text, quotes=quotes, confidence=confidence))


def _conclusion(
    sub_question: SubQuestion, parents: Mapping[str, Step], passages: Sequence[Passage]
) -> str | None:
    refs = sub_question.references()
    if len(refs) != 2:
        return None
    left, right = (parents[ref].answer.text or "" for ref in refs)
    named = side_names(sub_question.text)
    head = sub_question.text
    if re.match(r"(?:Is it true|Are|Do|Does|Did|Were|Was|Is)\b", head):
        if "same" in head or "from" in head:
            alike = _alike(left, right)
            return None if alike is None else ("yes" if alike else "no")
        return "yes" if plain(left) == plain(right) == "yes" else "no"
    if re.search(r"\bshare\b|in common|\bboth\b", head):
        return shared(left, right) or _shared_in_passages(parents, refs, passages)
    names_or_answers = named or (left, right)
    bare = re.sub(r"\([^)]*\)", "", head.split(":")[0])
    if plain(left) in ("yes", "no") and plain(right) in ("yes", "no"):
        if plain(left) == plain(right):
            return None
        return names_or_answers[0 if plain(left) == "yes" else 1]
    for wording, measure, greater in _OPERATIONS:
        if re.search(rf"\b{wording}\b", bare):
            first = _first_is_less(measure, left, right)
            if first is None:
                return None
            return names_or_answers[1 if first == greater else 0]
    return None


def side_names(text: str) -> tuple[str, str] | None:
    """Return the names of the two sides that a reasoning sub-question holds apart."""
    match = re.search(r"(?P<left>.+?) \(\{\w+\}\) (?:or|and) (?P<right>.+) \(\{\w+\}\)", text)
    if match is None:
        return None
    left = match["left"]
    if ": " in left:
        left = left.split(": ", 1)[1]
    else:
        left = re.sub(r"^(?:Is it true that (?:the [\w\- ]+? of )?|What \w+ do )", "", left)
    return left.strip(), match["right"].strip()


def _first_is_less(measure: str, left: str, right: str) -> bool | None:
    if measure == "date":
        ours, theirs = parse_date(left), parse_date(right)
        return None if ours is None or theirs is None else earlier(ours, theirs)
    value: Callable[[str], float | None] = _years if measure == "span" else parse_number
    mine, other = value(left), value(right)
    return None if mine is None or other is None or mine == other else mine < other


def _years(lifespan: str) -> float | None:
    found = [parse_date(lifespan[start:end]) for start, end in dates(lifespan)]
    known = [date for date in found if date is not None]
    if len(known) < 2:
        return None
    return _as_years(known[-1]) - _as_years(known[0])


def _as_years(date: Date) -> float:
    return date.year + (date.month or 6) / 12 + (date.day or 15) / 365


def _alike(left: str, right: str) -> bool | None:
    ours, theirs = country_of(left), country_of(right)
    if ours and theirs:
        return ours == theirs
    if plain(left) == plain(right):
        return True
    return bool(set(content_words(left)) & set(content_words(right)))


def shared(left: str, right: str) -> str | None:
    """Return what two lists have in common, in the words of the first."""
    theirs = _items(right)
    common = [item for item in _items(left) if any(_same_item(item, other) for other in theirs)]
    return ", ".join(dict.fromkeys(common)) or None


def _items(text: str) -> list[str]:
    parts = re.split(r",|;|\band\b|/", text)
    return [part.strip() for part in parts if part.strip()]


def _same_item(left: str, right: str) -> bool:
    ours, theirs = words(left), words(right)
    if not ours or not theirs:
        return False
    return ours[-1] == theirs[-1] or stems(left) == stems(right)


def _shared_in_passages(
    parents: Mapping[str, Step], refs: Sequence[str], passages: Sequence[Passage]
) -> str | None:
    """Return a name that the passages of both sides hold, where only one does."""
    texts = {passage.id: passage.text for passage in passages}
    found: list[dict[str, str]] = []
    for ref in refs:
        quoted = [texts.get(quote.passage_id, "") for quote in parents[ref].answer.quotes]
        spans = {text[start:end] for text in quoted for start, end in names(text)}
        found.append({plain(span): span for span in sorted(spans)})
    asked = plain(" ".join(parents[ref].text for ref in refs))
    both = [name for name in found[0] if name in found[1] and name not in asked]
    return found[0][both[0]] if len(both) == 1 else None

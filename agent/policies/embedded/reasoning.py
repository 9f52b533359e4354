"""Concluding from what the parents found: comparisons, sameness, what two sides share."""

import re
from collections.abc import Callable, Mapping, Sequence

from ....graphs.plan import REFERENCE, SubQuestion
from ....graphs.steps import Reading, Step, StepAnswer
from ....tools.passages import Passage
from .countries import countries_of
from .dates import Date, dates, earlier, parse_date, parse_number
from .names import names
from .text import content_words, plain, stems, words

_VALUES = re.compile(r"\(\{(\w+)\}\)")
# Words that say which of two is wanted: (words, is the greater value wanted).
_OPERATIONS: tuple[tuple[str, str, bool], ...] = (
    (r"lived longer", "span", True),
    (r"(?:earlier|first|earliest|older|oldest)", "date", False),
    (r"(?:later|last|latest|younger|youngest|recently|newer)", "date", True),
    (r"(?:fewer|less|smaller|lower|shorter)", "number", False),
    (r"(?:more|most|larger|higher|bigger|greater|taller|longer)", "number", True),
)
# One condition of two may name the answer by itself where it is at least this sure.
_ALONE = 0.6


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
    refs = _VALUES.findall(sub_question.text) or sub_question.references()
    if len(refs) != 2 or any(ref not in parents for ref in refs):
        return None
    left, right = (parents[ref].answer.text or "" for ref in refs)
    answers = {id: step.answer.text or "" for id, step in parents.items()}
    named = side_names(sub_question.text)
    if named is not None:
        # A side that was described goes by the name found for it.
        left_name, right_name = (
            REFERENCE.sub(lambda match: answers.get(match[1], match[0]), side) for side in named
        )
        named = (left_name, right_name)
    head = sub_question.text
    if re.match(r"(?:Is it true|Are|Do|Does|Did|Were|Was|Is)\b", head):
        if re.search(r"\bsame (?:\w+ )?(?:country|nationality)\b", re.sub(r"\([^)]*\)", "", head)):
            verdict = _same_country(*(parents[ref].answer for ref in refs))
        else:
            verdict = _holds(head, left, right)
        if verdict is not None:
            return "yes" if verdict else "no"
        if "same" in head or not {plain(left), plain(right)} <= {"yes", "no"}:
            return None
        return "yes" if plain(left) == plain(right) == "yes" else "no"
    if re.search(r"^What is both\b", head):
        return _agreed(parents, refs)
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


def _same_country(left: StepAnswer, right: StepAnswer) -> bool | None:
    """Whether two answers lie in one country; None where either's country is not known."""
    ours, theirs = _country(left), _country(right)
    return bool(ours & theirs) if ours and theirs else None


def _country(answer: StepAnswer) -> frozenset[str]:
    """The countries that an answer names, or the only one that its quote does."""
    named = countries_of(answer.text or "")
    quoted = countries_of(" ".join(quote.text for quote in answer.quotes))
    return named or (quoted if len(quoted) == 1 else frozenset())


def _holds(head: str, left: str, right: str) -> bool | None:
    """Whether what a yes-or-no conclusion says of its two sides holds; None where unclear."""
    bare = re.sub(r"\([^)]*\)", "", head)
    if match := re.search(r"\bsame (month|year|decade|century)\b", bare):
        return _same_time(match[1], left, right)
    if "same" in bare:
        return _alike(left, right)
    if match := re.search(r"\b(?:(older|before|earlier)|younger|after|later)\b", bare):
        first = _first_is_less("date", left, right)
        return None if first is None else first == bool(match[1])
    return None


def _same_time(unit: str, left: str, right: str) -> bool | None:
    ours, theirs = parse_date(left), parse_date(right)
    if ours is None or theirs is None:
        return None
    if unit == "month":
        return None if 0 in (ours.month, theirs.month) else ours.month == theirs.month
    width = {"year": 1, "decade": 10, "century": 100}[unit]
    return ours.year // width == theirs.year // width


def _agreed(parents: Mapping[str, Step], refs: Sequence[str]) -> str | None:
    """Return the answer that two conditions agree on, or the one that stands in both quotes."""
    left, right = (parents[ref].answer for ref in refs)
    if left.text is None or right.text is None:
        return None
    ours, theirs = set(content_words(left.text)), set(content_words(right.text))
    if ours & theirs:
        return max(left.text, right.text, key=len)
    quoted = [plain(" ".join(quote.text for quote in side.quotes)) for side in (left, right)]
    if plain(left.text) in quoted[1]:
        return left.text
    if plain(right.text) in quoted[0]:
        return right.text
    surer = max((left, right), key=lambda side: side.confidence)
    return surer.text if surer.confidence >= _ALONE else None


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
    ours, theirs = countries_of(left), countries_of(right)
    if ours and theirs:
        return bool(ours & theirs)
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

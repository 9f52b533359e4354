"""Finding the answer's span in a sentence by the relation that the question asks for."""

import re
from dataclasses import dataclass

from .countries import countries, country_word, nationalities
from .dates import dates
from .names import names
from .questions import Asked
from .relations import Relation
from .sentences import Candidate
from .spans import tidied
from .text import bare_title, plain, words

_LEAD = re.compile(r"\b(?:is|was|are|were|were both) (?:an?|the|one of)\b")
_NEVER_DATES = frozenset({"person", "place", "organisation"})
# Places of birth and death are asked for as the town alone, as "Clinton" of "Clinton, Iowa".
_CITIES = frozenset({"birthplace", "deathplace"})


@dataclass(frozen=True)
class Span:
    """A span that answers, with how sure its pattern is."""

    start: int
    end: int
    sureness: float


def extracted(asked: Asked, candidate: Candidate) -> Span | None:
    """Return the span in a candidate sentence that states the relation asked for, if any."""
    relation = asked.relation
    if relation is None:
        return None
    if relation.name in ("nationality", "country", "birth country"):
        return _of_country(relation, candidate)
    return _by_pattern(relation, asked, candidate)


def _by_pattern(relation: Relation, asked: Asked, candidate: Candidate) -> Span | None:
    text = candidate.sentence.text
    own_names = (words(asked.subject), tuple(bare_title(candidate.passage.title).split()))
    floor = _after_subject(asked.subject, text) if candidate.link < 0.9 else 0
    patterns = relation.compiled
    dated = dates(text)
    for order, pattern in enumerate(patterns):
        for match in pattern.finditer(text):
            start, end = tidied(text, relation.answer, *match.span("answer"))
            if relation.answer == "date":
                start, end = _whole_date(start, end, dated)
            elif relation.name in _CITIES:
                end = start + len(text[start:end].split(",")[0])
            own = words(text[start:end])
            if end <= start or not own or start < floor:
                continue
            if relation.answer in _NEVER_DATES and _overlaps(start, end, dated):
                continue
            if relation.answer == "person" and (own in own_names or country_word(text[start:end])):
                continue
            sureness = 1.0 - 0.45 * order / max(len(patterns), 3)
            if floor and names(text[floor : match.start()]):
                # Somebody else comes between the subject and what is said.
                sureness *= 0.5
            return Span(start, end, sureness)
    return None


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < stop and begin < end for begin, stop in spans)


def _whole_date(start: int, end: int, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """Widen a year to the full date that it closes."""
    covering = [(begin, stop) for begin, stop in spans if begin <= start and end <= stop]
    return max(covering, key=lambda span: span[1] - span[0], default=(start, end))


def _after_subject(subject: str, text: str) -> int:
    """Where a sentence of another passage begins to speak of the subject."""
    position = plain(text).find(plain(subject)) if subject else -1
    return position + len(subject) if position >= 0 else 0


def _of_country(relation: Relation, candidate: Candidate) -> Span | None:
    text = candidate.sentence.text
    lead = _LEAD.search(text)
    people = nationalities(text)
    places = countries(text)
    if relation.name == "nationality":
        if lead:
            after = [span for span in people if 0 <= span[0] - lead.end() < 40]
            if after:
                return Span(*_last_of_pair(text, after), 0.95)
        born = re.search(r"\b[Bb]orn\b|from|native", text)
        if places and born:
            return Span(*places[-1], 0.6)
        if people:
            return Span(*people[0], 0.5)
        return Span(*places[0], 0.4) if places else None
    if places:
        # The country closes the list of places: "a village in Fars Province, Iran".
        located = re.search(r"\b(?:in|of|from|located|situated)\b", text)
        inside = [span for span in places if located and span[0] > located.start()]
        return Span(*(inside or places)[0 if relation.name == "birth country" else -1], 0.9)
    return Span(*people[0], 0.75) if people else None


def _last_of_pair(text: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """Take both of "Hungarian-American", and the second of "Russian-born American"."""
    first = spans[0]
    if len(spans) > 1:
        between = text[first[1] : spans[1][0]]
        if re.fullmatch(r"-?\s?born ", between):
            return spans[1]
        if re.fullmatch(r"\s?[-–]\s?", between):
            return first[0], spans[1][1]
    return first

"""Spans of a wanted type inside a sentence, for questions of no known relation."""

import re
from collections.abc import Iterable

from .countries import countries, country_word, nationalities
from .dates import YEAR, dates
from .names import PLACE_SPAN, QUOTED_SPAN, names, trimmed_person
from .relations import AnswerType
from .text import words

_NUMBER = re.compile(
    r"(?:[$£€]\s?)?\d[\d,]*(?:\.\d+)?(?:\s?(?:million|billion|thousand|hundred|%|percent|km|m|ft|feet"
    r"|miles|metres|meters|kg|inches|years|hectares|acres))?|\b(?:two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|once|twice)\b"
)
_PLACE_HEAD = re.compile(r"(?:\b(?:in|at|near|from|of|to|on|into)(?: the)?(?: \w+ of)? )$")
_ORGANISATION = re.compile(
    r"\b(?:University|College|School|Institute|Academy|Company|Corporation|Inc|Records|Club|Party"
    r"|League|Association|Society|Museum|Studios?|Pictures|Entertainment|Group|Church|Band|Team"
    r"|FC|United|Airlines|Foundation|Press|Network|Channel|Times|Magazine)\b"
)
_PHRASE = re.compile(
    r"(?:(?:is|was|are|were|as|for|called|named|of|in|by|with|to|the|an?) )"
    r"((?:(?!(?:the|an?|who|which|that|in|of|by|for|and|was|is)\b)[\w\-'’]+ ?){1,5})"
)


def typed_spans(text: str, wanted: AnswerType) -> list[tuple[int, int]]:
    """Return the spans of a sentence that can answer a question for the type wanted."""
    if wanted in ("date", "lifespan"):
        return dates(text)
    if wanted == "year":
        return [match.span() for match in YEAR.finditer(text)] or dates(text)
    if wanted == "number":
        inside = dates(text)
        spans = [match.span() for match in _NUMBER.finditer(text)]
        bare = [span for span in spans if not _within(span, inside)]
        return bare or spans
    if wanted == "nationality":
        return nationalities(text) or countries(text)
    if wanted == "country":
        return countries(text) or nationalities(text)
    if wanted == "place":
        placed = [
            match.span() for match in PLACE_SPAN.finditer(text)
            if _PLACE_HEAD.search(text[: match.start()])
        ]  # fmt: skip
        return placed or names(text)
    if wanted == "work":
        quoted = [match.span(1) for match in QUOTED_SPAN.finditer(text)]
        return quoted + names(text)
    if wanted == "organisation":
        spans = names(text)
        marked = [span for span in spans if _ORGANISATION.search(text[slice(*span)])]
        return marked + [span for span in spans if span not in marked]
    if wanted == "person":
        return [
            span for span in names(text)
            if not _ORGANISATION.search(text[slice(*span)]) and not country_word(text[slice(*span)])
        ]  # fmt: skip
    return names(text) + [match.span() for match in QUOTED_SPAN.finditer(text)] + phrases(text)


def phrases(text: str) -> list[tuple[int, int]]:
    """Return short runs of words that follow a function word."""
    spans = [match.span(1) for match in _PHRASE.finditer(text)]
    return [(start, start + len(text[start:end].rstrip())) for start, end in spans]


def _within(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def shaped(text: str, start: int, end: int, wanted: AnswerType) -> bool:
    """Whether a span looks like its type, by its length, its marks or the word before it."""
    span = text[start:end]
    own = words(span)
    if wanted == "person":
        return 2 <= len(own) <= 4 and span[:1].isupper() and not _ORGANISATION.search(span)
    if wanted == "place":
        return bool(_PLACE_HEAD.search(text[:start])) and span[:1].isupper()
    if wanted == "organisation":
        return bool(_ORGANISATION.search(span))
    if wanted == "work":
        return text[max(0, start - 1) : start] in ('"', "“")
    return True


def tidied(text: str, wanted: AnswerType, start: int, end: int) -> tuple[int, int]:
    """Return a span without the roles, quotes and punctuation at its edges."""
    span = text[start:end]
    while span and (span[0] in " ,;:\"“'("):
        span, start = span[1:], start + 1
    while span and span[-1] in " ,;:\"”'([":
        span = span[:-1]
    if span.endswith(".") and not re.search(r"(?:\b[A-Z]|Jr|Sr|Inc|Co|Ltd|U\.S)\.$", span):
        span = span[:-1]
    if wanted == "person":
        person = trimmed_person(span)
        offset = span.find(person)
        if person and offset >= 0:
            start, span = start + offset, person
    return start, start + len(span)

"""Spans of a wanted type inside a sentence, for questions of no known relation."""

import re
from collections.abc import Iterable

from .countries import countries, country_word, nationalities
from .dates import YEAR, dates
from .names import PLACE_SPAN, QUOTED_SPAN, names, trimmed_person
from .questions import Asked
from .relations import AnswerType
from .text import plain, stems, words

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


def best_span(text: str, asked: Asked, title: str) -> tuple[int, int, float] | None:
    """Return the best span of the type asked for with a score in [0, 1]; None where none fits.

    A span near the question's words is likelier; one that repeats the question is none.
    """
    asked_words = set(words(asked.text)) | (set(words(title)) if asked.answer != "work" else set())
    terms = stems(asked.text)
    marks = [
        (match.start() + match.end()) / 2
        for match in re.finditer(r"\w+", text)
        if stems(match[0]) & terms
    ]
    best: tuple[int, int, float] | None = None
    spans = typed_spans(text, asked.answer)
    for order, (start, end) in enumerate(spans):
        own = words(text[start:end])
        if not own or all(word in asked_words for word in own):
            continue
        middle = (start + end) / 2
        near = sum(1 / (1 + abs(middle - mark) / 25) for mark in marks) / (len(marks) or 1)
        repeated = sum(word in asked_words for word in own) / len(own)
        score = 0.6 * near + 0.4 * (1 - repeated) - 0.03 * order
        if best is None or score > best[2]:
            best = (start, end, score)
    return best


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


def same_words(left: str, right: str) -> bool:
    """Whether two texts have the same words, whatever their case and punctuation."""
    return words(left) == words(right) or plain(left) == plain(right)

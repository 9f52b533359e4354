"""Wordings of a question after three intents: wider, narrower, another side of it."""

from collections.abc import Iterable

from .questions import Asked, analysed
from .text import content_words, words


def context(question: str, text: str) -> list[str]:
    """Return wordings with what the whole question says besides; none where that is nothing."""
    asked = analysed(text)
    wider = _words_without(question, [text])
    return [f"{known} {wider}" for known in (asked.text, _subject(asked)) if known and wider]


def detail(text: str) -> list[str]:
    """Return wordings of the names and of how sentences state the relation asked for."""
    asked = analysed(text)
    stated = asked.relation.cues if asked.relation else ""
    rest = _words_without(text, asked.entities)
    return [f"{_subject(asked)} {said}".strip() for said in (stated, rest) if said]


def aspect(text: str) -> list[str]:
    """Return wordings that begin with what is asked for, by the nouns that name it."""
    asked = analysed(text)
    nouns = asked.relation.nouns[:3] if asked.relation else ()
    return [f"{noun} {_subject(asked)}".strip() for noun in (" ".join(nouns), asked.head) if noun]


def _subject(asked: Asked) -> str:
    return asked.subject or " ".join(asked.entities)


def _words_without(text: str, known: Iterable[str]) -> str:
    left_out = {word for each in known for word in words(each)}
    return " ".join(word for word in content_words(text) if word not in left_out)

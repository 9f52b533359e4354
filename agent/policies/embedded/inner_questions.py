"""Wording the part of a question that is asked first as a question of its own.

The part is a noun phrase (*the author of X*), a clause (*where X was born*), or a whole statement
that a longer question begins with (*X is a song by a rock band*, whose band is meant).
"""

import re

from .descriptions import described_clause, question_word
from .nouns import PERSON_NOUNS, PLACE_NOUNS, THING_NOUNS
from .phrases import described
from .questions import CLASS_NOUNS
from .text import UPPER

_NUMBERED = re.compile(r"#(\d)")
_BRACED = re.compile(r"\{q(\d)\}")
_FINITE = (
    r"(?:is|was|are|were|has|had|have|did|does|can|will|stars?|co-stars|features?|plays?|played"
    r"|wrote|serves?|won|takes|took|\w+ed)"
)
_LINK = re.compile(r"(?:who|that|which|whose|whom|where|when)\b")
_CLASSES = "|".join((CLASS_NOUNS, *sorted({*PERSON_NOUNS, *PLACE_NOUNS, *THING_NOUNS})))
_PLACES = "|".join(sorted(PLACE_NOUNS))
_ARTICLE_BEFORE = re.compile(r"(?:the|an?) ", re.IGNORECASE)
# What something is, before its name: "the city of (Adelaide)", "the 1979 horror film (Alien)".
_CLASS_BEFORE = re.compile(
    rf"(?:(?:the|an?) )?(?:(?!(?:of|for|in|on|by|at|to|from|with) )[a-z\d\-]+ ){{0,4}}?"
    rf"(?:(?:{_PLACES}) of|(?:{_CLASSES}),?(?: (?:called|named|titled|entitled))?) (?:the )?",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(rf"[\"“'‘(]*(?:{UPPER}|\d|\{{)")
_INSIDE_NAMES = frozenset(
    "of the in on and a an to for with at by from & de del la le von van".split()
)
_TELLING = re.compile(rf"[{{\"“\d]|{UPPER}| (?:[Ff]irst|[Ll]ast|only) ")
_NOTHING_LEFT = re.compile(
    r"(?:(?:who|what|which) (?:is|are|was|were) |name )?"
    r"(?:the )?(?:(?:name|title)s? of (?:the )?)?"
    r"#\d\W*",
    re.IGNORECASE,
)
# "Who did #1?", "When was #1?": the part took the question's own verb along.
_NO_VERB_LEFT = re.compile(r"(?:.*\b(?:did|does|do)|(?:when|why|how) \w+) #\d\W*", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|where|when|why|how|name)\b"
    r"|^(?:is|was|are|were|did|does|do|has|have|had|can|could)\b",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"(?P<link>where|when) (?P<x>.+?) (?P<aux>is|was|are|were|has|had)\b(?P<rest>.*)"
)
_STATEMENT = re.compile(rf"(?:[\"“{{]|(?:The )?{UPPER}|\d)[^?]*? {_FINITE} ")
_ARTICLE = re.compile(r" (?:an?|this|another|the|one of the) (?=[\w\-\"“]+)", re.IGNORECASE)
# "X was an actress": says what X is, and names nothing else.
_SAYS_WHAT_IT_IS = re.compile(
    r"[^?]*? (?:is|was|are|were) (?:an?|the)(?: (?!(?:of|in|by|at|on|from|for|to)\b)[\w\-]+)+"
)


def asked(phrase: str) -> str | None:
    """Return the question that a part of a question stands for; None where it says too little.

    Args:
        phrase: The part; answers of earlier steps as ``#1``.
    """
    # The rules know a reference by its braces.
    text = _NUMBERED.sub(r"{q\1}", " ".join(phrase.split()).strip(" ,;"))
    question = _asked(text)
    return None if question is None else _BRACED.sub(r"#\1", question)


def _asked(text: str) -> str | None:
    if re.match(r"\{\w+\}(?!['’]s)", text) or _only_names(text):
        return None
    if not (len(text.split()) > 3 or _TELLING.search(text)):
        return None
    if known := described(text):
        return known.question
    if clause := _MOVED.fullmatch(text):
        rest = clause["rest"] or ("" if clause["link"] == "when" else " located")
        return f"{clause['link'].capitalize()} {clause['aux']} {clause['x']}{rest}?"
    if _LINK.match(text):
        return f"{text[0].upper()}{text[1:]}?"
    if (statement := _STATEMENT.match(text)) and not _LINK.search(statement[0]):
        return _about_its_last(text)
    phrase = re.sub(r"^(?:an?|this|the) ", "the ", text, flags=re.IGNORECASE)
    if known_clause := described_clause(phrase):
        return known_clause
    return f"{question_word(_head(phrase))} {phrase}?"


def _only_names(text: str) -> bool:
    """Whether a phrase is a name, with or without the word for what it bears."""
    article = _ARTICLE_BEFORE.match(text)
    if _is_name(text[article.end() :] if article else text):
        return True
    bearer = _CLASS_BEFORE.match(text)
    # The state of {q1} is asked for where {q1} is a city.
    if bearer is None:
        return False
    name = text[bearer.end() :]
    return not name.startswith("{") and _is_name(name)


def _is_name(text: str) -> bool:
    if re.fullmatch(r"[\"“][^\"”]+[\"”]", text):
        return True
    words = text.split()
    return bool(words) and all(
        _NAME_WORD.match(word) or (0 < place < len(words) - 1 and word in _INSIDE_NAMES)
        for place, word in enumerate(words)
    )


def _about_its_last(text: str) -> str | None:
    """Turn a statement into a question about its last noun phrase, which a name is wanted for."""
    if _SAYS_WHAT_IT_IS.fullmatch(text):
        return None
    articles = list(_ARTICLE.finditer(text))
    indefinite = [each for each in articles if each[0].strip().lower() != "the"]
    if not articles:
        return f"{text}?"
    at = (indefinite or articles)[-1]
    return f"{text[: at.start()]} which {text[at.end() :]}?"


def _head(phrase: str) -> str:
    """Return the noun that a noun phrase is about."""
    if owned := re.search(r"['’]s? ([a-z][\w\- ]*)$", phrase):
        return owned[1]
    before = re.split(
        r" (?:of|for|in|on|at|by|from|to|with|who|that|which|whose|where|when|during|based|made"
        r"|is|was|\w+ed|\w+ing)\b|,",
        phrase.removeprefix("the "),
        maxsplit=1,
    )[0]
    return before


def rejoined(before: str, reference: str, after: str) -> str | None:
    """Return what is left of a question once a part is asked; None where nothing is left to ask.

    Args:
        before: What stands before the part.
        reference: What stands for its answer: ``#1``.
        after: What stands behind it.
    """
    if not before.strip():
        after = re.sub(r"^,? (?:who|that|which) ", " ", after)
    text = f"{before}{reference}{after}"
    bare = text.strip()
    if _NOTHING_LEFT.fullmatch(bare) or _NO_VERB_LEFT.fullmatch(bare) or not _ASKS.search(bare):
        return None
    return re.sub(r" +([?,])", r"\1", " ".join(text.split()))

"""Countries with the words for their people, so that *Italian* and *Italy* compare as the same."""

import re
from functools import cache

from .country_table import TABLE
from .text import plain


def _entries() -> list[tuple[list[str], list[str]]]:
    lines = TABLE.replace("\\\n", "").strip().splitlines()
    halves = [line.split("|") for line in lines]
    return [
        ([name.strip() for name in names.split(";")], [name.strip() for name in people.split(";")])
        for names, people in halves
    ]


_COUNTRY_OF = {plain(word): names[0] for names, people in _entries() for word in (*names, *people)}
_NAMES = {word: names[0] for names, _ in _entries() for word in names}
_PEOPLE = {word: names[0] for names, people in _entries() for word in people}


@cache
def _finder(kind: str) -> re.Pattern[str]:
    table = {"people": _PEOPLE, "country": _NAMES, "either": {**_NAMES, **_PEOPLE}}[kind]
    longest_first = sorted(table, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def countries_of(text: str) -> frozenset[str]:
    """Return the countries that a text names or whose people it names."""
    exact = _COUNTRY_OF.get(plain(text.strip(" .,;")))
    if exact is not None:
        return frozenset({exact})
    return frozenset(_COUNTRY_OF[plain(word)] for word in _finder("either").findall(text))


def country_word(text: str) -> bool:
    """Whether a text is nothing but a country or its people."""
    return plain(text) in _COUNTRY_OF


def nationalities(text: str) -> list[tuple[int, int]]:
    """Return where a text names people of a country (*Italian*), in order."""
    return [match.span() for match in _finder("people").finditer(text)]


def countries(text: str) -> list[tuple[int, int]]:
    """Return where a text names a country (*Italy*), in order."""
    return [match.span() for match in _finder("country").finditer(text)]

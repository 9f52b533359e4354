"""Words of questions and steps, and how much one speaks of the other; for aligning the two."""

import re
from dataclasses import dataclass
from functools import cache

_WORD = re.compile(r"#\d+|\w+(?:[.\-'’]\w+)*")
_ENDINGS = (
    *("ational", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ors", "or", "ed"),
    *("es", "s", "ly", "y", "e"),
)
ASKING = frozenset("who what which whose whom where when how why".split())
LINKS = frozenset("who that which where whose whom".split())
VERBS = frozenset("is was were are be been has had have did does do can will could would".split())
ARTICLES = frozenset("the a an this".split())
PREPOSITIONS = frozenset("in at on to from for by of with under".split())
_STOP = (
    ASKING
    | VERBS
    | ARTICLES
    | PREPOSITIONS
    | frozenset(
        """and or as being that these those it its their his her one there name called s me if
        than then""".split()
    )
)


@dataclass(frozen=True)
class Word:
    """A word of a question.

    Attributes:
        text: The word, or a reference such as ``#1``.
        start: Offset of its first character.
        end: Offset behind its last.
    """

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.text.lower()

    @property
    def tells(self) -> bool:
        """Whether it says something of its own: no function word and no reference."""
        return self.lower not in _STOP and not self.text.startswith("#")

    @property
    def possesses(self) -> bool:
        """Whether it is a possessor: *Stanley's*."""
        return re.search(r"['’]s$", self.text) is not None


def words(text: str) -> list[Word]:
    """Return the words of a text and its references, in order."""
    return [Word(match[0], *match.span()) for match in _WORD.finditer(text)]


@cache
def stem(word: str) -> str:
    """Return a word without its ending, crudely."""
    bare = re.sub(r"['’]s$|[^\w]", "", word.lower())
    for ending in _ENDINGS:
        if len(bare) - len(ending) >= 3 and bare.endswith(ending):
            return bare[: -len(ending)]
    return bare


@cache
def likeness(one: str, other: str) -> float:
    """Return how alike two stems are, from 0 to 1."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3:
        return 0.8
    return 0.6 if len(shorter) >= 5 and one[:5] == other[:5] else 0.0


def spoken_of(word: Word, stems: tuple[str, ...]) -> float:
    """Return how surely a word is one of those with the given stems."""
    here = stem(word.text)
    return max((likeness(here, each) for each in stems), default=0.0)

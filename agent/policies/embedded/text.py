"""Words and sentences: what every other module of the policy reads text with."""

import re
import unicodedata
from dataclasses import dataclass

_UPPER_LETTERS = "".join(
    char for char in map(chr, range(0x41, 0x2000)) if char.isupper() or char.istitle()
)
UPPER = f"[{_UPPER_LETTERS}]"
_WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
_WHOLE = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+\.\d+|[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[^\s])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|Inc|Ltd|Co|Corp|Gen|Col|Lt|Sgt|Capt|Rev|Hon"
    r"|No|vol|Vol|pp|ca|c|b|d|r|fl|cf|e\.g|i\.e|approx|est|Ft|Mt|Gov|Sen|Rep|Bros|Op|op"
    r"|(?:[A-Za-z]\.)+[A-Za-z]))\.$"
)
STOPWORDS = frozenset(
    """
        a an the of in on at by for to from with and or but as is are was were be been
        being do does did has have had who whom whose which what when where why how that
        this these those it its he she his her him they their them there than then into
        about after before during also both same more most s name named called one two
        not no yes if while would will can could
    """.split()
)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage with its offset in the passage's text."""

    text: str
    start: int


_LONGEST = 1_000
"""Characters of a sentence; reading one takes time by the square of its length."""
_LONGEST_WORD = 100
_GAP = 12
"""Characters after a full stop that are looked at for how the next sentence begins."""


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text; each is a verbatim span of it.

    What goes on for longer than any sentence, as lists and tables do, is cut between words.
    """
    found: list[Sentence] = []
    begin = 0
    for match in _SENTENCE_END.finditer(text):
        tail = text[max(begin, match.start() - 12) : match.start() + 1]
        following = text[match.end() : match.end() + _GAP].lstrip()[:2]
        if match[0].startswith(".") and (
            _ABBREVIATION.search(tail) or following[:1].islower() or following[:1] in ",;"
        ):
            continue
        _append(found, text, begin, match.end())
        begin = match.end()
    _append(found, text, begin, len(text))
    return tuple(found)


def _append(found: list[Sentence], text: str, begin: int, end: int) -> None:
    while end - begin > _LONGEST:
        cut = text.rfind(" ", begin + 1, begin + _LONGEST)
        cut = cut if cut > begin else begin + _LONGEST
        _append(found, text, begin, cut)
        begin = cut
    span = text[begin:end]
    stripped = span.strip()
    if stripped:
        found.append(Sentence(stripped, begin + len(span) - len(span.lstrip())))


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span widened to the ends of the words, and of the numbers, that it cuts."""
    for whole in _WHOLE.finditer(text, max(0, start - _LONGEST_WORD), end + _LONGEST_WORD):
        if whole.start() < start < whole.end():
            start = whole.start()
        if whole.start() < end < whole.end():
            end = whole.end()
    return start, end


def plain(text: str) -> str:
    """Return the text in lower case without accents, for comparing words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> tuple[str, ...]:
    """Return the plain words of a text, possessive endings removed."""
    return tuple(re.sub(r"(?:['’]s|['’.])$", "", word) for word in _WORD.findall(plain(text)))


def content_words(text: str) -> tuple[str, ...]:
    """Return the plain words of a text that carry meaning."""
    return tuple(word for word in words(text) if word not in STOPWORDS)


def stem(word: str) -> str:
    """Return a word without its commonest English endings."""
    for ending in ("ings", "ing", "ies", "ers", "ed", "es", "er", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def stems(text: str) -> frozenset[str]:
    """Return the stems of the content words of a text."""
    return frozenset(stem(word) for word in content_words(text))


def bare_title(title: str) -> str:
    """Return a title as plain words without its disambiguation, to compare names."""
    return " ".join(words(re.sub(r"\s*\([^)]*\)\s*", " ", title)))

"""Titles as links: normalised forms of a title, and the places where a text may name one.

Passages name the titles of other passages in their text, so a title is an entity and a mention of
it is a link. Both sides are folded to the same plain form, which makes finding a link a dictionary
look-up: no entity recogniser, no hyperlinks needed.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_MENTION = 10
"""Words in the longest mention looked for; longer titles are rare."""

_WORD = re.compile(r"&|[^\W_](?:[^\W_]|[\u0300-\u036f]|['’ʼ`](?=[^\W_]))*")
_PARENTHETICAL = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]\s*$")
_POSSESSIVE = re.compile(r"['’ʼ`]s$", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")

# Letters that Unicode does not decompose into a base letter and a mark.
_BASE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)

_ARTICLES = frozenset({"the", "a", "an"})

STOP_WORDS = frozenset(
    """a about after all also although an and any are as at be because been before being between
    both but by can could did do does during each either for from had has have he her here hers him
    his how however i if in into is it its many may might more most much my no nor not of on one or
    other our over she should since so some such than that the their them then there these they
    this those though through to too under until up upon was we were what when where whether which
    while who whom whose why will with would yet you your""".split()
)
"""Words that name nothing on their own."""


@dataclass(frozen=True)
class Mention:
    """A stretch of text that may name a title.

    Attributes:
        key: Its normalised form, to be looked up among the `title_keys` of an index.
        start: Offset of its first character in the text.
        end: Offset after its last character.
    """

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Word:
    """A word of a text.

    Attributes:
        folded: Its normalised form.
        start: Offset of its first character in the text.
        end: Offset after its last character.
        names: Whether it may begin a name: it has a capital, a digit, or a script without case.
    """

    folded: str
    start: int
    end: int
    names: bool


def title_keys(title: str) -> tuple[str, ...]:
    """Return the normalised forms under which a title is found, the fullest first.

    Case, accents, punctuation and possessives are folded away. A trailing parenthetical
    (``Vortex (1976 film)``) and a leading article are optional, so there are up to four forms.

    Args:
        title: A title of any spelling.

    Returns:
        At least one key, unless the title is empty.
    """
    keys: dict[str, None] = {}
    for form in (title, _PARENTHETICAL.sub("", title)):
        folded = [word.folded for word in words_of(form)]
        keys[_join(folded)] = None
        # "A. E. Housman" starts with an initial, not with an article.
        if len(folded) > 1 and folded[0] in _ARTICLES and len(folded[1]) > 1:
            keys[_join(folded[1:])] = None
    keys.pop("", None)
    if not keys and title:
        # A title of punctuation alone, such as "!!!", is its own only form.
        keys[title.strip().casefold() or title] = None
    return tuple(keys)


def mentions(text: str) -> list[Mention]:
    """Return every stretch of words that may name a title, the longest first.

    A name begins with a word that has a capital, a digit or a letter of a script without case.
    Where the text has no capitals to go by, as questions are often typed, every stretch counts
    that is not made of stop words alone.

    Args:
        text: A question or a passage.

    Returns:
        Candidates, to be looked up; most of them name nothing. A possessive at the end
        (``Paris's``) adds a candidate without it.
    """
    words = words_of(text)
    has_case = any(word.names for word in words[1:])
    starts = [place for place, word in enumerate(words) if word.names or not has_case]
    found = []
    for length in range(min(LONGEST_MENTION, len(words)), 0, -1):
        for first in starts:
            span = words[first : first + length]
            if len(span) < length or not _may_name(span, has_case):
                continue
            start, end = span[0].start, span[-1].end
            folded = [word.folded for word in span]
            found.append(Mention(_join(folded), start, end))
            possessive = _POSSESSIVE.search(text, start, end)
            if possessive and len(folded[-1]) > 1:
                bare = [*folded[:-1], folded[-1][:-1]]
                found.append(Mention(_join(bare), start, possessive.start()))
    return found


def _may_name(span: list[Word], has_case: bool) -> bool:
    if any(word.folded not in STOP_WORDS and not word.folded.isdigit() for word in span):
        return True
    # "The Who" and "The 100" are names; "who", "Who" and a bare year are not.
    return has_case and len(span) > 1 and all(word.names for word in span)


def words_of(text: str) -> list[Word]:
    """Return the words of a text, normalised as in keys."""
    words = []
    for match in _WORD.finditer(text):
        raw = match.group()
        folded = "and" if raw == "&" else _fold(raw)
        if folded:
            names = any(c.isdigit() or (c.isalpha() and not c.islower()) for c in raw)
            words.append(Word(folded, match.start(), match.end(), names))
    return words


def _fold(word: str) -> str:
    """Fold case, accents, ligatures and inner punctuation away."""
    if word.isascii() and word.isalnum():
        return word.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    unmarked = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub("", unmarked.translate(_BASE_LETTERS))


def _join(folded: list[str]) -> str:
    """Join words to a key, initials as one word: "J. R. R. Tolkien" and "JRR Tolkien" agree."""
    parts: list[str] = []
    in_initials = False
    for word in folded:
        initial = len(word) == 1 and word.isalpha() and word.isascii()
        if initial and in_initials:
            parts[-1] += word
        else:
            parts.append(word)
        in_initials = initial
    return " ".join(parts)

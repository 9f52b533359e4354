"""Text as it is shown; what others wrote is made harmless to the terminal first."""

import re

from ...graphs.events import TreeGrown

# Control characters (which start escape sequences), lone surrogates, line and paragraph
# separators, and the marks that reverse the direction of what follows.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c]+"
)
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return the text in one line, without anything that a terminal might act on."""
    return _SPACES.sub(" ", _UNSAFE.sub(" ", text)).strip()


def shortened(text: str, longest: int) -> str:
    """Return the text cut at a word, if it is longer than so many characters."""
    if len(text) <= longest:
        return text
    return text[: longest + 1].rsplit(maxsplit=1)[0][:longest] + " …"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun; the plural only takes an s where none is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def grown(event: TreeGrown) -> str:
    """Return how far a search over steps has come, in a few words."""
    found = "no answer yet" if event.answer is None else f"best answer {clean(event.answer)}"
    return f"{counted(event.iteration, 'simulation')}, {found}"

"""Text that has to fit: how wide it is about, and where it is broken or cut."""

import unicodedata

# In widths of DejaVu Sans, the widest typeface that a reader is likely to see this in.
_NARROW = frozenset("ijlftrIJ.,;:'|!()[] ‘’·")
_BROAD = frozenset("ABCDGHKNOQRUVXZ")
_BROADEST = frozenset("mwMW@%—…→")
BOLD = 1.14
"""How much wider bold letters are."""


def width(text: str, size: float) -> float:
    """Return about how wide text is in a sans-serif typeface, rather too much than too little.

    Args:
        text: One line.
        size: Of the letters, in the units of the result.
    """
    return sum(map(_em, text)) * size


def lines(text: str, room: float, size: float, most: int) -> list[str]:
    """Return text broken into lines, the last one cut with an ellipsis if there would be more.

    Args:
        text: What is broken.
        room: Width of a line.
        size: Of the letters.
        most: How many lines there may be, at least one.
    """
    found: list[str] = []
    words = text.split()
    while words:
        if len(found) == most - 1:
            return [*found, _cut(" ".join(words), room, size)]
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        if width(line, size) > room:  # one word, which goes on in the next line
            kept = _fitting(line, room, size)
            words.insert(0, line[kept:])
            line = line[:kept]
        found.append(line)
    return found


def _cut(text: str, room: float, size: float) -> str:
    if width(text, size) <= room:
        return text
    return text[: _fitting(text, room - width("…", size), size)].rstrip() + "…"


def _fitting(text: str, room: float, size: float) -> int:
    """How many characters fit, at least one."""
    used = 0.0
    for number, char in enumerate(text):
        used += _em(char) * size
        if used > room:
            return max(number, 1)
    return len(text)


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in _NARROW:
        return 0.41
    if char in _BROADEST:
        return 1.0
    return 0.79 if char in _BROAD else 0.64

"""Finding in a passage the words that a model says it copied from there."""

import re

from ....graphs.steps import Quote
from ....prompts.untrusted import shown
from ....tools.passages import Passage

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})
_ELLIPSIS = re.compile(r"[\[(]?(?:\.{3,}|…|\. \. \.)[\])]?")


def located(words: str, passage: Passage) -> Quote | None:
    """Return the span of a passage that holds the words; None where it does not hold them.

    Case, spaces and the shapes of quotation marks and dashes may differ; the quote is what stands
    in the passage. Of words with gaps in them, the longest part counts.
    """
    for part in (words, max(_ELLIPSIS.split(words), key=len)):
        if span := _span(part.strip(), passage.text):
            return _quote(passage, span)
    return None


def _span(words: str, text: str) -> tuple[int, int] | None:
    if not words:
        return None
    if (start := text.find(words)) >= 0:
        return start, start + len(words)
    if not (pattern := _pattern(words)):
        return None
    match = re.search(pattern, _plain(text), re.I)
    return match.span() if match else None


def _pattern(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in _plain(words).split())


def _plain(text: str) -> str:
    # What the model saw is the passage as shown, letter for letter in the same places.
    return shown(text).translate(_SAME)


def _quote(passage: Passage, span: tuple[int, int]) -> Quote:
    start, end = span
    return Quote(passage_id=passage.id, text=passage.text[start:end], start=start)

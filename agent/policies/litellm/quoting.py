"""Finding in a passage the words that a model says it copied from there."""

import re
from collections.abc import Sequence

from ....graphs.steps import Quote
from ....prompts.untrusted import shown
from ....tools.passages import Passage

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})
_ELLIPSIS = re.compile(r"\s*(?:\.{3}|…|\[\.\.\.\])\s*")


def located(words: str, passage: Passage) -> Quote | None:
    """Return the span of a passage that holds the words; None where it does not hold them.

    Case, spaces and the shapes of quotation marks and dashes may differ; the quote is what stands
    in the passage. Of words with gaps in them, the longest part counts.
    """
    for part in sorted(_ELLIPSIS.split(words.strip()), key=len, reverse=True):
        if part and (span := _span(part, passage.text)):
            start, end = span
            return Quote(passage_id=passage.id, text=passage.text[start:end], start=start)
    return None


def sentence_around(quote: Quote, passage: Passage) -> str:
    """Return the quote with what stands around it in its sentence, for a reader to judge it."""
    text, end = passage.text, quote.start + len(quote.text)
    before = max(text.rfind(mark, 0, quote.start) for mark in (". ", "! ", "? ", "\n"))
    after = [at for mark in (". ", "! ", "? ", "\n") if (at := text.find(mark, end - 1)) >= 0]
    return text[before + 1 : min(after) + 1 if after else len(text)].strip()


def found_verbatim(answer: str, passages: Sequence[Passage]) -> Quote | None:
    """Return the first place where an answer itself stands in one of the passages."""
    for passage in passages:
        if quote := located(answer, passage):
            return quote
    return None


def _span(words: str, text: str) -> tuple[int, int] | None:
    if (start := text.find(words)) >= 0:
        return start, start + len(words)
    # What the model saw is the passage as shown, letter for letter in the same places.
    pattern = r"\s+".join(re.escape(word) for word in shown(words).translate(_SAME).split())
    if not pattern:
        return None
    match = re.search(pattern, shown(text).translate(_SAME), re.I)
    return match.span() if match else None

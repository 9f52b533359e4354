"""Showing a quote in the sentence it stands in, with the answer picked out."""

import re
from typing import NamedTuple

from ...tools.passages import Passage
from .wording import clean

# A full stop after a single letter is an initial's.
_SENTENCE_END = re.compile(r"(?<!\b\w)[.!?][\"'”’)\]]*\s+|[。!?]|\n\s*\n")
_LONGEST_SIDE = 160
"""Characters of a sentence that are shown on each side of a quote."""


class QuotedSentence(NamedTuple):
    """A sentence, cut into what precedes the highlighted words, these, and what follows."""

    before: str
    highlighted: str
    after: str


def quoted_title(passage: Passage) -> str:
    """Return the title of a quoted passage; if a model made it up, its source, which says so."""
    title = clean(passage.title)
    return f"{title} ({clean(passage.source)})" if passage.origin == "simulated" else title


def quoted_sentence(
    passage: Passage, quote: str, start: int, answer: str | None = None
) -> QuotedSentence:
    """Return the sentence or sentences that a quote stands in.

    Args:
        passage: The passage quoted.
        quote: The span.
        start: Its offset in the passage.
        answer: What to highlight where the quote holds it; otherwise the quote is highlighted,
            or nothing if it is all that there is.
    """
    text, end = passage.text, start + len(quote)
    first = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    # Looked for from the quote's last character, since that may be the full stop.
    closing = _SENTENCE_END.search(text, max(start, end - 1))
    last = max(end, closing.end() if closing else len(text))

    left, right = (_find(text, answer, start, end) if answer else None) or (start, end)
    if not text[first:left].strip() and not text[right:last].strip():
        return QuotedSentence(clean(text[first:last]), "", "")
    before, after = text[first:left], text[right:last]
    if len(before) > _LONGEST_SIDE:
        before = "… " + before[-_LONGEST_SIDE:].partition(" ")[2]
    if len(after) > _LONGEST_SIDE:
        after = after[:_LONGEST_SIDE].rpartition(" ")[0] + " …"
    return QuotedSentence(
        _kept_apart(before).lstrip(), clean(text[left:right]), _kept_apart(after).rstrip()
    )


def _find(text: str, words: str, start: int, end: int) -> tuple[int, int] | None:
    match = re.compile(re.escape(words), re.IGNORECASE).search(text, start, end)
    return match.span() if match else None


def _kept_apart(text: str) -> str:
    """Return the text clean, with a space where it touches other text with one."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    return before + clean(text) + after

"""A quote with what stands around it, for those who judge what it proves."""

from ..tools.passages import Passage
from .steps import Quote

_ENDS = (". ", "! ", "? ", "\n")


def sentence_around(quote: Quote, passage: Passage) -> str:
    """Return the quote with what stands around it in its sentence."""
    text, end = passage.text, quote.start + len(quote.text)
    before = max(text.rfind(mark, 0, quote.start) for mark in _ENDS)
    after = [at for mark in _ENDS if (at := text.find(mark, end - 1)) >= 0]
    return text[before + 1 : min(after) + 1 if after else len(text)].strip()


def titled(quote: Quote, passage: Passage) -> str:
    """Return the quote in its sentence, behind the passage's title, which may name the subject."""
    sentence = sentence_around(quote, passage)
    return f"{passage.title}: {sentence}" if passage.title else sentence

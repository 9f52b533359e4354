"""Claims and quotes as words to compare, whatever their typography."""

import re

from ..policies.embedded.dates import NUMBER_WORDS
from ..policies.embedded.text import words

# Treebank's spellings, in which FEVER and other corpora come.
_TREEBANK = (
    (r"-LRB-|-LSB-", "("),
    (r"-RRB-|-RSB-", ")"),
    (r"``|''", '"'),
    (r" (?=[,.;:!?)%]|'s\b|n't\b)", ""),
    (r"(?<=[(]) ", ""),
    (r"\s+", " "),
)
_COMPILED = tuple((re.compile(found), said) for found, said in _TREEBANK)


def tidied(text: str) -> str:
    """Return a text as people type it: no Treebank brackets, no space before punctuation."""
    for found, said in _COMPILED:
        text = found.sub(said, text)
    return text.strip()


def compared_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case without accents, numbers in digits alone."""
    whole = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", tidied(text))
    return tuple(_number(word) for word in words(whole))


def _number(word: str) -> str:
    if word[0].isdigit():
        return re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word)
    return str(NUMBER_WORDS.get(word, word))

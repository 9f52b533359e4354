"""Whether two answers say the same."""

import re
import unicodedata
from collections.abc import Sequence

_LONG = 12
"""Answers of more words than this are compared by what they share, not word for word."""
_ALIKE = 0.35
"""ROUGE-L above which long answers agree, as in Search-in-the-Chain (arXiv:2304.14732)."""
_VERDICT = re.compile(r"\W*(?:yes|no)\s*(?:\W*$|[,;:!–—-]|\.(?!\s*\d))", re.IGNORECASE)
"""Yes or no, alone or before an explanation, which titles that begin so do not have."""
_WORD = re.compile(r"(?<![\d.])\d+\.\d+(?!\d|\.\d)|\w+")
"""A word, or a number with its decimals; dates in digits fall into their parts."""
_EMPTY = frozenset(("a", "an", "the", "of", "in", "on", "at", "by", "to", "about"))


def agree(left: str, right: str) -> bool:
    """Return whether two answers say the same, one perhaps with more words.

    "22 February 1872" agrees with "February 22, 1872" and with "1872"; "Frank Arthur Worsley" with
    "Frank Worsley"; "Worsley" with either. Order, case, accents and articles make no difference.
    """
    ours, theirs = _words(left), _words(right)
    if not ours or not theirs:
        return left.strip() == right.strip()
    if _VERDICT.match(left) or _VERDICT.match(right):
        return ours[0] == theirs[0]
    left_told, right_told = _telling(ours), _telling(theirs)
    if min(len(left_told), len(right_told)) > _LONG:
        return rouge_l(left_told, right_told) > _ALIKE
    return set(left_told) <= set(theirs) or set(right_told) <= set(ours)


def rouge_l(left: Sequence[str], right: Sequence[str]) -> float:
    """Return the F1 of the longest common subsequence of words (Lin, 2004), in [0, 1]."""
    if not left or not right:
        return 0.0
    row = [0] * (len(right) + 1)
    for word in left:
        before = row
        row = [0]
        for place, other in enumerate(right, start=1):
            same = before[place - 1] + 1
            row.append(same if word == other else max(before[place], row[-1]))
    return 2 * row[-1] / (len(left) + len(right))


def _words(text: str) -> list[str]:
    # Decomposed, so that an accent is a character of its own, which then goes.
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    # The comma of 1,300 is no separator; that of 22,1872 is.
    return _WORD.findall(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", bare))


def _telling(words: Sequence[str]) -> list[str]:
    """The words that count; the last one always does, as in "Vitamin A"."""
    return [*(word for word in words[:-1] if word not in _EMPTY), *words[-1:]]

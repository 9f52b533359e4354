"""The words that passages found share among themselves, for searching once more."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from ....tools.passages import Passage
from .text import content_words, stem, stems

_TERMS = 8
_LETTERS = 3


def in_their_words(text: str, passages: Sequence[Passage]) -> list[str]:
    """Return a text with the most telling terms of passages behind it, then with the next ones.

    A term counts by its share of each passage, the better passages more (as in RM3, Abdul-Jaleel
    et al., TREC 2004), and less the more of the passages hold it.

    Args:
        text: The query.
        passages: Where the terms come from, best first.
    """
    weights: dict[str, float] = defaultdict(float)
    spread: Counter[str] = Counter()
    known = stems(text)
    for rank, passage in enumerate(passages, start=1):
        counts = Counter(
            word
            for word in content_words(f"{passage.title} {passage.text}")
            if len(word) >= _LETTERS and stem(word) not in known
        )
        spread.update(counts.keys())
        for word, count in counts.items():
            weights[word] += count / (rank * counts.total())
    telling = sorted(
        weights, key=lambda word: -weights[word] * math.log(1 + len(passages) / spread[word])
    )
    groups = (telling[:_TERMS], telling[_TERMS : 2 * _TERMS])
    return [" ".join([text, *terms]) for terms in groups if terms]

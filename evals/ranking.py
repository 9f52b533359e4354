"""Measures of rankings whose items are more or less relevant."""

from collections.abc import Iterable, Mapping, Sequence
from math import log2


def ndcg_at(k: int, ranked: Sequence[str], relevance: Mapping[str, int]) -> float:
    """Return the normalised discounted cumulative gain of the first ``k`` items, in [0, 1].

    The gain of an item is its relevance, discounted by log2(rank + 1) (Järvelin and Kekäläinen,
    2002), as ``ndcg_cut`` of trec_eval has it.

    Args:
        k: How many ranked items count.
        ranked: The ranking, best first; repeated items count once.
        relevance: What each item is worth; items that are not named, or are worth less than
            nothing, are worth nothing.

    Raises:
        ValueError: If no item is worth anything, for then the measure is not defined.
    """
    ideal = _gain(sorted(relevance.values(), reverse=True)[:k])
    if not any(worth > 0 for worth in relevance.values()):
        raise ValueError("nDCG needs at least one relevant item")
    first = list(dict.fromkeys(ranked))[:k]
    return _gain(relevance.get(item, 0) for item in first) / ideal if ideal else 0.0


def _gain(worths: Iterable[int]) -> float:
    return sum(max(worth, 0) / log2(rank + 1) for rank, worth in enumerate(worths, start=1))

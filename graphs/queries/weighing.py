"""Fusing rankings that do not all count the same."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ...tools.passages import Passage
from ..searching import FUSION_CONSTANT


def fuse_weighted(rankings: Iterable[tuple[float, Sequence[Passage]]]) -> list[Passage]:
    """Merge rankings by reciprocal rank fusion, each with its weight.

    With equal weights it is `graphs.searching.fuse`; ties go to the passage seen first.
    """
    scores: dict[str, float] = defaultdict(float)
    passages: dict[str, Passage] = {}
    for weight, ranking in rankings:
        for rank, passage in enumerate(ranking, start=1):
            scores[passage.id] += weight / (FUSION_CONSTANT + rank)
            passages.setdefault(passage.id, passage)
    return sorted(passages.values(), key=lambda passage: -scores[passage.id])

"""Wordings after several intents, clustered, each cluster weighed by how close it stays."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from ...errors import BudgetExhausted
from ...tools.corpus.encoder import Encoder
from ...tools.passages import Passage
from ..protocols import LookUp, Policy, RewriteRequest, Wording
from ..searching import fuse
from .base import register_query_strategy
from .clustering import centre, clustered
from .wording import enriched, untried, worded

_INTENTS: tuple[tuple[Wording, int | None], ...] = (("context", 2), ("detail", 2), ("aspect", 2))
_MOST_CLUSTERS = 3
_ALIKE = 0.8
_OWN_WEIGHT = 0.7
_LEAST_WEIGHT = 0.2
_MOST_OWN = 3


class _Weighted(NamedTuple):
    weight: float
    query: str


class Intents:
    """Searches for the plain query and once for each intent that may be behind it.

    After GenCRF (Seo et al., 2024, arXiv:2409.10909): two wordings each for context, detail and
    another aspect are clustered into one to three intents; an intent counts as much as its centre
    is similar to the sub-question, from 0.2 on, and the plain query counts 0.7. The paper adds
    vectors up with these weights. Search backends take text only, so here an intent is searched
    for in the words of all its members, and the weights are those of reciprocal rank fusion.

    Args:
        encoder: Its cosines say what is similar.
    """

    name = "intents"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        """Return what the plain query and at most three intents find, the weightiest first."""
        own, *others = await worded(request, policy, ("query", None), *_INTENTS)
        queries = [_Weighted(_OWN_WEIGHT, query) for query in own[:_MOST_OWN]]
        wordings = [wording for intent in others for wording in intent]
        if wordings:
            intents = await asyncio.to_thread(self._intents, request.text, wordings)
            new = untried((each.query for each in intents), [*request.tried, *own])
            queries += [each for each in intents if each.query in new]
        rankings: list[Sequence[Passage]] = []
        weights: list[float] = []
        # One after the other, for a look-up does not say which query found what.
        for weight, query in queries:
            try:
                found = await look_up([query])
            except BudgetExhausted:
                if not rankings:
                    raise
                break
            rankings += found
            weights += [weight] * len(found)
        return fuse(rankings, weights)

    def _intents(self, text: str, wordings: Sequence[str]) -> list[_Weighted]:
        vectors = self._encoder.encode([text, *wordings])
        asked, rows = vectors[0], vectors[1:]
        intents = []
        for members in clustered(rows, most=_MOST_CLUSTERS, alike=_ALIKE):
            middle = centre(rows[members])
            if (weight := float(middle @ asked)) >= _LEAST_WEIGHT:
                nearest = sorted(members, key=lambda row: -float(rows[row] @ middle))
                first, *rest = (wordings[row] for row in nearest)
                intents.append(_Weighted(weight, enriched(first, rest)))
        return sorted(intents, key=lambda intent: -intent.weight)


register_query_strategy("intents", Intents)

"""Several paraphrases of a sub-question, one retrieval each, what they find fused."""

from collections.abc import Sequence

from ...tools.passages import Passage
from ..protocols import LookUp, Policy, RewriteRequest
from ..searching import fuse
from .base import register_query_strategy
from .wording import enriched, untried, worded

SEARCHES = 6
"""Most searches for each backend; the paper words ten paraphrases, each of which costs one."""

_PARAPHRASES = SEARCHES - 2


class Paraphrases:
    """Searches for the query, for its paraphrases, and for the query with all their words.

    The single retrievals, fused by reciprocal ranks, are GenQRFusion (Dhole, Chandradevan and
    Agichtein, 2024, arXiv:2405.17658); GenQREnsemble's one query with the keywords of all
    paraphrases (Dhole and Agichtein, ECIR 2024, arXiv:2404.03746) is one more ranking.
    """

    name = "paraphrases"

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        """Return what at most `SEARCHES` queries find; without paraphrases, what the plain do."""
        own, others = await worded(request, policy, ("query", None), ("paraphrase", _PARAPHRASES))
        queries = [*own, *others][: SEARCHES - 1]
        if not queries:
            return []
        ensemble = enriched(queries[0], queries[1:])
        queries += untried([ensemble], [*request.tried, *queries])
        return fuse(await look_up(queries))


register_query_strategy("paraphrases", lambda encoder: Paraphrases())

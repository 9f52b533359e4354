"""Searching once more in the words of what was found."""

from collections.abc import Sequence
from dataclasses import replace

from ...errors import BudgetExhausted
from ...tools.passages import Passage
from ..protocols import LookUp, Policy, RewriteRequest
from ..searching import fuse
from .base import register_query_strategy
from .wording import worded

_PASSAGES = 5


class Feedback:
    """Searches plainly, then for a query in the words of the first passages found.

    Pseudo-relevance feedback, as of relevance models (Lavrenko and Croft, SIGIR 2001) and, where
    the policy is a language model, of query rewriting over retrieved passages; what both searches
    find is fused by reciprocal ranks.
    """

    name = "feedback"

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        """Return what both searches find; where the first finds nothing, nothing."""
        (own,) = await worded(request, policy, ("query", None))
        rankings = list(await look_up(own)) if own else []
        if not rankings:
            return []
        found = fuse(rankings)
        informed = replace(request, tried=[*request.tried, *own], passages=found[:_PASSAGES])
        try:
            (more,) = await worded(informed, policy, ("feedback", 1))
            rankings += await look_up(more) if more else []
        except BudgetExhausted:
            return found
        return fuse(rankings)


register_query_strategy("feedback", lambda encoder: Feedback())

"""The plain strategy: the policy's queries as they are, what they find fused."""

from collections.abc import Sequence

from ...tools.passages import Passage
from ..protocols import LookUp, Policy, RewriteRequest
from ..searching import fuse
from .base import register_query_strategy
from .wording import worded


class Plain:
    """Searches for what the policy words first."""

    name = "plain"

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        """Return what the policy's queries find, fused by reciprocal ranks."""
        (queries,) = await worded(request, policy, ("query", None))
        return fuse(await look_up(queries)) if queries else []


register_query_strategy("plain", lambda encoder: Plain())

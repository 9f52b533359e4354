"""What the answer may look like, imagined before retrieval, and searched with."""

from collections.abc import Sequence

from ...tools.passages import Passage
from ..protocols import LookUp, Policy, RewriteRequest, Wording
from ..searching import fuse
from .base import register_query_strategy
from .wording import untried, worded


class Imagined:
    """Searches for the plain query, and for it with what the policy imagines behind it.

    A *thought* on what the answer may be, in front of the retriever as in O1 Embedder (Yan, Liu
    and Lian, 2025, arXiv:2502.07555), or a *hypothetical* passage that might hold the answer as in
    HyDE (Gao et al., ACL 2023, arXiv:2212.10496). The papers join the two in the retriever's
    vectors. Search backends take text only, so they are joined in the text, and what is found with
    and without the imagined part is fused by reciprocal ranks: a wrong thought costs less so.

    Args:
        name: Name of the strategy.
        wording: What is to be imagined.
    """

    def __init__(self, name: str, wording: Wording) -> None:
        self.name = name
        self._wording = wording

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        """Return what both queries find; without anything imagined, what the plain one does."""
        own, imagined = await worded(request, policy, ("query", None), (self._wording, 1))
        asked = own[0] if own else request.text
        joined = untried((f"{asked} {each}" for each in imagined), [*request.tried, *own])
        queries = [*own, *joined]
        return fuse(await look_up(queries)) if queries else []


register_query_strategy("thought", lambda encoder: Imagined("thought", "thought"))
register_query_strategy("hypothetical", lambda encoder: Imagined("hypothetical", "passage"))

"""The embedded policy: plans, reads and writes without a language model."""

import asyncio
from collections.abc import Sequence

from ....graphs.protocols import (
    ChainRequest,
    Draft,
    DraftedQuestion,
    PlanRequest,
    Proposal,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    WriteRequest,
)
from ....graphs.steps import Reading, Refinement
from .chaining import chained
from .planning import proposals
from .queries import queries, with_descriptions
from .reader import read
from .reasoning import reason
from .refining import refined
from .span_reader import SpanReader
from .splitting import Splitter
from .vectors import TextEncoder, VectorCache
from .writer import written


class EmbeddedPolicy:
    """A policy of rules and one small encoder: no key, no GPU, no network.

    It is deterministic, and safe to call concurrently: all work runs in threads over immutable
    data and one locked cache.
    """

    name = "embedded"
    reworks = False

    def __init__(
        self,
        encoder: TextEncoder,
        spans: SpanReader | None = None,
        splitter: Splitter | None = None,
    ) -> None:
        """Take what the policy thinks with.

        Args:
            encoder: Its cosines rank sentences.
            spans: The trained reader; without it answers are read by rules and features alone.
            splitter: The trained splitter; without it questions are split by rules alone.
        """
        self._vectors = VectorCache(encoder)
        self._spans = spans
        self._splitter = splitter

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Split the question at first; later go around a broken chain once."""
        return await asyncio.to_thread(proposals, request, self._splitter)

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        """Split the question, and draft answers from what the first search found."""
        return await asyncio.to_thread(chained, request, self._read, self._splitter)

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Return queries of the wording asked for that were not yet tried."""
        return await asyncio.to_thread(queries, request)

    async def read(self, request: ReadRequest) -> Reading:
        """Choose the sentence and the span that answer, or conclude from the parents."""
        return await asyncio.to_thread(self._read, request)

    async def refine(self, request: RefineRequest) -> Refinement:
        """Verify the answer against its quote and trim the evidence."""
        return await asyncio.to_thread(refined, request)

    async def write(self, request: WriteRequest) -> Draft:
        """Write one cited sentence for each step on the way to the answer."""
        return await asyncio.to_thread(written, request)

    def _read(self, request: ReadRequest) -> Reading:
        if request.sub_question.kind == "reason":
            return reason(request.sub_question, request.parents, request.passages)
        text = with_descriptions(request.text, request.parents)
        return read(text, request.passages, self._vectors, self._spans, limit=request.limit)

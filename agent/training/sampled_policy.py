"""The embedded policy with chance in it: what it reads and how it plans are drawn, not chosen.

Its own choices are the same every time, so that rolling out from a step would show one outcome
only. Here each reading is drawn among the answers that the reader weighs, in proportion to their
chances at a temperature, and so is the wording of the plan.
"""

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import NamedTuple, TypeVar

from ...graphs.plan import Plan
from ...graphs.protocols import (
    ChainRequest,
    Draft,
    DraftedQuestion,
    PlanRequest,
    Policy,
    Proposal,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    WriteRequest,
)
from ...graphs.steps import Reading, Refinement, StepAnswer
from .remembering import Remembered


class Draw(NamedTuple):
    """What a rollout draws by.

    Attributes:
        name: Names the rollout among all.
        temperature: Chances are taken to the power of one over this; above 1 they are evened out.
    """

    name: str
    temperature: float = 1.0


DRAW: ContextVar[Draw | None] = ContextVar("DRAW", default=None)
"""The rollout that a call belongs to; without one nothing is drawn."""

OptionsOf = Callable[[ReadRequest], Sequence[StepAnswer]]
"""Gives the answers that passages offer, each with its chance as confidence; an unknown answer
among them stands for saying nothing."""

_LEAST = 1e-4  # chances are rounded, and something must be drawn
_OTHER_PLAN = 0.2  # how often a plan other than the policy's first is followed

T = TypeVar("T")


class _Read(NamedTuple):
    reading: Reading
    options: Sequence[StepAnswer]


class SampledPolicy:
    """Draws plans and readings of another policy.

    Args:
        policy: What is drawn from; asked once where it would say the same again.
        options: The answers that a reading is drawn from.
        seed: Of what is drawn.
    """

    name = "sampled"
    reworks = False

    def __init__(self, policy: Policy, options: OptionsOf, *, seed: int = 0) -> None:
        self._policy = policy
        self._options = options
        self._seed = seed
        self._read: Remembered[_Read] = Remembered(2_000)

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Propose the policy's first plan, or now and then another of its ways to begin."""
        draw = DRAW.get()
        if draw is None or request.plan != Plan():
            return await self._policy.plan(request)
        wider = PlanRequest(**{**vars(request), "limit": max(request.limit, 2)})
        ways = await self._policy.plan(wider)
        weights = [1 - _OTHER_PLAN, *(_OTHER_PLAN for _ in ways[1:])]
        return [self._drawn(ways, weights, draw.name, "plan")]

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        """Write a chain as the policy does."""
        return await self._policy.chain(request)

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Return the policy's queries."""
        return await self._policy.rewrite(request)

    async def read(self, request: ReadRequest) -> Reading:
        """Return the policy's reading with an answer drawn from all that the passages offer."""
        ids = tuple(passage.id for passage in request.passages)
        parents = tuple((id, step.answer.text) for id, step in request.parents.items())
        key = (request.question, request.sub_question, request.text, ids, parents)
        read = await self._read.get(key, lambda: self._read_once(request))
        draw = DRAW.get()
        if draw is None or not read.options:
            return read.reading
        weights = [
            max(answer.confidence, _LEAST) ** (1 / draw.temperature) for answer in read.options
        ]
        # Reading more passages for the same sub-question is another draw.
        answer = self._drawn(read.options, weights, draw.name, f"{request.text}\0{ids}")
        if answer.text is None:
            return Reading(ranking=read.reading.ranking)
        return Reading(answer=answer, ranking=read.reading.ranking)

    async def refine(self, request: RefineRequest) -> Refinement:
        """Refine as the policy does."""
        return await self._policy.refine(request)

    async def write(self, request: WriteRequest) -> Draft:
        """Write as the policy does."""
        return await self._policy.write(request)

    async def _read_once(self, request: ReadRequest) -> _Read:
        reading = await self._policy.read(request)
        if request.sub_question.kind == "reason" or not request.passages:
            return _Read(reading, ())
        options = await asyncio.to_thread(self._options, request)
        own = reading.answer
        if options and own.text is not None and own.text not in {each.text for each in options}:
            # The policy may know more than one way to read.
            options = [own, *options]
        return _Read(reading, options)

    def _drawn(self, among: Sequence[T], weights: Sequence[float], *names: str) -> T:
        key = "\0".join((str(self._seed), *names))
        seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
        return random.Random(seed).choices(among, weights)[0]

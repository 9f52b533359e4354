"""What the graph asks of policies and critics.

Nodes see policies and critics through these protocols only; which implementation they got is
none of their business. tests/conformance holds one conformance suite for each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from ..tools.passages import Passage
from ..tools.search.base import SearchBackend
from .budget import Budget
from .meter import Tally
from .plan import Plan, SubQuestion
from .steps import Quote, Reading, Refinement, Step, Trajectory, Verdict


class Proposal(BaseModel):
    """A way to go on: sub-questions to add, or none where what is known suffices."""

    model_config = ConfigDict(frozen=True)

    sub_questions: tuple[SubQuestion, ...] = ()


class CitedSentence(BaseModel):
    """A sentence of an answer with the quotes that support it.

    Attributes:
        text: The sentence.
        quotes: What supports it.
        recalled: Whether it rests on steps that the policy answered from its own knowledge.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    quotes: tuple[Quote, ...] = ()
    recalled: bool = False


class Draft(BaseModel):
    """A written answer before its citations are checked.

    Attributes:
        short_answer: The answer in as few words as possible; None to abstain.
        sentences: The answer explained, sentence by sentence.
    """

    model_config = ConfigDict(frozen=True)

    short_answer: str | None = None
    sentences: tuple[CitedSentence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What every request says.

    Attributes:
        question: The user's question.
        tally: Charged with the tokens that a language model takes, and with calls beyond the one
            that the request itself is.
    """

    question: str
    tally: Tally = field(default_factory=Tally.unlimited, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class PlanRequest(Request):
    """Ask for a plan, or for what to add to one.

    Attributes:
        plan: The plan so far; empty at first.
        steps: What is known of its sub-questions, by id.
        evidence: Passages found so far, by id.
        limit: How many proposals are wanted at most.
    """

    plan: Plan = field(default_factory=Plan)
    steps: Mapping[str, Step] = field(default_factory=dict)
    evidence: Mapping[str, Passage] = field(default_factory=dict)
    limit: int = 1


@dataclass(frozen=True, kw_only=True)
class StepRequest(Request):
    """What every request about a sub-question says.

    Attributes:
        sub_question: The sub-question as planned.
        text: Its text with the parents' known answers put in.
        parents: The parents' steps, by id.
    """

    sub_question: SubQuestion
    text: str
    parents: Mapping[str, Step] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RewriteRequest(StepRequest):
    """Ask for search queries.

    Attributes:
        tried: Queries already tried; the new ones must differ from them.
    """

    tried: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ReadRequest(StepRequest):
    """Ask what passages say about a sub-question.

    Attributes:
        passages: What to read, the backends' best first; for a sub-question of kind ``reason``
            the passages that its parents quote.
    """

    passages: Sequence[Passage] = ()


@dataclass(frozen=True, kw_only=True)
class RefineRequest(ReadRequest):
    """Ask to verify, correct or complete a reading, and to trim its evidence.

    Attributes:
        reading: The reading to refine.
        verdict: The critic's word on the attempt before, where there was one.
    """

    reading: Reading
    verdict: Verdict | None = None


@dataclass(frozen=True, kw_only=True)
class WriteRequest(Request):
    """Ask for the answer.

    Attributes:
        plan: The plan as it ended.
        steps: What came of its sub-questions, by id; some may be missing.
        evidence: Passages found, by id.
        tell: To be called with each piece of text as it is written, and the number of the
            attempt that it belongs to, from 1; a new attempt makes the ones before void.
    """

    plan: Plan
    steps: Mapping[str, Step]
    evidence: Mapping[str, Passage]
    tell: Callable[[str, int], None] = field(
        default=lambda text, attempt: None, repr=False, compare=False
    )


@runtime_checkable
class Policy(Protocol):
    """What proposes: plans, queries, readings, refinements and the answer's words.

    Every method is safe to call concurrently and never blocks the event loop. Quotes must be
    verbatim; the graph checks them and drops what is not.
    """

    @property
    def name(self) -> str:
        """Name that users select the policy by."""
        ...

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Propose ways to go on, best first; at least one, at most ``request.limit``."""
        ...

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Return queries, best first; none means that no new wording comes to mind."""
        ...

    async def read(self, request: ReadRequest) -> Reading:
        """Answer the sub-question from the passages, or say that they do not tell."""
        ...

    async def refine(self, request: RefineRequest) -> Refinement:
        """Verify, correct or complete a reading, and trim its evidence."""
        ...

    async def write(self, request: WriteRequest) -> Draft:
        """Write the answer with its quotes, or abstain."""
        ...


@runtime_checkable
class Critic(Protocol):
    """What scores: process rewards and verdicts."""

    @property
    def name(self) -> str:
        """Name that users select the critic by."""
        ...

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order."""
        ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a workflow is assembled from.

    Attributes:
        policy: What proposes.
        critic: What scores.
        backends: Where to search; all of them are asked.
        budget: The limits of runs that come without their own.
    """

    policy: Policy
    critic: Critic
    backends: Sequence[SearchBackend]
    budget: Budget = field(default_factory=Budget)

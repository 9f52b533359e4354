"""What the graph asks of policies and critics.

Nodes see policies and critics through these protocols only; which implementation they got is
none of their business. tests/conformance holds one conformance suite for each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from ..tools.passages import Passage
from ..tools.search.base import SearchBackend
from .budget import Budget
from .calibration import UNCALIBRATED, Calibration
from .meter import Tally
from .plan import Plan, SubQuestion
from .steps import Quote, Reading, Refinement, Step, StepAnswer, Trajectory, Verdict

Wording = Literal[
    "query", "paraphrase", "context", "detail", "aspect", "thought", "passage", "feedback"
]
"""Kinds of queries: as the policy sees fit; the same in other words; wider; narrower; another side
of it (the three intents of GenCRF); a thought on what the answer may be (O1 Embedder); a passage
that might hold it (HyDE); in the words of what was found (relevance feedback)."""


Judges = Literal["step", "path"]
"""What verdicts speak of: that step alone, or all that was done up to and including it."""


class Proposal(BaseModel):
    """A way to go on: sub-questions to add, or none where what is known suffices.

    Attributes:
        sub_questions: What is added.
        drafts: What the policy thinks their answers are, by id, where it said so.
    """

    model_config = ConfigDict(frozen=True)

    sub_questions: tuple[SubQuestion, ...] = ()
    drafts: tuple[tuple[str, StepAnswer], ...] = ()


class DraftedQuestion(BaseModel):
    """A link of a chain: a sub-question and what the policy thinks its answer is.

    Attributes:
        sub_question: The sub-question; never of kind ``recall``.
        draft: The policy's own answer before anything is searched for; unknown marks what it does
            not know. Without quotes it rests on the policy's own knowledge and is ``recalled``.
    """

    model_config = ConfigDict(frozen=True)

    sub_question: SubQuestion
    draft: StepAnswer = StepAnswer()


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
        most: How many sub-questions a proposal may add; None leaves that to the policy.
    """

    plan: Plan = field(default_factory=Plan)
    steps: Mapping[str, Step] = field(default_factory=dict)
    evidence: Mapping[str, Passage] = field(default_factory=dict)
    limit: int = 1
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChainRequest(Request):
    """Ask for the whole chain of sub-questions with the policy's own draft answers.

    Search-in-the-Chain's first move (Xu et al., WWW 2024, arXiv:2304.14732); where retrieval has
    corrected a link, the chain is asked for anew from there on.

    Attributes:
        plan: The links that stand, which come first; empty at first.
        steps: What those came to, by id; one may be unknown, and another way is wanted then.
        evidence: Passages found for the question as it stands, by id, best first; for a first
            reading. Empty where nothing may be searched.
    """

    plan: Plan = field(default_factory=Plan)
    steps: Mapping[str, Step] = field(default_factory=dict)
    evidence: Mapping[str, Passage] = field(default_factory=dict)


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
        wording: What kind of queries is wanted.
        count: How many at most; None leaves that to the policy.
        passages: What was found so far, best first; for the wording ``feedback``.
    """

    tried: Sequence[str] = ()
    wording: Wording = "query"
    count: int | None = None
    passages: Sequence[Passage] = ()


@dataclass(frozen=True, kw_only=True)
class ReadRequest(StepRequest):
    """Ask what passages say about a sub-question.

    Attributes:
        passages: What to read, the backends' best first; for a sub-question of kind ``reason``
            the passages that its parents quote.
        limit: How many answers are wanted at most; those beyond the first are its alternatives.
    """

    passages: Sequence[Passage] = ()
    limit: int = 1


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
        judges: What the verdicts on the steps speak of.
        tell: To be called with each piece of text as it is written, and the number of the
            attempt that it belongs to, from 1; a new attempt makes the ones before void.
    """

    plan: Plan
    steps: Mapping[str, Step]
    evidence: Mapping[str, Passage]
    judges: Judges = "step"
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

    @property
    def reworks(self) -> bool:
        """Whether `refine` reworks a reading by the critic's explanation.

        Such a policy is given a weak step to refine once more, with the explanation, where there
        is nothing else to search or to read; any other would only repeat itself.
        """
        ...

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Propose ways to go on, best first; at least one, at most ``request.limit``."""
        ...

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        """Write the links of a chain that follow those that stand, in order, with draft answers.

        None means that nothing is left to ask. Ids differ from those of the plan; each link may
        refer to any before it.
        """
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
    """What scores: process rewards and verdicts.

    Within a run it is called by `judging.judged` only, which bears with whatever goes wrong.
    """

    @property
    def name(self) -> str:
        """Name that users select the critic by."""
        ...

    @property
    def judges(self) -> Judges:
        """What its verdicts speak of.

        ``step``: how good that step is, whatever came before it (process rewards). ``path``: how
        likely the trajectory, up to and including that step, leads to the right answer (values).
        """
        ...

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        What it takes of language models is charged to the tally of `judging.resources`.
        """
        ...


class Claim(NamedTuple):
    """What is claimed, and what is quoted in its support.

    Attributes:
        text: The sentence.
        quotes: What is quoted, each in the sentence that it stands in, with its passage's title.
        question: What the claim answers, where it is the answer of a sub-question.
    """

    text: str
    quotes: Sequence[str]
    question: str = ""


@runtime_checkable
class ClaimScorer(Protocol):
    """What says how well quotes support a claim."""

    @property
    def name(self) -> str:
        """Name of the scorer."""
        ...

    @property
    def threshold(self) -> float:
        """Chance of support from which a claim counts as supported."""
        ...

    async def support(self, claims: Sequence[Claim]) -> Sequence[float]:
        """Return for each claim the chance, in [0, 1], that its quotes support it."""
        ...


class LookUp(Protocol):
    """Searches every backend for queries; see `QueryStrategy`."""

    async def __call__(self, queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
        """Return a ranking for each search that found something, in the order of the queries.

        Raises:
            BudgetExhausted: If not even one search is left.
        """
        ...


@runtime_checkable
class QueryStrategy(Protocol):
    """How a sub-question becomes queries, and what they find one ranking."""

    @property
    def name(self) -> str:
        """Name that users select the strategy by."""
        ...

    async def search(
        self, request: RewriteRequest, policy: Policy, look_up: LookUp
    ) -> Sequence[Passage]:
        """Return the passages found, best first; none where no new wording came to mind.

        Args:
            request: What the policy is asked for queries with; ``tried`` holds earlier ones.
            policy: Words the queries; each call of it is charged to ``request.tally`` first.
            look_up: Searches for queries, and keeps record of them.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a workflow is assembled from.

    Attributes:
        policy: What proposes.
        critic: What scores.
        critic_timeout: Seconds that the critic has for a batch of trajectories; None for no
            limit.
        backends: Where to search; all of them are asked.
        budget: The limits of runs that come without their own.
        queries: How sub-questions become queries.
        claims: What checks the sentences of the answer against their quotes; None leaves it at
            finding the quotes verbatim.
        calibration: Makes chances of being right of the policy's confidences.
    """

    policy: Policy
    critic: Critic
    critic_timeout: float | None = None
    backends: Sequence[SearchBackend]
    budget: Budget = field(default_factory=Budget)
    queries: QueryStrategy
    claims: ClaimScorer | None = None
    calibration: Calibration = UNCALIBRATED

"""What a run tells while it goes on: one typed event for everything worth showing."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..tools.passages import Passage
from .answer import Answer
from .chain_tree import Branch, ChainNode
from .plan import Plan, SubQuestion
from .steps import Reading, SearchRecord, Step, Verdict
from .tree_search.record import RecordedNode


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunStarted(_Event):
    """A run begins, or goes on where it stopped."""

    kind: Literal["run_started"] = "run_started"
    question: str
    thread_id: str | None = None
    plan: Plan = Plan()
    """What was planned before, if the run goes on."""
    steps: tuple[Step, ...] = ()
    """What was known before, if the run goes on."""


class ProposalRejected(_Event):
    """The policy proposed a plan that cannot be used; it is left out."""

    kind: Literal["proposal_rejected"] = "proposal_rejected"
    reason: str


class PlanExtended(_Event):
    """Sub-questions were added to the plan."""

    kind: Literal["plan_extended"] = "plan_extended"
    added: tuple[SubQuestion, ...]
    plan: Plan


class ChainDrafted(_Event):
    """The policy wrote a chain, or what was missing of one, with its draft answers."""

    kind: Literal["chain_drafted"] = "chain_drafted"
    branch: Branch
    nodes: tuple[ChainNode, ...]
    """What was added; with what the branch shares with others it is the whole chain."""


class NodeVerified(_Event):
    """A draft answer was held against what was found."""

    kind: Literal["node_verified"] = "node_verified"
    node: ChainNode


class BranchChosen(_Event):
    """A branch of the tree is worked on, or accepted."""

    kind: Literal["branch_chosen"] = "branch_chosen"
    branch: Branch
    left: int | None = None
    """The branch that is left for it, if another was worked on before."""


class StepStarted(_Event):
    """A sub-question's parents are answered and work on it begins."""

    kind: Literal["step_started"] = "step_started"
    id: str
    text: str


class SearchFinished(_Event):
    """A search came back."""

    kind: Literal["search_finished"] = "search_finished"
    id: str | None = None
    """The sub-question; none where the whole question was searched for."""
    search: SearchRecord


class StepRead(_Event):
    """The passages found were read, or the reading was refined."""

    kind: Literal["step_read"] = "step_read"
    id: str
    by: Literal["searcher", "refiner"]
    reading: Reading


class StepJudged(_Event):
    """The critic gave its verdict on a step."""

    kind: Literal["step_judged"] = "step_judged"
    id: str
    verdict: Verdict
    again: bool
    """Whether the verdict sends the step back for another search."""


class StepFinished(_Event):
    """A sub-question is done with."""

    kind: Literal["step_finished"] = "step_finished"
    step: Step
    quoted: tuple[Passage, ...] = ()
    """The passages that its answer quotes."""


class AnswerWriting(_Event):
    """The answer is being written; a draft, whose citations are not checked yet."""

    kind: Literal["answer_writing"] = "answer_writing"
    text: str
    """What was added to it."""
    attempt: int = 1
    """A higher one than before means that it is written anew, and the earlier text is void."""


class TreeGrown(_Event):
    """A search over steps went down its tree and came back with what it found."""

    kind: Literal["tree_grown"] = "tree_grown"
    iteration: int
    """How many times it did so."""
    added: tuple[RecordedNode, ...]
    """The states that are new."""
    best: int | None = None
    """The state whose answer would be taken now."""
    answer: str | None = None
    """Its answer."""


class BudgetEnded(_Event):
    """A limit is used up; the answer is written from what is there."""

    kind: Literal["budget_ended"] = "budget_ended"
    limit: str


class RunFinished(_Event):
    """The run is over."""

    kind: Literal["run_finished"] = "run_finished"
    answer: Answer


Event = Annotated[
    RunStarted
    | ProposalRejected
    | PlanExtended
    | ChainDrafted
    | NodeVerified
    | BranchChosen
    | StepStarted
    | SearchFinished
    | StepRead
    | StepJudged
    | StepFinished
    | AnswerWriting
    | TreeGrown
    | BudgetEnded
    | RunFinished,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads an event back from its JSON."""

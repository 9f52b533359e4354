"""The state that the graph's nodes share, and how their updates to it combine."""

from collections.abc import Mapping
from typing import Annotated, TypedDict, TypeVar

from ..tools.passages import Passage
from .answer import Answer
from .budget import Budget, Usage
from .chain_tree import ChainTree
from .meter import Meter
from .plan import Plan
from .protocols import Proposal
from .steps import SearchRecord, Step
from .stopping import stop_of_run
from .tree_search.record import TreeRecord

T = TypeVar("T")


def merged(left: Mapping[str, T], right: Mapping[str, T]) -> dict[str, T]:
    """Return both mappings in one; where both have a key, the right one's value."""
    return {**left, **right}


class Question(TypedDict, total=False):
    """What a run starts from; only ``question`` is required."""

    question: str
    budget: Budget
    plan: Plan


class State(Question, total=False):
    """What is known at any moment of a run.

    Attributes:
        question: The user's question.
        budget: The run's limits.
        plan: The sub-questions so far.
        overview: Ids of what a search for the whole question found, best first.
        scouting: How the searches for the whole question ended.
        proposals: The planner's proposals that expansion is to choose from.
        rounds: How many times the planner has been asked.
        steps: What came of each sub-question, by id.
        evidence: The one store of passages, by id.
        tree: The chains of a Search-in-the-Chain run.
        search_tree: What an expansion tried that searches a tree of states.
        usage: What has been spent so far.
        stopped_by: The limit that ended the search, if one did.
        answer: The answer, once written.
    """

    overview: tuple[str, ...]
    scouting: tuple[SearchRecord, ...]
    proposals: tuple[Proposal, ...]
    rounds: int
    steps: Annotated[dict[str, Step], merged]
    evidence: Annotated[dict[str, Passage], merged]
    tree: ChainTree
    search_tree: TreeRecord
    usage: Annotated[Usage, Usage.__add__]
    stopped_by: str | None
    answer: Answer


def planned_steps(state: State) -> dict[str, Step]:
    """Return the steps of the plan as it stands; those of chains that were left are no part."""
    steps = state.get("steps", {})
    return {sub.id: steps[sub.id] for sub in state["plan"].sub_questions if sub.id in steps}


def meter_of(state: State, default: Budget) -> Meter:
    """Return a meter over what is left of the run's budget, or of the default one."""
    return Meter(state.get("budget") or default, state.get("usage", Usage()), stop_of_run())

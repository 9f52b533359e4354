"""The search as a LangGraph subgraph: select → expand → evaluate → back up, and again.

Each node's update holds what has changed, and the channels of the tree save such changes only, so
that a checkpoint costs what happened since the last one, however large the tree is.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict, TypeVar

from langgraph.channels.delta import DeltaChannel
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from ...tools.passages import Passage
from ..budget import Budget, Usage
from ..events import BudgetEnded, PlanExtended, StepFinished, TreeGrown
from ..meter import Meter
from ..plan import Plan
from ..proposing import Moves
from ..protocols import Parts, Proposal
from ..researching import StepResult
from ..step_research import evidence_of
from ..steps import Step
from ..stopping import RunContext, stop_of_run
from .core import (
    Search,
    Simulation,
    backed_up,
    ended_by,
    evaluated,
    expanded,
    planted,
    rolled,
    selected,
)
from .domain import Value
from .method import Method
from .moves import Move
from .record import TreeRecord
from .recording import recorded, recorded_nodes
from .run_domain import RunDomain
from .run_states import RunState, Taken, evidence_of_all, steps_of
from .run_values import StateValue
from .tree import ROOT, Node

T = TypeVar("T")


def _gathered(known: Mapping[Any, T], changes: Sequence[Mapping[Any, T]]) -> dict[Any, T]:
    """A mapping with changes made to it, one after the other."""
    gathered = dict(known)
    for each in changes:
        gathered.update(each)
    return gathered


def _by_changes() -> DeltaChannel[Any]:
    """A channel whose checkpoints hold what has changed, however long it has been growing.

    By default it would be saved whole at every hundredth change.
    """
    return DeltaChannel(_gathered, snapshot_frequency=sys.maxsize)


class Question(TypedDict, total=False):
    """What the search takes of the run's state."""

    question: str
    budget: Budget
    plan: Plan
    proposals: tuple[Proposal, ...]
    rounds: int
    steps: dict[str, Step]
    evidence: dict[str, Passage]
    usage: Usage


class Outcome(TypedDict, total=False):
    """What the search gives back to the run's state."""

    plan: Plan
    proposals: tuple[Proposal, ...]
    steps: dict[str, Step]
    evidence: dict[str, Passage]
    usage: Usage
    stopped_by: str | None
    search_tree: TreeRecord


class SearchState(Question, Outcome, total=False):
    """The search as it stands.

    Attributes:
        tree: The nodes by id.
        states: What state each node stands for.
        made: The move that led to each node.
        untried: Moves that were proposed and not made, by node, with their priors.
        values: What the critic said of each node's state.
        results: What research came to, by key.
        simulations: The ways down the tree that are being gone.
        added: Nodes that are not evaluated yet.
        told: How many nodes an event has told of.
        done: How many simulations were begun.
        spent: What the search has spent.
        limit: The limit of the budget that has ended it, if one did.
    """

    tree: Annotated[dict[int, Node], _by_changes()]
    states: Annotated[dict[int, RunState], _by_changes()]
    made: Annotated[dict[int, Move], _by_changes()]
    untried: Annotated[dict[int, Any], _by_changes()]
    values: Annotated[dict[int, Value], _by_changes()]
    results: Annotated[dict[str, StepResult], _by_changes()]
    simulations: tuple[Simulation, ...]
    added: tuple[int, ...]
    told: int
    done: int
    spent: Annotated[Usage, Usage.__add__]
    limit: str | None


def search_graph(parts: Parts, moves: Moves, method: Method) -> Any:
    """Return the compiled subgraph that searches; its state is `SearchState`.

    Args:
        parts: What the workflow is assembled from.
        moves: The workflow's own steps.
        method: How to search.
    """
    nodes = _Nodes(parts, moves, method)
    graph: StateGraph[SearchState, RunContext, Any, Any] = StateGraph(
        SearchState, context_schema=RunContext, input_schema=Question, output_schema=Outcome
    )
    graph.add_node("plant", nodes.plant)
    graph.add_node("select", nodes.select)
    graph.add_node("expand", nodes.expand)
    graph.add_node("evaluate", nodes.evaluate)
    graph.add_node("backup", nodes.backup)
    graph.add_node("finish", nodes.finish)
    graph.add_edge(START, "plant")
    graph.add_conditional_edges("plant", _after_plant)
    graph.add_conditional_edges("select", _after_select)
    graph.add_edge("expand", "evaluate")
    graph.add_conditional_edges("evaluate", _after_evaluate)
    graph.add_edge("backup", "select")
    graph.add_edge("finish", END)
    return graph.compile(name=method.name)


def _after_plant(state: SearchState) -> Literal["select", "__end__"]:
    return "select" if state.get("tree") else "__end__"


def _after_select(state: SearchState) -> Literal["expand", "finish"]:
    return "expand" if state["simulations"] else "finish"


def _after_evaluate(state: SearchState) -> Literal["expand", "backup"]:
    going = any(each.going for each in state["simulations"])
    return "expand" if going and not state.get("limit") else "backup"


class _Nodes:
    """The nodes of the subgraph."""

    def __init__(self, parts: Parts, moves: Moves, method: Method) -> None:
        self._parts = parts
        self._moves = moves
        self._method = method

    async def plant(self, state: SearchState) -> SearchState:
        """Make the root of what is known, unless there is nothing to choose."""
        plan, steps = state.get("plan", Plan()), state.get("steps", {})
        asked = any(proposal.sub_questions for proposal in state.get("proposals", ()))
        if not asked or any(sub.id not in steps for sub in plan.sub_questions):
            # The run's reducer would add what it had spent before once more.
            return SearchState(proposals=(), usage=Usage())
        evidence = state.get("evidence", {})
        results = {
            f"given {id}": StepResult(
                step=step, evidence=evidence_of(step, evidence), run_seconds=0.0
            )
            for id, step in steps.items()
        }
        root = RunState(
            plan=plan, taken={sub.id: Taken(key=f"given {sub.id}") for sub in plan.sub_questions}
        )
        domain = self._domain({**state, "results": results}, self._meter(state))
        search = planted(root, domain)
        return SearchState(tree=dict(search.tree), states=dict(search.states), results=results)

    async def select(self, state: SearchState) -> SearchState:
        """Choose the leaves to go on from."""
        done = state.get("done", 0)
        stopped = state.get("limit") is not None
        begun = selected(_search(state), self._method, done, stopped=stopped)
        return SearchState(simulations=tuple(begun), done=done + len(begun))

    async def expand(self, state: SearchState) -> SearchState:
        """Make the next moves, side by side."""
        meter = self._meter(state)
        domain, before = self._domain(state, meter), meter.seconds_spent
        going = [each for each in state["simulations"] if each.going]
        grown = await expanded(_search(state), going, self._method, domain)
        return SearchState(
            tree=dict(grown.tree),
            states=dict(grown.states),
            made=dict(grown.made),
            untried=dict(grown.untried),
            results=dict(domain.results),
            added=tuple(grown.states),
            spent=_spent(domain, meter, before),
            limit=state.get("limit") or meter.exhausted,
        )

    async def evaluate(self, state: SearchState) -> SearchState:
        """Have the critic value the new states in one batch, and say who goes on."""
        meter = self._meter(state)
        domain, before = self._domain(state, meter), meter.seconds_spent
        search = _search(state)
        valued = await evaluated(search, state["added"], self._method, domain)
        return SearchState(
            tree=dict(valued.tree),
            states=dict(valued.states),
            values=dict(valued.values),
            results=dict(domain.results),
            simulations=tuple(rolled(search.changed(valued), state["simulations"], self._method)),
            spent=_spent(domain, meter, before),
            limit=state.get("limit") or meter.exhausted,
        )

    async def backup(self, state: SearchState, runtime: Runtime[RunContext]) -> SearchState:
        """Hand the values up the tree, and tell what has grown."""
        search = _search(state)
        changes = backed_up(search, state["simulations"], self._method)
        search = search.changed(Search(tree=changes, states={}))
        best = self._method.aggregate(search.tree)
        told = state.get("told", 0)
        runtime.stream_writer(
            TreeGrown(
                iteration=state["done"],
                added=tuple(recorded_nodes(search, range(told, len(search.tree)))),
                best=best,
                answer=None if best is None else search.tree[best].answer,
            )
        )
        return SearchState(tree=changes, told=len(search.tree))

    async def finish(self, state: SearchState, runtime: Runtime[RunContext]) -> SearchState:
        """Make the chosen state the run's own."""
        search, results, limit = _search(state), state["results"], state.get("limit")
        chosen = self._method.aggregate(search.tree)
        best = max(search.tree.values(), key=lambda node: (node.value, node.depth))
        id = best.id if chosen is None else chosen
        ended = search.states[id]
        steps = steps_of(ended, results)
        value = search.values.get(id)
        if isinstance(value, StateValue):
            steps = {
                key: step.model_copy(update={"verdict": value.verdicts.get(key, step.verdict)})
                for key, step in steps.items()
            }
        evidence = evidence_of_all(ended, results)
        given = {sub.id for sub in search.states[ROOT].plan.sub_questions}
        new = tuple(sub for sub in ended.plan.sub_questions if sub.id not in given)
        runtime.stream_writer(PlanExtended(added=new, plan=ended.plan))
        for step in steps.values():
            quoted = {quote.passage_id for quote in step.answer.quotes}
            passages = tuple(evidence[each] for each in sorted(quoted))
            runtime.stream_writer(StepFinished(step=step, quoted=passages))
        if limit:
            runtime.stream_writer(BudgetEnded(limit=limit))
        record = recorded(
            search,
            results,
            self._method,
            question=state["question"],
            critic=self._parts.critic.name,
            chosen=chosen,
            iterations=state["done"],
            ended_by=limit or ended_by(search, self._method, state["done"]) or "iterations",
        )
        return SearchState(
            plan=ended.plan,
            proposals=(),
            steps=steps,
            evidence={
                key: each for every in results.values() for key, each in every.evidence.items()
            },
            usage=state["spent"],
            stopped_by=limit,
            search_tree=record,
        )

    def _meter(self, state: SearchState) -> Meter:
        spent = state.get("usage", Usage()) + state.get("spent", Usage())
        return Meter(state.get("budget") or self._parts.budget, spent, stop_of_run())

    def _domain(self, state: SearchState, meter: Meter) -> RunDomain:
        return RunDomain(
            self._parts,
            self._moves,
            question=state["question"],
            meter=meter,
            width=self._method.width,
            evidence=state.get("evidence", {}),
            results=state.get("results", {}),
            first=state.get("proposals", ()),
            values={state["tree"][id].key: value for id, value in state.get("values", {}).items()},
            # The last of the rounds so far brought these proposals.
            asked=max(0, state.get("rounds", 0) - 1),
        )


def _search(state: SearchState) -> Search[RunState, Move]:
    return Search(
        tree=state["tree"],
        states=state["states"],
        made=state.get("made", {}),
        untried=state.get("untried", {}),
        values=state.get("values", {}),
    )


def _spent(domain: RunDomain, meter: Meter, before: float) -> Usage:
    return domain.usage.model_copy(update={"seconds": meter.seconds_spent - before})

"""The core that all methods share: select, expand, evaluate, back up.

Each part takes the search as it stands and returns what changes, so that the parts can be nodes of
a graph whose checkpoints hold changes only.
"""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from .domain import Domain, Value
from .look_ahead import SETTLED, looked_ahead
from .method import Method
from .tree import ROOT, Changes, Node, Tree, spending

S = TypeVar("S")
M = TypeVar("M", bound=Hashable)


class Simulation(BaseModel):
    """One way down the tree, while it is gone.

    Attributes:
        leaf: The node that was selected.
        path: The new nodes that the way led through since, the latest last.
        going: Whether the way goes on from the last of them.
    """

    model_config = ConfigDict(frozen=True)

    leaf: int
    path: tuple[int, ...] = ()
    going: bool = True

    @property
    def tip(self) -> int:
        """The node that the way has come to."""
        return self.path[-1] if self.path else self.leaf


@dataclass(frozen=True, kw_only=True)
class Search(Generic[S, M]):
    """A search as it stands.

    Attributes:
        tree: The nodes by id.
        states: The state of each node.
        made: The move that led to each node but the root.
        untried: For nodes whose moves were proposed, those not made yet, with their priors.
        values: What the critic said of each state.
    """

    tree: Tree
    states: Mapping[int, S]
    made: Mapping[int, M] = field(default_factory=dict)
    untried: Mapping[int, Sequence[tuple[M, float]]] = field(default_factory=dict)
    values: Mapping[int, Value] = field(default_factory=dict)

    @cached_property
    def keys(self) -> set[str]:
        """What the nodes hold."""
        return {node.key for node in self.tree.values()}

    def changed(self, more: "Search[S, M]") -> "Search[S, M]":
        """Return the search with changes made."""
        after = Search(
            tree={**self.tree, **more.tree},
            states={**self.states, **more.states} if more.states else self.states,
            made={**self.made, **more.made} if more.made else self.made,
            untried={**self.untried, **more.untried} if more.untried else self.untried,
            values={**self.values, **more.values} if more.values else self.values,
        )
        if (keys := self.__dict__.pop("keys", None)) is not None:
            # Handed on: gathered anew at each step they would cost more than all else.
            keys.difference_update(self.tree[id].key for id in more.tree if id in self.tree)
            keys.update(node.key for node in more.tree.values())
            after.__dict__["keys"] = keys
        return after


def planted(state: S, domain: Domain[S, M]) -> Search[S, M]:
    """Return a search that has only its root."""
    root = Node(id=ROOT, key=domain.key(state), answer=domain.answer(state))
    return Search(tree={ROOT: root}, states={ROOT: state})


def selected(
    search: Search[S, M], method: Method, done: int, *, stopped: bool = False
) -> list[Simulation]:
    """Return the simulations to begin; none where the search has ended.

    Args:
        search: The search.
        method: Its parts.
        done: How many simulations there were.
        stopped: Whether the budget has ended.
    """
    left = method.simulations - done
    if stopped or left <= 0 or ended_by(search, method, done) is not None:
        return []
    chosen = method.select(search.tree, min(left, method.parallel))
    # A beam and a sample are chosen whole, however many are left.
    return [Simulation(leaf=id) for id in chosen[:left]]


def ended_by(search: Search[S, M], method: Method, done: int) -> str | None:
    """Return what ends a search, its budget aside; None where nothing does yet."""
    gate = method.gate
    ends = (node for node in search.tree.values() if node.terminal and node.answer is not None)
    if gate is not None and any(node.value >= gate for node in ends):
        return "gate"
    if search.tree[ROOT].spent:
        return "exhausted"
    return "iterations" if done >= method.simulations else None


async def expanded(
    search: Search[S, M],
    simulations: Sequence[Simulation],
    method: Method,
    domain: Domain[S, M],
) -> Search[S, M]:
    """Make the next moves from where simulations have come to, side by side.

    Args:
        search: The search.
        simulations: Those that are going.
        method: Says how many moves.
        domain: Proposes and makes them.

    Returns:
        The nodes expanded and those new, not evaluated yet. Moves that lead nowhere, or to what
        the tree holds already, make none.
    """
    tree = search.tree
    wanted = {
        each.tip: method.moves_at(tree[each.tip], rolling=bool(each.path)) for each in simulations
    }
    going = list(wanted)
    asked = [id for id in going if id not in search.untried]
    proposed = await asyncio.gather(*(domain.propose(search.states[id]) for id in asked))
    untried = {id: search.untried[id] for id in going if id in search.untried}
    untried |= {id: _shared(moves) for id, moves in zip(asked, proposed, strict=True)}
    tries = [(id, move, prior) for id in going for move, prior in untried[id][: wanted[id]]]
    reached = await asyncio.gather(
        *(domain.apply(search.states[id], move) for id, move, _ in tries)
    )
    changes: Changes = {}
    states: dict[int, S] = {}
    made: dict[int, M] = {}
    children: dict[int, list[int]] = {id: list(tree[id].children) for id in going}
    fresh: set[str] = set()
    for (parent, move, prior), state in zip(tries, reached, strict=True):
        if state is None or (key := domain.key(state)) in search.keys or key in fresh:
            continue
        fresh.add(key)
        id = len(tree) + len(states)
        depth = tree[parent].depth + 1
        end = domain.is_end(state) or depth >= method.depth
        changes[id] = Node(
            id=id,
            parent=parent,
            depth=depth,
            prior=prior,
            kind=domain.kind(move),
            key=key,
            terminal=end,
            spent=end,
            answer=domain.answer(state),
        )
        states[id], made[id] = state, move
        children[parent].append(id)
    left = {id: tuple(untried[id][wanted[id] :]) for id in going}
    for id in going:
        changes[id] = tree[id].changed(
            children=tuple(children[id]),
            expanded=not left[id],
            terminal=not left[id] and not children[id],
        )
    # Where there is something new, only its evaluation tells what is an end.
    barren = [id for id in going if len(children[id]) == len(tree[id].children)]
    changes |= spending({**tree, **changes}, barren)
    return Search(tree=changes, states=states, made=made, untried=left)


async def evaluated(
    search: Search[S, M], new: Sequence[int], method: Method, domain: Domain[S, M]
) -> Search[S, M]:
    """Return what changes as new nodes are valued, in one batch, and weak ones reworked.

    As in ReARTeR, where even the best of siblings is weak it is reworked, and no other.
    """
    values = dict(
        zip(new, await domain.evaluate([search.states[id] for id in new]), strict=True)
        if new
        else ()
    )
    states: dict[int, S] = {}
    if weak := _weak(search.tree, values, method):
        reworked = await asyncio.gather(
            *(domain.refine(search.states[id], values[id]) for id in weak)
        )
        fresh: set[str] = set()
        # What the tree holds already is not there twice, nor is the critic asked about it again.
        other = {
            id: state
            for id, state in zip(weak, reworked, strict=True)
            if state is not None and domain.key(state) not in search.keys
        }
        again = await domain.evaluate(list(other.values())) if other else ()
        for (id, state), value in zip(other.items(), again, strict=True):
            if value.score > values[id].score and (key := domain.key(state)) not in fresh:
                fresh.add(key)
                states[id], values[id] = state, value
    changes: Changes = {}
    for id, value in values.items():
        node = search.tree[id]
        if id in states:
            end = domain.is_end(states[id]) or node.depth >= method.depth
            node = node.changed(
                key=domain.key(states[id]),
                answer=domain.answer(states[id]),
                terminal=end,
                spent=end,
            )
        changes[id] = node.changed(value=value.score, worth=value.score)
    parents = dict.fromkeys(parent for id in new if (parent := search.tree[id].parent) is not None)
    changes |= spending({**search.tree, **changes}, parents)
    return Search(tree=changes, states=states, values=values)


def rolled(
    search: Search[S, M], simulations: Sequence[Simulation], method: Method
) -> list[Simulation]:
    """Return the simulations after an expansion: each at its best new node, going on or not.

    A method that forks has one simulation for every new node from then on.
    """
    tree = search.tree
    after: list[Simulation] = []
    for simulation in simulations:
        if not simulation.going:
            after.append(simulation)
            continue
        born = sorted(
            (id for id in tree[simulation.tip].children if not tree[id].visits),
            key=lambda id: (-tree[id].value, id),
        )
        tips = born if method.fork and not simulation.path else born[:1]
        after += [
            simulation.model_copy(
                update={
                    "path": (path := (*simulation.path, id)),
                    "going": len(path) <= method.roll
                    and not _is_there(tree[id], method)
                    and not _settled(tree, path, method),
                }
            )
            for id in tips
        ]
        if not tips:
            after.append(simulation.model_copy(update={"going": False}))
    return after


def backed_up(search: Search[S, M], simulations: Sequence[Simulation], method: Method) -> Changes:
    """Return what changes as the simulations' values are handed up the tree."""
    tree = dict(search.tree)
    changes: Changes = {}

    def change(more: Changes) -> None:
        tree.update(more)
        changes.update(more)

    for simulation in simulations:
        values = [tree[id].value for id in simulation.path]
        if not values:
            leaf = tree[simulation.leaf]
            change(method.backup(tree, leaf.id, method.reward(tree, leaf)))
        elif method.look_ahead is not None:
            first = tree[simulation.path[0]]
            value = looked_ahead(values, method.look_ahead)
            change({first.id: first.changed(value=value, worth=value)})
            change(method.backup(tree, first.id, value))
        elif method.roll_share is not None:
            first = tree[simulation.path[0]]
            share = method.roll_share if values[1:] else 0.0
            value = (1 - share) * values[0] + share * max(values[1:], default=0.0)
            change(method.backup(tree, first.id, value))
        else:
            end = tree[simulation.path[-1]]
            change(method.backup(tree, end.id, method.reward(tree, end)))
    return changes


async def searched(root: S, domain: Domain[S, M], method: Method) -> Search[S, M]:
    """Return a whole search, made in memory: for what needs no graph around it."""
    search, done = planted(root, domain), 0
    while simulations := selected(search, method, done):
        done += len(simulations)
        while going := [each for each in simulations if each.going]:
            grown = await expanded(search, going, method, domain)
            search = search.changed(grown)
            search = search.changed(await evaluated(search, list(grown.states), method, domain))
            simulations = rolled(search, simulations, method)
        tree = backed_up(search, simulations, method)
        search = search.changed(Search(tree=tree, states={}))
    return search


def _shared(moves: Sequence[tuple[M, float]]) -> tuple[tuple[M, float], ...]:
    """The moves, each once, with their weights as shares of 1."""
    weights: dict[M, float] = {}
    for move, weight in moves:
        weights.setdefault(move, weight)
    total = sum(weights.values())
    return tuple((move, weight / total) for move, weight in weights.items())


def _weak(tree: Tree, values: Mapping[int, Value], method: Method) -> list[int]:
    """The new nodes that nothing beside them is better than, and that are not good enough."""
    if method.refine_below is None:
        return []
    scores = {id: value.score for id, value in values.items()}
    best: set[int] = set()
    for parent in (tree[id].parent for id in scores):
        assert parent is not None
        siblings = (id for id in tree[parent].children if not tree[id].visits)
        best.add(max(siblings, key=lambda id: (scores.get(id, tree[id].value), -id)))
    return [id for id in scores if id in best and scores[id] <= method.refine_below]


def _is_there(node: Node, method: Method) -> bool:
    """Whether a way forward has come to its end."""
    to_an_answer = method.roll_share is None and method.look_ahead is None
    return node.terminal or (to_an_answer and node.answer is not None)


def _settled(tree: Tree, path: Sequence[int], method: Method) -> bool:
    """Whether looking further ahead would hardly change anything."""
    if method.look_ahead is None or len(path) < 2:
        return False
    return abs(tree[path[-1]].value - tree[path[-2]].value) < SETTLED

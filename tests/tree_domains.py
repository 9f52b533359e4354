"""A small tree written down by hand, for searches whose course is worked out beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clew.graphs.tree_search.backup import Backup, pooled
from clew.graphs.tree_search.core import Search, searched
from clew.graphs.tree_search.domain import Value
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.tree import ROOT, Changes, Node, Tree

START = "root"


@dataclass(frozen=True, kw_only=True)
class WrittenTree:
    """States are names, and a move is the name of the state that it leads to.

    Attributes:
        moves: What is proposed in each state, with weights; nothing in those not named.
        values: What the critic says of each state; 0 of those not named.
        answers: The answers of the states that hold one; they are ends.
        underway: Those of them that can be gone on from.
        nowhere: Moves that lead nowhere.
        same: States that hold the same as another.
        reworked: What refining makes of a state; nothing of those not named.
        kinds: The kinds of moves.
        asked: The states whose moves were asked for, in order.
        made: The moves made, in order.
        valued: The states of each batch.
        refined: The states whose step was to be reworked, with the critic's words.
    """

    moves: Mapping[str, Sequence[tuple[str, float]]]
    values: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    underway: frozenset[str] = frozenset()
    nowhere: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=dict)
    reworked: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    valued: list[tuple[str, ...]] = field(default_factory=list)
    refined: list[tuple[str, str]] = field(default_factory=list)

    async def propose(self, state: str) -> Sequence[tuple[str, float]]:
        self.asked.append(state)
        return self.moves.get(state, ())

    async def apply(self, state: str, move: str) -> str | None:
        self.made.append(move)
        return None if move in self.nowhere else move

    async def evaluate(self, states: Sequence[str]) -> Sequence[Value]:
        self.valued.append(tuple(states))
        return [
            Value(score=self.values.get(state, 0.0), explanation=f"of {state}") for state in states
        ]

    async def refine(self, state: str, value: Value) -> str | None:
        self.refined.append((state, value.explanation))
        return self.reworked.get(state)

    def key(self, state: str) -> str:
        return self.same.get(state, state)

    def kind(self, move: str) -> str:
        return self.kinds.get(move, "step")

    def answer(self, state: str) -> str | None:
        return self.answers.get(state)

    def is_end(self, state: str) -> bool:
        return state in self.answers and state not in self.underway


def two_a_level() -> WrittenTree:
    """A tree of three moves, two at each state; at its root the policy prefers the worse one.

    ::

        root ─ a .6 ─ a1 .3 ─ a11 .1 Rome    a12 .2  Oslo
             │      └ a2 .5 ─ a21 .4 Rome    a22 .45 Oslo
             └ b .4 ─ b1 .8 ─ b11 .9 Bern    b12 .6  Rome
                    └ b2 .2 ─ b21 .3 Oslo    b22 .1  Bern
    """
    inner = ("a", "b", "a1", "a2", "b1", "b2")
    return WrittenTree(
        moves={START: (("a", 3.0), ("b", 1.0))}
        | {name: ((f"{name}1", 1.0), (f"{name}2", 1.0)) for name in inner},
        values={"a": 0.6, "a1": 0.3, "a11": 0.1, "a12": 0.2, "a2": 0.5, "a21": 0.4, "a22": 0.45}
        | {"b": 0.4, "b1": 0.8, "b11": 0.9, "b12": 0.6, "b2": 0.2, "b21": 0.3, "b22": 0.1},
        answers={"a11": "Rome", "a12": "Oslo", "a21": "Rome", "a22": "Oslo"}
        | {"b11": "Bern", "b12": "Rome", "b21": "Oslo", "b22": "Bern"},
    )


async def search_of(domain: WrittenTree, method: Method) -> Search[str, str]:
    return await searched(START, domain, method)


def named(search: Search[str, str]) -> dict[str, Node]:
    """Return the nodes by the names of their states."""
    return {state: search.tree[id] for id, state in search.states.items()}


def counts(search: Search[str, str]) -> dict[str, tuple[int, float]]:
    """Return visits and worth of the states that were visited."""
    return {
        name: (node.visits, round(node.worth, 6))
        for name, node in named(search).items()
        if node.visits
    }


def taken(search: Search[str, str], method: Method) -> str | None:
    """Return the state whose answer is taken."""
    id = method.aggregate(search.tree)
    return None if id is None else search.states[id]


def noted(backup: Backup, ends: list[int]) -> Backup:
    """Return the backup, which notes the nodes that values are of.

    Pooling counts the states that are new of itself, so that only other visits are noted.
    """

    def noting(tree: Tree, id: int, value: float) -> Changes:
        if backup is not pooled or tree[id].visits or id == ROOT:
            ends.append(id)
        return backup(tree, id, value)

    return noting

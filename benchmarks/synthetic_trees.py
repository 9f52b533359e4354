"""Trees whose leaves have known values, and critics that err.

What a state is worth is the mean of the leaves below it, as the value that a process reward model
learns is; the critic sees that with noise, which is the same whenever it is asked again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from clew.graphs.tree_search.domain import Value
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.tree import Tree

SPREAD = 0.5
"""Standard deviation of what a move adds to the log-odds of the leaves below it."""

Place = tuple[int, ...]
"""The moves that lead to a state, counted from 0 at each."""


@dataclass(frozen=True)
class SyntheticTree:
    """A full tree.

    Attributes:
        branching: How many moves each state has.
        seed: What it was grown from.
        means: For each depth from 0, what its states are worth, an axis for each move.
        errors: Likewise the critic's errors where their standard deviation is 1.
        orders: Likewise in which order the policy, which knows nothing, proposes their moves.
    """

    branching: int
    seed: int
    means: tuple[NDArray[np.float64], ...]
    errors: tuple[NDArray[np.float64], ...]
    orders: tuple[NDArray[np.int64], ...]

    @property
    def depth(self) -> int:
        """How many moves lead to a leaf."""
        return len(self.means) - 1

    @property
    def best(self) -> float:
        """The value of the best leaf."""
        return float(self.means[-1].max())

    @property
    def mean(self) -> float:
        """The mean value of the leaves."""
        return float(self.means[0])


def grown(branching: int, depth: int, seed: int) -> SyntheticTree:
    """Return a tree whose leaves are alike the more moves they share.

    Each move adds to the log-odds of what is below it, as much at every depth.
    """
    random = np.random.default_rng(seed)
    logits = np.zeros(())
    for level in range(1, depth + 1):
        logits = logits[..., None] + random.normal(0.0, SPREAD, size=(branching,) * level)
    means = [1 / (1 + np.exp(-logits))]
    while means[0].ndim:
        means.insert(0, means[0].mean(axis=-1))
    shapes = [(branching,) * level for level in range(depth + 1)]
    errors = tuple(random.normal(size=shape) for shape in shapes)
    orders = tuple(
        random.permuted(np.broadcast_to(np.arange(branching), (*shape, branching)), axis=-1)
        for shape in shapes[:-1]
    )
    return SyntheticTree(branching, seed, tuple(means), errors, orders)


@dataclass(frozen=True, kw_only=True)
class Climbing:
    """A search of a synthetic tree that may make so many states.

    Attributes:
        tree: The tree.
        noise: Standard deviation of the critic's errors.
        budget: How many states may be made, each of which is evaluated.
        seconds: How long making one takes.
        made: One entry for each state made.
    """

    tree: SyntheticTree
    noise: float
    budget: int
    seconds: float = 0.0
    made: list[Place] = field(default_factory=list)

    def within(self, method: Method) -> Method:
        """Return the method, which ends with the budget."""

        def select(tree: Tree, count: int) -> Sequence[int]:
            return () if len(self.made) >= self.budget else method.select(tree, count)

        return replace(method, select=select)

    async def propose(self, state: Place) -> Sequence[tuple[int, float]]:
        return [(int(move), 1.0) for move in self.tree.orders[len(state)][state]]

    async def apply(self, state: Place, move: int) -> Place | None:
        if len(self.made) >= self.budget:
            return None
        reached = (*state, move)
        self.made.append(reached)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return reached

    async def evaluate(self, states: Sequence[Place]) -> Sequence[Value]:
        return [Value(score=self.seen(self.place(state))) for state in states]

    def seen(self, place: Place) -> float:
        """Return what the critic takes a place to be worth."""
        true, error = self.tree.means[len(place)][place], self.tree.errors[len(place)][place]
        return float(min(1.0, max(0.0, true + self.noise * error)))

    async def refine(self, state: Place, value: Value) -> Place | None:
        return None

    def place(self, state: Place) -> Place:
        """Return where in the tree a state is."""
        return state

    def key(self, state: Place) -> str:
        return ".".join(map(str, state))

    def kind(self, move: int) -> str:
        return ""

    def answer(self, state: Place) -> str | None:
        if not self.is_end(state):
            return None
        # No two leaves agree: a number for each.
        leaf = np.ravel_multi_index(self.place(state), self.tree.means[-1].shape)
        return f"leaf {leaf}"

    def is_end(self, state: Place) -> bool:
        return len(state) == self.tree.depth

    def value(self, state: Place) -> float:
        """Return what a leaf is worth in truth."""
        return float(self.tree.means[-1][self.place(state)])


class Sampling(Climbing):
    """As many independent samples of the policy as the budget lasts for, for best-of-n.

    What two samples have in common is made twice, as by a policy that is asked for whole answers.
    The first move of a state is the sample's number times the branching, plus the tree's.
    """

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return self.budget // self.tree.depth

    async def propose(self, state: Place) -> Sequence[tuple[int, float]]:
        random = np.random.default_rng((self.tree.seed, *state))
        if state:
            return [(int(random.integers(self.tree.branching)), 1.0)]
        drawn = random.integers(self.tree.branching, size=self.samples)
        return [
            (sample * self.tree.branching + int(move), 1.0) for sample, move in enumerate(drawn)
        ]

    def place(self, state: Place) -> Place:
        return (state[0] % self.tree.branching, *state[1:]) if state else state

"""Selection: which leaves a search goes on with."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean

from .tree import ROOT, Node, Tree, children_of, leaves

Score = Callable[[Node, Node, float], float]
"""How attractive a child is: of the child, its parent, and the weight of exploring."""

Selection = Callable[[Tree, int], Sequence[int]]
"""Chooses leaves: of the tree, and how many are wanted at most."""


def uct(child: Node, parent: Node, weight: float) -> float:
    """Upper confidence bound: Q + c·sqrt(ln N_p / N) (Kocsis and Szepesvári, 2006).

    As in MCTS-RAG (arXiv:2503.20757) and LATS (arXiv:2310.04406); what was never visited comes
    first.
    """
    if not child.visits:
        return math.inf
    return child.worth + weight * math.sqrt(math.log(parent.visits) / child.visits)


def rest(child: Node, parent: Node, weight: float) -> float:
    """V + c·sqrt(2 ln N_p / N), as ReST-MCTS* descends (arXiv:2406.03816, released code)."""
    if not child.visits:
        return math.inf
    return child.worth + weight * math.sqrt(2 * math.log(parent.visits) / child.visits)


def puct(child: Node, parent: Node, weight: float) -> float:
    """Q + c·p·sqrt(N_p) / (1 + N), as in AlphaZero and MCTS-DPO (arXiv:2405.00451).

    A child that was never visited counts as what its critic says of it.
    """
    return child.worth + weight * child.prior * math.sqrt(parent.visits) / (1 + child.visits)


def descending(score: Score, weight: float) -> Selection:
    """Return the selection that goes down from the root to the most attractive leaf.

    Leaves that are chosen together are kept apart by virtual loss (Chaslot et al., 2008): each
    choice counts as a visit that brought nothing, until the values are there.

    Args:
        score: How attractive a child is.
        weight: c, how much exploring counts.
    """

    def select(tree: Tree, count: int) -> Sequence[int]:
        pending: Counter[int] = Counter()
        closed: set[int] = set()
        chosen: list[int] = []
        while len(chosen) < count and not (tree[ROOT].spent or ROOT in closed):
            path = _descent(tree, pending, closed, score, weight)
            pending.update(path)
            chosen.append(path[-1])
            _close(tree, path, closed)
        return chosen

    return select


def _descent(
    tree: Tree, pending: Counter[int], closed: set[int], score: Score, weight: float
) -> list[int]:
    """The path from the root to the next leaf."""
    node, path = tree[ROOT], [ROOT]
    while node.expanded:
        parent = _at_a_loss(node, pending)
        node = max(
            (each for each in children_of(tree, node) if not each.spent and each.id not in closed),
            key=lambda child: score(_at_a_loss(child, pending), parent, weight),
        )
        path.append(node.id)
    return path


def _at_a_loss(node: Node, pending: Counter[int]) -> Node:
    """The node as if the choices that are on their way had brought nothing."""
    if not (losses := pending[node.id]):
        return node
    visits = node.visits + losses
    return node.changed(visits=visits, worth=node.worth * node.visits / visits)


def _close(tree: Tree, path: Sequence[int], closed: set[int]) -> None:
    """Close a leaf that was chosen, and what has nothing else below it."""
    closed.add(path[-1])
    for id in reversed(path[:-1]):
        if not all(child.spent or child.id in closed for child in children_of(tree, tree[id])):
            return
        closed.add(id)


def every_leaf(tree: Tree, count: int) -> Sequence[int]:
    """Choose every leaf there is, as best-of-n does, whose samples go on by themselves."""
    return [node.id for node in leaves(tree)]


def beam(width: int) -> Selection:
    """Return the selection of beam search: the best leaves of the deepest level.

    Args:
        width: How many states survive a level.
    """

    def select(tree: Tree, count: int) -> Sequence[int]:
        level = sorted(_latest_level(tree), key=lambda node: (-node.value, node.id))
        # An end holds its place on its level; the next level is as wide as any.
        return [node.id for node in level[:width] if not node.terminal]

    return select


def by_kind(tree: Tree, count: int) -> Sequence[int]:
    """Choose first what kind of move to make, then which one of that kind.

    As CR-Planner does (arXiv:2410.01428) with a critic for sub-goals and critics for their
    executions. One critic plays both parts here: what a kind is worth is the mean of its moves.
    """
    level = _latest_level(tree)
    kinds: dict[str, list[Node]] = {}
    for node in level:
        kinds.setdefault(node.kind, []).append(node)
    best = max(kinds.values(), key=lambda nodes: fmean(node.value for node in nodes))
    chosen = max(best, key=lambda node: (node.value, -node.id))
    return [] if chosen.terminal else [chosen.id]


def _latest_level(tree: Tree) -> list[Node]:
    """The deepest nodes that were backed up; the root at first."""
    visited = [node for node in tree.values() if node.visits] or [tree[ROOT]]
    deepest = max(node.depth for node in visited)
    return [node for node in visited if node.depth == deepest]

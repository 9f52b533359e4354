"""Backup: what a value found below means for the nodes above."""

from collections import ChainMap
from collections.abc import Callable

from .tree import Changes, Node, Tree, children_of, path_to

Backup = Callable[[Tree, int, float], Changes]
"""Returns what changes as a value, in [0, 1], is handed up from a node to the root."""


def _counted(node: Node, value: float) -> Node:
    return node.changed(visits=node.visits + 1, total=node.total + value)


def mean(tree: Tree, id: int, value: float) -> Changes:
    """Q = W / N on the whole path, as in UCT."""
    changes: Changes = {}
    for node in path_to(tree, id):
        counted = _counted(node, value)
        changes[node.id] = counted.changed(worth=counted.total / counted.visits)
    return changes


def pooled(tree: Tree, id: int, value: float) -> Changes:
    """Q = W / N on the whole path, into which every state valued on the way goes.

    Handing up the one at its end alone makes what was visited look as good as its best child.
    """
    changes: Changes = {}
    known = ChainMap(changes, dict(tree))
    beside = (child for node in path_to(tree, id)[:-1] for child in node.children if child != id)
    fresh = [child for child in beside if not tree[child].visits]
    for each in (*fresh, id):
        changes.update(mean(known, each, value if each == id else tree[each].value))
    return changes


def best(tree: Tree, id: int, value: float) -> Changes:
    """Each node is worth what the best below it is, or its own value where that is more."""
    changes: Changes = {}
    for node in reversed(path_to(tree, id)):
        below = [changes.get(child.id, child).worth for child in children_of(tree, node)]
        own = value if node.id == id else node.value
        changes[node.id] = _counted(node, value).changed(worth=max([own, *below]))
    return changes


def child_weighted(tree: Tree, id: int, value: float) -> Changes:
    """V = Σ V_c·N_c / Σ N_c over the children, as in ReST-MCTS* (arXiv:2406.03816).

    The node that the value is of takes it as it is; those above it follow from their children.
    """
    changes: Changes = {}
    for node in reversed(path_to(tree, id)):
        counted = _counted(node, value)
        if node.id == id:
            changes[node.id] = counted.changed(worth=value)
            continue
        children = [changes.get(child.id, child) for child in children_of(tree, node)]
        visits = sum(child.visits for child in children)
        weighted = sum(child.worth * child.visits for child in children)
        changes[node.id] = counted.changed(worth=weighted / visits)
    return changes

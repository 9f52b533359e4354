"""Aggregation: which of the answers that a search found is taken."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from ..agreement import agree
from .tree import Node, Tree

Aggregation = Callable[[Tree], int | None]
"""Returns the node whose answer is taken; None where the tree holds no answer."""


def answered(tree: Tree) -> list[Node]:
    """Return the nodes with an answer; an end that only confirms its parent's takes its place."""
    nodes = [node for node in tree.values() if node.answer is not None]
    confirmed = {
        node.parent
        for node in nodes
        if node.terminal and node.parent is not None and node.answer == tree[node.parent].answer
    }
    return [node for node in nodes if node.id not in confirmed]


def best_value(tree: Tree) -> int | None:
    """Take the answer of the state that the critic values most; of equals the first."""
    return _best(answered(tree))


def weighted_vote(power: float = 1.0) -> Aggregation:
    """Return what takes the answer that gathers most value, from its best state (MCTS-RAG).

    Args:
        power: To which values are raised first; above 1, few good states outvote many poor ones.
    """

    def aggregate(tree: Tree) -> int | None:
        clusters = clustered(answered(tree))
        if not clusters:
            return None
        return _best(max(clusters, key=lambda nodes: sum(node.value**power for node in nodes)))

    return aggregate


def clustered(nodes: Iterable[Node]) -> list[list[Node]]:
    """Return nodes in groups whose answers agree, in the order of their first members."""
    groups: list[list[Node]] = []
    exactly: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        assert node.answer is not None
        if not (same := exactly[node.answer]):
            fitting = (group for group in groups if agree(group[0].answer or "", node.answer))
            same = next(fitting, [])
            if not same:
                groups.append(same)
            exactly[node.answer] = same
        same.append(node)
    return groups


def share_of(answer: str, tree: Tree) -> float:
    """Return the share, in [0, 1], of the answers found that agree with one."""
    nodes = answered(tree)
    if not nodes:
        return 0.0
    said = Counter(node.answer or "" for node in nodes)
    return sum(count for other, count in said.items() if agree(answer, other)) / len(nodes)


def _best(nodes: Sequence[Node]) -> int | None:
    return max(nodes, key=lambda node: (node.value, -node.id)).id if nodes else None

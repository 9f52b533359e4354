"""Aggregation: which of the answers that a search found is taken."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from ..agreement import agree
from .tree import Node, Tree, path_to

Aggregation = Callable[[Tree], int | None]
"""Returns the node whose answer is taken; None where the tree holds no answer."""

Worth = Callable[[Tree, Node], float]
"""What a state is worth when answers are compared, in [0, 1]."""


def answered(tree: Tree) -> list[Node]:
    """Return the nodes with an answer; an end that only confirms its parent's takes its place."""
    nodes = [node for node in tree.values() if node.answer is not None]
    confirmed = {
        node.parent
        for node in nodes
        if node.terminal and node.parent is not None and node.answer == tree[node.parent].answer
    }
    return [node for node in nodes if node.id not in confirmed]


def own_value(tree: Tree, node: Node) -> float:
    """Return what the critic says of a state itself."""
    return node.value


def value_on_the_way(tree: Tree, node: Node) -> float:
    """Return the mean of what is known of the states that lead to one, itself included.

    Of a state that answers nothing yet that is what was backed up, into which many words of the
    critic went whose errors cancel out, so that the luckiest end does not win; of one that holds
    the same answer it is the critic's word on it. States that hold another answer say nothing.
    """
    way = path_to(tree, node.id)[1:] or (node,)
    return fmean(
        each.worth if each.answer is None else each.value
        for each in way
        if each.answer in (None, node.answer)
    )


def value_by_prior(tree: Tree, node: Node) -> float:
    """Return that mean times the prior of the first move on the way.

    The ways to begin are rivals, of which the policy holds one for the likeliest; many states of an
    unlikely one do not make it likelier.
    """
    first = path_to(tree, node.id)[:2][-1]
    return value_on_the_way(tree, node) * first.prior


def best_by(worth: Worth) -> Aggregation:
    """Return what takes the answer of the state that is worth most.

    Of equals it is the one that the critic values more, and then the first.
    """

    def aggregate(tree: Tree) -> int | None:
        return _best(answered(tree), tree, worth)

    return aggregate


best_value = best_by(own_value)
"""Takes the answer of the state that the critic values most."""


def weighted_vote(worth: Worth, power: float = 1.0) -> Aggregation:
    """Return what takes the answer that gathers most worth, from its best state (MCTS-RAG).

    Of equals it is the answer of the state that the critic values most, and then the first.

    Args:
        worth: What a state is worth.
        power: To which that is raised first; above 1, few good states outvote many poor ones.
    """

    def aggregate(tree: Tree) -> int | None:
        clusters = clustered(answered(tree))
        if not clusters:
            return None

        def gathered(nodes: Sequence[Node]) -> tuple[float, float]:
            votes = sum(worth(tree, each) ** power for each in nodes)
            return votes, max(each.value for each in nodes)

        return _best(max(clusters, key=gathered), tree, worth)

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


def _best(nodes: Sequence[Node], tree: Tree, worth: Worth) -> int | None:
    if not nodes:
        return None
    return max(nodes, key=lambda node: (worth(tree, node), node.value, -node.id)).id

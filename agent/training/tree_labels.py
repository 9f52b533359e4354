"""Labels of the states of a search tree, inferred from which of its ends are right.

An end is a state that nothing follows and that either holds an answer or was given up. What was
left open says nothing, and a state below which there are only such has no label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...graphs.tree_search.record import TreeRecord
from .labels import is_right


@dataclass(frozen=True)
class TreeLabels:
    """What the ends of a tree tell of its states; each by the state's id.

    Attributes:
        ends: The ends below, the state itself if it is one: whether each is right.
        steps_to_right: How many states away the nearest right end is, 1 at a right end; only
            where there is one.
    """

    ends: Mapping[int, Mapping[int, bool]]
    steps_to_right: Mapping[int, int]

    def share(self, id: int) -> float | None:
        """Return the share of right ends among those below a state; None where there are none."""
        ends = self.ends[id].values()
        return sum(ends) / len(ends) if ends else None


def labelled(record: TreeRecord, answers: Sequence[str]) -> TreeLabels:
    """Return what the right answers tell of a tree's states.

    Args:
        record: The tree; each of its states comes after its parent.
        answers: The right answers.
    """
    ends: dict[int, dict[int, bool]] = {node.id: {} for node in record.nodes}
    nearest: dict[int, int] = {}
    parents = {node.parent for node in record.nodes}
    for node in reversed(record.nodes):
        if node.id not in parents and (node.terminal or node.answer is not None):
            right = is_right(node.answer, answers)
            ends[node.id] = {node.id: right}
            if right:
                nearest[node.id] = 1
        if node.parent is not None:
            ends[node.parent] |= ends[node.id]
            if node.id in nearest:
                above = nearest.get(node.parent)
                reached = nearest[node.id] + 1
                nearest[node.parent] = reached if above is None else min(above, reached)
    return TreeLabels(ends, nearest)


def step_values(record: TreeRecord, labels: TreeLabels) -> dict[int, float]:
    """Return the value of each state that has ends below it, by ReST-MCTS* (arXiv:2406.03816).

    V = max(0, V' + (1 − V')·s/m) with V' the parent's value, 0 at the root; s is 1 if a right end
    lies below, and m the states to the nearest; else s is −1, and m that of the nearest state above
    from which one could be reached, as in the authors' code. Where no end is right, all are 0.
    """
    values: dict[int, float] = {record.nodes[0].id: 0.0}
    nearest = dict(labels.steps_to_right)
    for node in record.nodes[1:]:
        assert node.parent is not None
        good = node.id in labels.steps_to_right
        if not good and node.parent in nearest:
            nearest[node.id] = nearest[node.parent]
        before = values[node.parent]
        sign, steps = (1 if good else -1), nearest.get(node.id)
        values[node.id] = max(0.0, before + (1 - before) * sign / steps) if steps else 0.0
    return {id: value for id, value in values.items() if labels.ends[id]}


def first_wrong(record: TreeRecord, labels: TreeLabels) -> list[int]:
    """Return the states with which a hope is lost: right ends beside each, and none below it.

    That is the first error of a wrong run as OmegaPRM looks for (arXiv:2406.06592): the share of
    right ends is above 0 before it and 0 after.
    """
    return [
        node.id
        for node in record.nodes
        if node.parent is not None
        and labels.share(node.id) == 0.0
        and (labels.share(node.parent) or 0.0) > 0.0
    ]

"""Where the states of a tree are drawn: a column for each depth, and no two boxes on each other."""

from collections.abc import Mapping
from typing import NamedTuple

from ...graphs.tree_search.record import RecordedNode, TreeRecord


class Place(NamedTuple):
    """What is drawn at a place.

    Attributes:
        nodes: The node; or several siblings that nothing was tried of, folded into one box.
        depth: Column, from 0.
        row: Where in the column, in boxes from the top; often between two.
        parent: Place among the places of what it hangs on; None for the root.
    """

    nodes: tuple[RecordedNode, ...]
    depth: int
    row: float
    parent: int | None


class _Subtree(NamedTuple):
    """Rows of places relative to the subtree's root, and its first and last row by depth below."""

    rows: dict[int, float]
    first: list[float]
    last: list[float]


def laid_out(record: TreeRecord) -> tuple[Place, ...]:
    """Return the places of a tree, each after its parent.

    Siblings keep their order, a parent stands in the middle of its children, and subtrees move
    together as far as their outlines allow (Reingold and Tilford, 1981).
    """
    boxes = _boxes(record)
    children: dict[int, list[int]] = {}
    for number, (_, _, parent) in enumerate(boxes):
        if parent is not None:
            children.setdefault(parent, []).append(number)
    drawn: dict[int, _Subtree] = {}
    # Children come after their parents, so from the end on they are there when a parent is met.
    for number in reversed(range(len(boxes))):
        below = [(child, drawn.pop(child)) for child in children.get(number, ())]
        drawn[number] = _joined(number, below)
    top = min(drawn[0].first)
    rows = drawn[0].rows
    return tuple(
        Place(nodes, depth, rows[number] - top, parent)
        for number, (nodes, depth, parent) in enumerate(boxes)
    )


def _boxes(record: TreeRecord) -> list[tuple[tuple[RecordedNode, ...], int, int | None]]:
    """What is drawn, with its depth and the box that it hangs on."""
    below: dict[int, list[RecordedNode]] = {}
    for node in record.nodes:
        if node.parent is not None:
            below.setdefault(node.parent, []).append(node)
    chosen = {each.id for each in record.path(record.chosen)} if record.chosen is not None else ()
    boxes: list[tuple[tuple[RecordedNode, ...], int, int | None]] = [((record.nodes[0],), 0, None)]
    at = 0
    while at < len(boxes):
        nodes, depth, _ = boxes[at]
        children = below.get(nodes[0].id, []) if len(nodes) == 1 else []
        idle = tuple(
            node
            for node in children
            if node.visits == 0 and node.id not in below and node.id not in chosen
        )
        folded = idle if len(idle) > 1 else ()
        boxes += [((node,), depth + 1, at) for node in children if node not in folded]
        boxes += [(folded, depth + 1, at)] * bool(folded)
        at += 1
    return boxes


def _joined(number: int, below: list[tuple[int, _Subtree]]) -> _Subtree:
    rows: dict[int, float] = {}
    first: list[float] = []
    last: list[float] = []
    placed: Mapping[int, float] = {}
    for child, tree in below:
        shared = zip(last, tree.first, strict=False)
        shift = max((low - high for low, high in shared), default=-1.0) + 1.0
        placed = {**placed, child: shift}
        rows |= {each: row + shift for each, row in tree.rows.items()}
        first += [row + shift for row in tree.first[len(first) :]]
        moved = [row + shift for row in tree.last]
        last = moved + last[len(moved) :]
    middle = (min(placed.values()) + max(placed.values())) / 2 if placed else 0.0
    rows = {each: row - middle for each, row in rows.items()}
    return _Subtree(
        {number: 0.0, **rows},
        [0.0, *(row - middle for row in first)],
        [0.0, *(row - middle for row in last)],
    )

"""Where the states of a tree are drawn: a column for each depth, and no two boxes on each other.

The way to the answer goes straight along the top and what was visited most comes next, so that of
a tree of hundreds of states the first screen shows what matters.
"""

from typing import NamedTuple

from ...graphs.tree_search.record import RecordedNode, TreeRecord


class Place(NamedTuple):
    """What is drawn at a place.

    Attributes:
        nodes: The node; or several siblings that were never visited, folded into one box.
        depth: Column, from 0.
        row: Which box of the column from the top, from 0; a column has gaps.
        parent: Place among the places of what it hangs on; None for the root.
    """

    nodes: tuple[RecordedNode, ...]
    depth: int
    row: int
    parent: int | None


class _Box(NamedTuple):
    nodes: tuple[RecordedNode, ...]
    depth: int
    parent: int | None


class _Outline(NamedTuple):
    """The first and the last row of a subtree by depth, from its root's row on."""

    first: list[int]
    last: list[int]


def laid_out(record: TreeRecord) -> tuple[Place, ...]:
    """Return the places of a tree, each after its parent.

    A parent stands beside its first child, and subtrees move up as far as their outlines allow, as
    Reingold and Tilford (1981) do in the middle of the children.
    """
    boxes = _boxes(record)
    children: dict[int, list[int]] = {}
    for number, box in enumerate(boxes):
        if box.parent is not None:
            children.setdefault(box.parent, []).append(number)
    outlines: dict[int, _Outline] = {}
    below_parent = [0] * len(boxes)
    # Children come after their parents, so from the end on they are there when a parent is met.
    for number in reversed(range(len(boxes))):
        first: list[int] = []
        last: list[int] = []
        for child in children.get(number, ()):
            outline = outlines.pop(child)
            overlaps = zip(last, outline.first, strict=False)
            shift = max((low - high + 1 for low, high in overlaps), default=0)
            below_parent[child] = shift
            first += [row + shift for row in outline.first[len(first) :]]
            last[: len(outline.last)] = [row + shift for row in outline.last]
        outlines[number] = _Outline([0, *first], [0, *last])
    places: list[Place] = []
    for number, box in enumerate(boxes):
        above = 0 if box.parent is None else places[box.parent].row
        places.append(Place(box.nodes, box.depth, above + below_parent[number], box.parent))
    return tuple(places)


def _boxes(record: TreeRecord) -> list[_Box]:
    """What is drawn: level by level, the children of each in the order in which they stand."""
    below: dict[int, list[RecordedNode]] = {}
    for node in record.nodes:
        if node.parent is not None:
            below.setdefault(node.parent, []).append(node)
    chosen = {node.id for node in record.path(record.chosen)} if record.chosen is not None else ()
    boxes = [_Box((record.nodes[0],), 0, None)]
    for at, box in enumerate(boxes):  # which grows meanwhile
        children = below.get(box.nodes[0].id, []) if len(box.nodes) == 1 else []
        children = sorted(
            children, key=lambda node: (node.id not in chosen, -node.visits, -node.mean)
        )
        idle = tuple(
            node
            for node in children
            if node.visits == 0 and node.id not in below and node.id not in chosen
        )
        folded = idle if len(idle) > 1 else ()
        boxes += [_Box((node,), box.depth + 1, at) for node in children if node not in folded]
        boxes += [_Box(folded, box.depth + 1, at)] if folded else []
    return boxes

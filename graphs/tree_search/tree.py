"""The tree that a search grows, as data whose changes are small.

A tree is a mapping from ids to nodes. What changes it returns the nodes that differ, so that a
checkpoint costs what has changed and not what there is.
"""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict

ROOT = 0


class Node(BaseModel):
    """A state of the search.

    Sum and count are kept apart: a mean that is divided again is the known mistake of LATS's
    released code.

    Attributes:
        id: Its place in the order in which nodes were made; the root is 0.
        parent: The node that it was reached from; None for the root.
        depth: How many moves lead to it.
        prior: Chance, in [0, 1], of its move among its siblings.
        children: Ids of the nodes reached from it.
        kind: The kind of its move, for methods that choose among kinds.
        key: What the state holds, so that none is there twice.
        expanded: Whether all its moves were made.
        terminal: Whether nothing can follow it.
        spent: Whether nothing can follow it nor anything below it.
        value: What the critic says of the state, in [0, 1].
        visits: N, how many values were backed up through it.
        total: W, their sum.
        worth: What selection takes it to be worth, in [0, 1]; backing up decides how it follows
            from values and visits.
        answer: The answer to the question that the state holds; None where it has none.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    parent: int | None = None
    depth: int = 0
    prior: float = 1.0
    children: tuple[int, ...] = ()
    kind: str = ""
    key: str = ""
    expanded: bool = False
    terminal: bool = False
    spent: bool = False
    value: float = 0.0
    visits: int = 0
    total: float = 0.0
    worth: float = 0.0
    answer: str | None = None

    def changed(self, **fields: object) -> "Node":
        """Return the node with fields replaced; they are trusted to be valid."""
        return self.model_copy(update=fields)


Tree = Mapping[int, Node]
Changes = dict[int, Node]


def path_to(tree: Tree, id: int) -> tuple[Node, ...]:
    """Return the nodes from the root to one, both included."""
    nodes = [tree[id]]
    while (parent := nodes[-1].parent) is not None:
        nodes.append(tree[parent])
    return tuple(reversed(nodes))


def children_of(tree: Tree, node: Node) -> list[Node]:
    """Return the children of a node in the order in which they were made."""
    return [tree[id] for id in node.children]


def leaves(tree: Tree) -> Iterator[Node]:
    """Yield the nodes that nothing was reached from yet, and from which something may be."""
    return (node for node in tree.values() if not node.children and not node.terminal)


def spending(tree: Tree, ids: Iterable[int]) -> Changes:
    """Return what changes as nodes are found to be spent, and perhaps those above them.

    Args:
        tree: The tree with all other changes made.
        ids: Nodes whose children or moves have changed.
    """
    changes: Changes = {}
    for id in ids:
        for node in reversed(path_to(tree, id)):
            node = changes.get(node.id, node)
            below = [changes.get(child, tree[child]) for child in node.children]
            if node.spent or not (node.expanded and all(child.spent for child in below)):
                break
            changes[node.id] = node.changed(spent=True)
    return changes

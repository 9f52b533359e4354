"""A search tree as data: what is saved, drawn and trained on."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from ...tools.passages import Passage
from ..steps import Step
from .moves import Move


class RecordedNode(BaseModel):
    """A state of the search and how it fared.

    Attributes:
        id: Its place among the nodes, from 0; the root is 0.
        parent: The node that it was reached from; None for the root.
        move: How it was reached; None for the root.
        prior: Chance, in [0, 1], that the policy gives the move among its siblings.
        visits: How many values were backed up through it.
        mean: What backing up made of those, in [0, 1].
        value: What the critic says of the state itself, in [0, 1].
        explanation: Why, where the critic can say.
        terminal: Whether nothing follows it, by a move ``answer`` or for want of moves.
        answer: The answer to the question that the state holds, if it does.
        steps: For each sub-question of its plan, in plan order, the key of its step in the record.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    parent: int | None = None
    move: Move | None = None
    prior: float = 1.0
    visits: int = 0
    mean: float = 0.0
    value: float = 0.0
    explanation: str = ""
    terminal: bool = False
    answer: str | None = None
    steps: Mapping[str, str] = {}


class TreeRecord(BaseModel):
    """A finished search.

    Attributes:
        question: The user's question.
        method: Name of the expansion that searched.
        critic: Name of the critic that scored.
        nodes: The states by id.
        steps: The steps that the states are made of, each once, by key.
        evidence: The passages that the steps rank or quote, by id.
        chosen: The node whose answer was taken; None where there is none.
        iterations: How many times the search went down the tree.
        ended_by: ``iterations``, ``gate``, ``exhausted`` where nothing was left to try, or the
            limit of the budget that ended it.
        failures: What did not work on the way, in words.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    method: str
    critic: str
    nodes: tuple[RecordedNode, ...]
    steps: Mapping[str, Step]
    evidence: Mapping[str, Passage]
    chosen: int | None = None
    iterations: int = 0
    ended_by: str = "iterations"
    failures: tuple[str, ...] = ()

    def path(self, id: int) -> tuple[RecordedNode, ...]:
        """Return the nodes from the root to one, both included."""
        nodes = [self.nodes[id]]
        while (parent := nodes[-1].parent) is not None:
            nodes.append(self.nodes[parent])
        return tuple(reversed(nodes))

    def children(self, id: int) -> tuple[RecordedNode, ...]:
        """Return the nodes reached from one, in the order in which they were."""
        return tuple(node for node in self.nodes if node.parent == id)

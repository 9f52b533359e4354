"""A method of search: which parts it is put together from."""

from collections.abc import Callable
from dataclasses import dataclass

from .aggregation import Aggregation, best_value
from .backup import Backup, mean
from .selection import Selection
from .tree import Node, Tree

Reward = Callable[[Tree, Node], float]
"""What reaching a state is worth, in [0, 1]: of the tree and the node."""


def critic_value(tree: Tree, node: Node) -> float:
    """Reward what the critic says of the state."""
    return node.value


@dataclass(frozen=True, kw_only=True)
class Method:
    """The parts of a search and their sizes.

    Attributes:
        name: Name that users select the method by.
        select: Chooses the leaves to go on from.
        backup: Hands values up the tree.
        aggregate: Chooses the answer in the end.
        reward: What a simulation that ended in a state is worth.
        width: How many moves are made from a state at a time.
        narrow: Whether only the root has that many, and the states below it one.
        depth: How many moves deep the tree may grow.
        simulations: How many leaves are gone on from at most.
        parallel: How many of them at once; their states are evaluated in one batch.
        fork: Whether every new state is taken forward and backed up, not the best of them only.
        roll: How many further moves such a state is taken forward, greedily; where values of the
            way are of no account, until it holds an answer.
        roll_share: Share of the best value on that way in what the state itself is worth, which is
            backed up (ReST-MCTS*'s α); None backs up from the end of the way.
        look_ahead: Instead, the state's value is drawn by this share towards those that follow
            (ReARTeR's α), as what the policy proposes first is done; None does not.
        refine_below: Where even the best of the new states is of no more value, it is reworked for
            what the critic says; None does not.
        gate: An end of at least this value ends the search; None goes on.
    """

    name: str
    select: Selection
    backup: Backup = mean
    aggregate: Aggregation = best_value
    reward: Reward = critic_value
    width: int = 3
    narrow: bool = False
    depth: int = 5
    simulations: int = 8
    parallel: int = 1
    fork: bool = False
    roll: int = 0
    roll_share: float | None = None
    look_ahead: float | None = None
    refine_below: float | None = None
    gate: float | None = None

    def moves_at(self, node: Node, *, rolling: bool) -> int:
        """Return how many moves are made from a node at a time.

        Args:
            node: The node.
            rolling: Whether it was only come to on the way forward from another.
        """
        ahead = self.look_ahead is not None
        wanted = 1 if (self.narrow and node.depth > 0) or (rolling and ahead) else self.width
        # The step that was looked ahead to is one of those to choose from.
        return max(0, wanted - len(node.children)) if ahead else wanted

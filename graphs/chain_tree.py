"""The tree of chains that Search-in-the-Chain grows: each branch a whole chain of sub-questions."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from .plan import Plan, SubQuestion
from .steps import Step, StepAnswer
from .verification import Outcome

Status = Literal["drafting", "open", "finished", "accepted"]


class ChainNode(BaseModel):
    """A link of one or more branches.

    Attributes:
        sub_question: The sub-question, under an id that no other node of the tree has.
        draft: What the policy thought before searching.
        found: What came of researching it, drafts aside.
        outcome: How the draft fared against that; None while the node is open.
        step: What the branch goes on with, once the node is settled.
        corrects: The node whose draft this one corrects, if it does.
    """

    model_config = ConfigDict(frozen=True)

    sub_question: SubQuestion
    draft: StepAnswer = StepAnswer()
    found: Step | None = None
    outcome: Outcome | None = None
    step: Step | None = None
    corrects: str | None = None


class Branch(BaseModel):
    """A chain from the root of the tree on.

    Attributes:
        number: Its place among the branches, from 0.
        parent: The branch that it left; None for the first.
        nodes: Ids of its nodes in order; the first are shared with the branch that it left.
        status: ``drafting``: the policy is to write the rest; ``open``: some of its nodes are;
            ``finished``: none is; ``accepted``: the answer rests on it.
        value: Mean of the critic's scores of its settled nodes; None while there is none.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    parent: int | None = None
    nodes: tuple[str, ...] = ()
    status: Status = "drafting"
    value: float | None = None


class ChainTree(BaseModel):
    """All chains of a run.

    Attributes:
        nodes: The nodes by id.
        branches: The branches by number.
        current: Number of the branch that is worked on, in the end of the accepted one.
    """

    model_config = ConfigDict(frozen=True)

    nodes: Mapping[str, ChainNode] = {}
    branches: tuple[Branch, ...] = ()
    current: int = 0

    @property
    def branch(self) -> Branch:
        """The branch that is worked on."""
        return self.branches[self.current]

    def path(self, branch: Branch) -> list[ChainNode]:
        """Return the nodes of a branch in order."""
        return [self.nodes[id] for id in branch.nodes]

    def plan(self, branch: Branch) -> Plan:
        """Return the sub-questions of a branch."""
        return Plan(sub_questions=tuple(node.sub_question for node in self.path(branch)))

    def steps(self, branch: Branch) -> dict[str, Step]:
        """Return what came of the settled nodes of a branch, by id."""
        return {
            node.sub_question.id: node.step for node in self.path(branch) if node.step is not None
        }

    def with_nodes(self, nodes: Iterable[ChainNode]) -> "ChainTree":
        """Return the tree with nodes added, or put in place of those of their ids."""
        return self.model_copy(
            update={"nodes": {**self.nodes, **{node.sub_question.id: node for node in nodes}}}
        )

    def with_branch(self, branch: Branch) -> "ChainTree":
        """Return the tree with a branch added, or put in place of the one of its number."""
        branches = {each.number: each for each in (*self.branches, branch)}
        return self.model_copy(update={"branches": tuple(branches.values())})

    def turned_to(self, number: int) -> "ChainTree":
        """Return the tree with another branch worked on."""
        return self.model_copy(update={"current": number})

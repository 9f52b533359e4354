"""What a search asks of the world it searches."""

from collections.abc import Hashable, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

S = TypeVar("S")
M = TypeVar("M", bound=Hashable)


class Value(BaseModel):
    """What a critic says of a state.

    Attributes:
        score: How good it is, in [0, 1].
        explanation: Why, where the critic can say.
        failure: Why there is no word of the critic, where there is none; the score is neutral then.
    """

    model_config = ConfigDict(frozen=True)

    score: float = Field(ge=0.0, le=1.0)
    explanation: str = ""
    failure: str = ""


class Domain(Protocol[S, M]):
    """States, moves between them, and what states are worth.

    What is asked side by side is begun in the order in which it is asked. Where the budget ends,
    nothing is raised: there are no moves any more, and moves lead nowhere.
    """

    async def propose(self, state: S) -> Sequence[tuple[M, float]]:
        """Return the moves from a state, best first, each with its weight above 0."""
        ...

    async def apply(self, state: S, move: M) -> S | None:
        """Return the state that a move leads to; None where it leads nowhere."""
        ...

    async def evaluate(self, states: Sequence[S]) -> Sequence[Value]:
        """Return what the states are worth, in their order."""
        ...

    async def refine(self, state: S, value: Value) -> S | None:
        """Return the state with its latest step reworked for what the critic says; None if not."""
        ...

    def key(self, state: S) -> str:
        """Return what a state holds; states of one key are the same."""
        ...

    def kind(self, move: M) -> str:
        """Return the kind of a move."""
        ...

    def answer(self, state: S) -> str | None:
        """Return the answer to the question that a state holds, if it does."""
        ...

    def is_end(self, state: S) -> bool:
        """Return whether nothing can follow a state."""
        ...

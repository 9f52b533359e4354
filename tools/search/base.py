"""What a search backend is, and the four ways a search can end."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from ..passages import Passage


class Hit(BaseModel):
    """A passage with the score its backend gave it; scores compare within one search only."""

    model_config = ConfigDict(frozen=True)

    passage: Passage
    score: float


class Found(BaseModel):
    """The search answered with at least one hit, best first.

    Attributes:
        hits: What was found.
        notes: What did not work on the way, such as pages that could not be read.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["found"] = "found"
    hits: tuple[Hit, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()


class Empty(BaseModel):
    """The search worked and nothing matched."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["empty"] = "empty"


class Throttled(BaseModel):
    """The backend refused for now.

    Attributes:
        retry_after: Seconds until it may answer again, where it said so.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["throttled"] = "throttled"
    retry_after: float | None = None


class Failed(BaseModel):
    """The search did not work, which says nothing about what exists.

    Attributes:
        reason: Why.
        limit: The limit of the run's budget that ended it, if that was why.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["failed"] = "failed"
    reason: str
    limit: str | None = None


SearchOutcome = Annotated[Found | Empty | Throttled | Failed, Field(discriminator="kind")]


class Spending(Protocol):
    """Where a search charges what it takes beside itself; a run's `Tally` is one."""

    def page(self) -> None:
        """Count a page before it is fetched; raises `BudgetExhausted` where none is left."""
        ...


class _FreeOfCharge:
    def page(self) -> None:
        """Count nothing."""


FREE_OF_CHARGE: Spending = _FreeOfCharge()
"""For searches outside a run."""


@runtime_checkable
class SearchBackend(Protocol):
    """A place where passages are found.

    A backend never raises for trouble of its own: it returns `Throttled` or `Failed`, so that
    callers can tell trouble from emptiness. Cancellation passes through.
    """

    @property
    def name(self) -> str:
        """Name that users select the backend by."""
        ...

    async def search(
        self,
        query: str,
        *,
        limit: int,
        linked_from: Sequence[Passage] = (),
        spending: Spending = FREE_OF_CHARGE,
    ) -> SearchOutcome:
        """Search for passages.

        Args:
            query: What to look for, in natural language.
            limit: The most hits to return.
            linked_from: Passages already known to matter. A backend that knows links between
                passages also considers what these link to; others ignore them.
            spending: Charged with the pages that are fetched.
        """
        ...

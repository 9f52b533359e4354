"""Limits on what a run may spend, and the meter that holds every step to them."""

import time
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from ..errors import BudgetExhausted


class Budget(BaseModel):
    """Hard limits of one run; ``None`` means no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: float | None = Field(default=120.0, gt=0)
    """Wall time of the run, downtime between a kill and its resumption not counted."""
    searches: int | None = Field(default=200, ge=0)
    """Calls of search backends."""
    policy_calls: int | None = Field(default=400, ge=0)
    """Calls of the policy; writing the final answer is always possible on top."""
    rounds: int = Field(default=4, ge=1)
    """How many times the planner may make or extend the plan."""


class Usage(BaseModel):
    """What a run, or a part of one, has spent."""

    model_config = ConfigDict(frozen=True)

    seconds: float = 0.0
    searches: int = 0
    policy_calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum of both, field by field."""
        return Usage(
            seconds=self.seconds + other.seconds,
            searches=self.searches + other.searches,
            policy_calls=self.policy_calls + other.policy_calls,
        )


class Meter:
    """Counts spending against a budget; one meter is shared by all steps that run together.

    Args:
        budget: The limits of the run.
        spent: What the run has spent before.
    """

    WRITING_SHARE = 0.1
    """Share of the seconds kept back, so that time is left to write the answer."""

    def __init__(self, budget: Budget, spent: Usage) -> None:
        self._budget = budget
        self._searches = spent.searches
        self._policy_calls = spent.policy_calls
        self._earlier_seconds = spent.seconds
        self._started = time.monotonic()

    @property
    def seconds_left(self) -> float | None:
        """Seconds left for everything but writing; None where time is not limited."""
        if self._budget.seconds is None:
            return None
        spent = self._earlier_seconds + time.monotonic() - self._started
        return self._budget.seconds * (1 - self.WRITING_SHARE) - spent

    @property
    def exhausted(self) -> str | None:
        """Name of the first limit that is used up, or None."""
        if (left := self.seconds_left) is not None and left <= 0:
            return "seconds"
        if _reached(self._searches, self._budget.searches):
            return "searches"
        if _reached(self._policy_calls, self._budget.policy_calls):
            return "policy_calls"
        return None

    def search(self) -> None:
        """Count one search; raises `BudgetExhausted` instead where none is left."""
        self._require_time()
        if _reached(self._searches, self._budget.searches):
            raise BudgetExhausted("searches")
        self._searches += 1

    def policy_call(self) -> None:
        """Count one policy call; raises `BudgetExhausted` instead where none is left."""
        self._require_time()
        if _reached(self._policy_calls, self._budget.policy_calls):
            raise BudgetExhausted("policy_calls")
        self._policy_calls += 1

    def _require_time(self) -> None:
        if (left := self.seconds_left) is not None and left <= 0:
            raise BudgetExhausted("seconds")


class Tally:
    """Counts what one step spends, charging the shared meter first.

    A step saves its tally with its result, so that the sum is right after a resumption too.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._started = time.monotonic()
        self._searches = 0
        self._policy_calls = 0

    def search(self) -> Self:
        """Count one search against the meter."""
        self._meter.search()
        self._searches += 1
        return self

    def policy_call(self) -> Self:
        """Count one policy call against the meter."""
        self._meter.policy_call()
        self._policy_calls += 1
        return self

    @property
    def seconds_left(self) -> float | None:
        """Seconds left for everything but writing; None where time is not limited."""
        return self._meter.seconds_left

    @property
    def usage(self) -> Usage:
        """What has been counted so far; seconds since the tally began."""
        return Usage(
            seconds=time.monotonic() - self._started,
            searches=self._searches,
            policy_calls=self._policy_calls,
        )


def _reached(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit

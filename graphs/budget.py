"""Limits on what a run may spend, and the meter that holds every step to them."""

import time

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
    """What a run, or a part of one, has spent; tokens are those of language models."""

    model_config = ConfigDict(frozen=True)

    seconds: float = 0.0
    searches: int = 0
    policy_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum of both, field by field."""
        return Usage(
            seconds=self.seconds + other.seconds,
            searches=self.searches + other.searches,
            policy_calls=self.policy_calls + other.policy_calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
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
        self.budget = budget
        self._searches = spent.searches
        self._policy_calls = spent.policy_calls
        self._earlier_seconds = spent.seconds
        self._started = time.monotonic()

    @property
    def seconds_left(self) -> float | None:
        """Seconds left for everything but writing; None where time is not limited."""
        if self.budget.seconds is None:
            return None
        return self.budget.seconds * (1 - self.WRITING_SHARE) - self.seconds_spent

    @property
    def exhausted(self) -> str | None:
        """Name of the first limit that is used up, or None."""
        if (left := self.seconds_left) is not None and left <= 0:
            return "seconds"
        if _reached(self._searches, self.budget.searches):
            return "searches"
        if _reached(self._policy_calls, self.budget.policy_calls):
            return "policy_calls"
        return None

    @property
    def seconds_to_write(self) -> float | None:
        """Seconds that writing the answer may take; None where time is not limited."""
        if self.budget.seconds is None:
            return None
        return self.budget.seconds * self.WRITING_SHARE

    @property
    def seconds_spent(self) -> float:
        """Seconds that the run has taken, those before it was stopped included."""
        return self._earlier_seconds + time.monotonic() - self._started

    def restore(self, usage: Usage) -> None:
        """Charge what was spent before the run was stopped and is only now known of.

        Args:
            usage: Calls that come on top; seconds since the run began.
        """
        self._searches += usage.searches
        self._policy_calls += usage.policy_calls
        self._earlier_seconds = max(self._earlier_seconds, usage.seconds)

    def search(self) -> None:
        """Count one search; raises `BudgetExhausted` instead where none is left."""
        self._require_time()
        if _reached(self._searches, self.budget.searches):
            raise BudgetExhausted("searches")
        self._searches += 1

    def policy_call(self) -> None:
        """Count one policy call; raises `BudgetExhausted` instead where none is left."""
        self._require_time()
        if _reached(self._policy_calls, self.budget.policy_calls):
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

    def search(self) -> None:
        """Count one search against the meter."""
        self._meter.search()
        self._searches += 1

    def policy_call(self) -> None:
        """Count one policy call against the meter."""
        self._meter.policy_call()
        self._policy_calls += 1

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

"""The meter that holds every step of a run to its budget, and the tallies that charge it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from ..errors import BudgetExhausted
from .budget import Budget, ModelUsage, Usage, merged_by_model
from .stopping import STOPPED, Stop

_COUNTED = ("searches", "pages", "policy_calls", "tokens_in", "tokens_out")
# Without a page left a search brings less, or fails, and the step goes on.
_ENDING = tuple(name for name in _COUNTED if name != "pages")
_TOKENS = ("tokens_in", "tokens_out")


@dataclass
class TokenGrant:
    """Tokens set aside for one request to a language model.

    Attributes:
        tokens_in: How many the request is thought to hold.
        tokens_out: How many the answer may have.
    """

    tokens_in: int
    tokens_out: int


@asynccontextmanager
async def time_limit(seconds: float | None, stop: Stop | None = None) -> AsyncGenerator[None]:
    """End what is inside as a used up budget does, once its time is over.

    Args:
        seconds: The time; None for no limit.
        stop: May end it before.

    Raises:
        BudgetExhausted: The time is over, or the run was stopped.
    """
    timer = asyncio.timeout(seconds)
    try:
        async with timer:
            with stop.cutting(timer) if stop else nullcontext():
                yield
    except TimeoutError as error:
        if not timer.expired():
            raise
        raise BudgetExhausted(STOPPED if stop and stop.is_wished else "seconds") from error


class Meter:
    """Counts spending against a budget; one meter is shared by all steps that run together.

    Args:
        budget: The limits of the run.
        spent: What the run has spent before.
        stop: Ends the run as a used up limit does.
    """

    WRITING_SHARE = 0.1
    """Share of the seconds and tokens kept back, so that some are left to write the answer."""

    def __init__(self, budget: Budget, spent: Usage, stop: Stop | None = None) -> None:
        self.budget = budget
        self.stop = stop
        self._spent = Counter({name: getattr(spent, name) for name in _COUNTED})
        self._earlier_seconds = spent.seconds
        self._started = time.monotonic()
        self._refused: str | None = None
        self._open_grants = 0
        self._closed_grant = asyncio.Event()

    @property
    def seconds_left(self) -> float | None:
        """Seconds left for everything but writing; None where time is not limited."""
        if self.budget.seconds is None:
            return None
        return self.budget.seconds * (1 - self.WRITING_SHARE) - self.seconds_spent

    @property
    def exhausted(self) -> str | None:
        """Name of the limit that something was refused for, or that is used up, or None.

        Of a run that was stopped it is ``stop``.
        """
        if self._is_stopped:
            return STOPPED
        if self._refused:
            return self._refused
        if (left := self.seconds_left) is not None and left <= 0:
            return "seconds"
        for name in _ENDING:
            if (count_left := self.left(name)) is not None and count_left <= 0:
                return name
        return None

    @property
    def seconds_to_write(self) -> float | None:
        """Seconds that writing the answer may take; None where time is not limited."""
        if self.budget.seconds is None:
            return None
        left = self.budget.seconds - self.seconds_spent
        return max(left, self.budget.seconds * self.WRITING_SHARE)

    @property
    def seconds_spent(self) -> float:
        """Seconds that the run has taken, those before it was stopped included."""
        return self._earlier_seconds + time.monotonic() - self._started

    def left(self, name: str, *, writing: bool = False) -> int | None:
        """Return how much of a limit is left; None where there is no limit.

        Args:
            name: Field of the budget other than the seconds and the rounds.
            writing: Whether for writing the answer, which may use what is kept back.
        """
        limit: int | None = getattr(self.budget, name)
        if limit is None:
            return None
        kept = self.WRITING_SHARE if name in _TOKENS and not writing else 0.0
        return int(limit * (1 - kept)) - self._spent[name]

    @property
    def _is_stopped(self) -> bool:
        return self.stop is not None and self.stop.is_wished

    def restore(self, usage: Usage) -> None:
        """Charge what was spent before the run was stopped and is only now known of.

        Args:
            usage: Counts that come on top; seconds since the run began.
        """
        self._spent.update({name: getattr(usage, name) for name in _COUNTED})
        self._earlier_seconds = max(self._earlier_seconds, usage.seconds)

    def charge(self, name: str, amount: int = 1, *, writing: bool = False) -> None:
        """Count something; raises `BudgetExhausted` instead where too little of it is left."""
        if not writing and self._is_stopped:
            raise BudgetExhausted(STOPPED)
        if not writing and (seconds := self.seconds_left) is not None and seconds <= 0:
            raise self.refusal("seconds")
        left = self.left(name, writing=writing)
        if left is not None and left < amount:
            raise self.refusal(name)
        self._spent[name] += amount

    async def room_for(self, *, tokens_in: int, tokens_out: int, writing: bool) -> None:
        """Wait until so many tokens are left, or until no request is on its way any more.

        What is set aside for the requests on their way is mostly given back.
        """

        def is_short(name: str, wanted: int) -> bool:
            left = self.left(name, writing=writing)
            return left is not None and left < wanted

        while self._open_grants and (
            is_short("tokens_in", tokens_in) or is_short("tokens_out", tokens_out)
        ):
            await self._closed_grant.wait()

    @contextmanager
    def open_grant(self) -> Iterator[None]:
        """Count a request as on its way."""
        self._open_grants += 1
        try:
            yield
        finally:
            self._open_grants -= 1
            self._closed_grant.set()
            self._closed_grant = asyncio.Event()

    def refusal(self, name: str) -> BudgetExhausted:
        """Return the error to raise where too little of a limit is left."""
        if name in _ENDING:
            self._refused = self._refused or name
        return BudgetExhausted(name)

    def give_back(self, name: str, amount: int) -> None:
        """Take back what was charged too much; a negative amount charges what was too little."""
        self._spent[name] -= amount


class Tally:
    """Counts what one step spends, charging the shared meter first.

    A step saves its tally with its result, so that the sum is right after a resumption too.

    Args:
        meter: What is shared with the other steps of the run.
        writing: Whether the step writes the answer, for which some of the budget is kept back.
    """

    def __init__(self, meter: Meter, *, writing: bool = False) -> None:
        self._meter = meter
        self._writing = writing
        self._started = time.monotonic()
        self._spent: Counter[str] = Counter()
        self._models: list[ModelUsage] = []

    @classmethod
    def unlimited(cls) -> "Tally":
        """Return a tally without a run around it, which limits nothing."""
        limits: dict[str, Any] = dict.fromkeys(("seconds", *_COUNTED))
        return cls(Meter(Budget(**limits), Usage()))

    def search(self) -> None:
        """Count one search against the meter; raises `BudgetExhausted` if none is left."""
        self._charge("searches")

    def page(self) -> None:
        """Count one fetched page against the meter; raises `BudgetExhausted` if none is left."""
        self._charge("pages")

    def policy_call(self) -> None:
        """Count one policy call against the meter; raises `BudgetExhausted` if none is left."""
        if self._writing:
            self._spent["policy_calls"] += 1
        else:
            self._charge("policy_calls")

    @asynccontextmanager
    async def granted_tokens(
        self, *, tokens_in: int, least_out: int, most_out: int
    ) -> AsyncGenerator[TokenGrant, None]:
        """Set tokens aside for one request, so that requests side by side share what is left.

        Where they are short, it first waits for what other requests give back.

        Args:
            tokens_in: How many the request is thought to hold.
            least_out: How many the answer needs to be of any use.
            most_out: How many it may have.

        Yields:
            What was set aside, with as many tokens out as are left; to be settled. One that is
            not stays spent: of a request that was cut off nobody knows what it took.

        Raises:
            BudgetExhausted: If fewer than that are left.
        """
        await self._meter.room_for(tokens_in=tokens_in, tokens_out=most_out, writing=self._writing)
        left = self._meter.left("tokens_out", writing=self._writing)
        granted = most_out if left is None else min(left, most_out)
        if granted < least_out:
            raise self._meter.refusal("tokens_out")
        self._charge("tokens_in", tokens_in)
        try:
            self._charge("tokens_out", granted)
        except BudgetExhausted:
            self._give_back("tokens_in", tokens_in)
            raise
        with self._meter.open_grant():
            yield TokenGrant(tokens_in=tokens_in, tokens_out=granted)

    def settle(self, grant: TokenGrant, usage: ModelUsage) -> None:
        """Replace what was set aside by what a request took."""
        for name in _TOKENS:
            self._give_back(name, getattr(grant, name) - getattr(usage, name))
        self._models.append(usage)

    def note(self, usage: ModelUsage) -> None:
        """Note how good the form of a model's output was; charges nothing."""
        self._models.append(usage)

    @property
    def seconds_left(self) -> float | None:
        """Seconds left for everything but writing; None where time is not limited."""
        return self._meter.seconds_left

    @property
    def stop(self) -> Stop | None:
        """What may end the run."""
        return self._meter.stop

    @property
    def usage(self) -> Usage:
        """What has been counted so far; seconds since the tally began."""
        models = merged_by_model(self._models)
        return Usage(
            seconds=time.monotonic() - self._started,
            cost=sum(usage.cost for usage in models),
            models=models,
            **{name: self._spent[name] for name in _COUNTED},
        )

    def _charge(self, name: str, amount: int = 1) -> None:
        self._meter.charge(name, amount, writing=self._writing)
        self._spent[name] += amount

    def _give_back(self, name: str, amount: int) -> None:
        self._meter.give_back(name, amount)
        self._spent[name] -= amount

"""Judging: the only place where a critic is called, and where what goes wrong in one ends.

A critic that raises, takes too long, or returns what is no verdict gives the neutral verdict with
the reason in it. So it never ends a run, and what failed stands in the events and in the record of
the steps.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple

from ..errors import BudgetExhausted
from ..tools.passages import Passage
from .meter import Tally
from .protocols import LookUp, Parts
from .searching import search_all
from .steps import SearchRecord, Trajectory, Verdict

_MOST_CHARACTERS = 300


class Judged(NamedTuple):
    """What a critic made of trajectories.

    Attributes:
        verdicts: A verdict for each step of each trajectory, in their order.
        failures: Why some of them are neutral, each reason once.
        searches: The searches that the critic made to check facts.
    """

    verdicts: tuple[tuple[Verdict, ...], ...]
    failures: tuple[str, ...] = ()
    searches: tuple[SearchRecord, ...] = ()


class Resources(NamedTuple):
    """What a critic may use while it scores.

    Attributes:
        tally: To be charged with what a language model takes.
        look_up: Searches where the run searches, charged to the same tally; outside of a run it
            finds nothing.
    """

    tally: Tally
    look_up: LookUp


class _Failed(NamedTuple):
    why: str


async def judged(
    parts: Parts,
    trajectories: Sequence[Trajectory],
    *,
    tally: Tally,
    tell: Callable[[SearchRecord], None] = lambda record: None,
) -> Judged:
    """Return the critic's verdicts on trajectories, which it is given in one batch.

    Args:
        parts: Name the critic, the seconds that it has, and where it may search.
        trajectories: What to judge.
        tally: Charged with what the critic takes; see `resources`.
        tell: Called with each search that the critic makes, as it comes back.

    Raises:
        BudgetExhausted: If the run's budget ends; that is no failure of the critic.
    """
    if not any(each.steps for each in trajectories):
        return Judged(tuple(() for _ in trajectories))
    searches: list[SearchRecord] = []

    def record(search: SearchRecord) -> None:
        searches.append(search)
        tell(search)

    async def look_up(queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
        found = await search_all(parts.backends, queries, tally=tally, tell=record)
        return found.rankings

    before = _RESOURCES.set(Resources(tally, look_up))
    try:
        returned = await _returned(parts, trajectories)
    finally:
        _RESOURCES.reset(before)
    verdicts = checked_verdicts(returned, trajectories, parts.critic.name)
    failures = (each.failure for of_one in verdicts for each in of_one if each.failure)
    return Judged(verdicts, tuple(dict.fromkeys(failures)), tuple(searches))


def resources() -> Resources:
    """Return what the critic that is being called may use; called outside of a run, no limits.

    It does not come with the call, for most critics neither spend anything nor search.
    """
    return _RESOURCES.get() or Resources(Tally.unlimited(), _find_nothing)


async def _find_nothing(queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
    return ()


_RESOURCES: ContextVar[Resources | None] = ContextVar("resources", default=None)


async def _returned(parts: Parts, trajectories: Sequence[Trajectory]) -> Any:
    """What the critic returns, whatever that is, or why it does not."""
    timer = asyncio.timeout(parts.critic_timeout)
    try:
        async with timer:
            return await parts.critic.score(trajectories)
    except BudgetExhausted:
        raise
    except Exception as error:  # critics are third parties' too
        if timer.expired():
            why = f"took more than {parts.critic_timeout:g} seconds"
        else:
            why = f"failed: {_told(error)}"
        return _Failed(f"critic {parts.critic.name!r} {why}")


def _told(error: Exception) -> str:
    words = " ".join(str(error).split())
    name = type(error).__name__
    return f"{name}: {words[:_MOST_CHARACTERS]}" if words else name


def checked_verdicts(
    returned: Any, trajectories: Sequence[Trajectory], name: str
) -> tuple[tuple[Verdict, ...], ...]:
    """Return what a critic returned, with neutral verdicts where it is not what it should be.

    Args:
        returned: Whatever came back.
        trajectories: What it was given.
        name: The critic's.
    """
    sizes = [len(each.steps) for each in trajectories]
    if isinstance(returned, _Failed):
        return tuple(_neutral(size, returned.why) for size in sizes)
    try:
        of_each = list(returned)
    except TypeError:
        of_each = []
    if len(of_each) != len(sizes):
        what = f"verdicts on {len(of_each)} of" if of_each else "nothing for"
        why = f"critic {name!r} returned {what} {len(sizes)} trajectories"
        return tuple(_neutral(size, why) for size in sizes)
    return tuple(_of_one(each, size, name) for each, size in zip(of_each, sizes, strict=True))


def _of_one(returned: Any, size: int, name: str) -> tuple[Verdict, ...]:
    try:
        verdicts = list(returned)
    except TypeError:
        verdicts = []
    if len(verdicts) != size:
        why = f"critic {name!r} returned {len(verdicts)} verdicts on {size} steps"
        return _neutral(size, why)
    return tuple(
        each
        if _is_verdict(each)
        else Verdict.neutral(f"critic {name!r} returned no score in [0, 1], but {_shown(each)}")
        for each in verdicts
    )


def _is_verdict(value: Any) -> bool:
    # One that was made without validation may hold anything.
    return (
        isinstance(value, Verdict)
        and isinstance(value.score, int | float)
        and math.isfinite(value.score)
        and 0.0 <= value.score <= 1.0
    )


def _shown(value: Any) -> str:
    return repr(value.score if isinstance(value, Verdict) else value)[:_MOST_CHARACTERS]


def _neutral(size: int, why: str) -> tuple[Verdict, ...]:
    return (Verdict.neutral(why),) * size

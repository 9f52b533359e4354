"""A critic is called in one place, and whatever it does wrong ends there."""

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CHAIN, POLAR, QUESTION, ContentCritic, chain_policy

from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, ModelUsage, Usage
from clew.graphs.judging import judged, resources
from clew.graphs.meter import Meter, Tally
from clew.graphs.protocols import Critic, Judges, Parts
from clew.graphs.queries.plain import Plain
from clew.graphs.steps import SearchRecord, Step, Trajectory, Verdict
from clew.tools.search.memory import MemorySearch


def trajectory(steps: int) -> Trajectory:
    taken = [Step(sub_question=CHAIN[n % 2], text="?", status="unknown") for n in range(steps)]
    return Trajectory(question=QUESTION, steps=tuple(taken), evidence={})


class Returning:
    """A critic that returns what it is told to."""

    name = "odd"
    judges: Judges = "step"

    def __init__(self, make: Callable[[Sequence[Trajectory]], Any]) -> None:
        self._make = make

    async def score(self, trajectories: Sequence[Trajectory]) -> Any:
        return self._make(trajectories)


def parts_of(critic: Critic, **given: Any) -> Parts:
    return Parts(
        policy=chain_policy(),
        critic=critic,
        backends=[MemorySearch(POLAR)],
        queries=Plain(),
        **given,
    )


async def judge(critic: Critic, *sizes: int, **given: Any) -> Any:
    batch = [trajectory(size) for size in sizes]
    return await judged(parts_of(critic, **given), batch, tally=Tally.unlimited())


async def test_good_verdicts_come_as_they_are() -> None:
    made = [[Verdict(score=0.2, explanation="thin")], [], [Verdict(score=1.0)] * 2]
    found = await judge(Returning(lambda _: made), 1, 0, 2)
    assert [list(each) for each in found.verdicts] == made
    assert found.failures == () and found.searches == ()


async def test_a_critic_has_nothing_to_say_about_no_steps() -> None:
    def never(_: Any) -> Any:
        raise AssertionError("it was called")

    assert (await judge(Returning(never), 0, 0)).verdicts == ((), ())
    assert (await judge(Returning(never))).verdicts == ()


def raising(error: BaseException) -> Any:
    def make(_: Any) -> Any:
        raise error

    return make


BROKEN = {
    "nothing": (lambda _: None, "returned nothing for 2 trajectories"),
    "no sequence": (lambda _: 7, "returned nothing for 2 trajectories"),
    "words": (lambda _: "", "returned nothing for 2 trajectories"),
    "too few": (lambda _: [[Verdict(score=1.0)]], "returned verdicts on 1 of 2 trajectories"),
    "too many": (lambda _: [[]] * 3, "returned verdicts on 3 of 2 trajectories"),
    "an exception": (raising(RuntimeError("out of  memory\n")), "RuntimeError: out of memory"),
    "a wordless one": (raising(KeyError()), "failed: KeyError"),
    "its own timeout": (raising(TimeoutError("5 s")), "failed: TimeoutError: 5 s"),
}


@pytest.mark.parametrize("kind", sorted(BROKEN))
async def test_a_whole_batch_that_fails_is_neutral(kind: str) -> None:
    make, why = BROKEN[kind]
    found = await judge(Returning(make), 2, 1)
    assert [len(each) for each in found.verdicts] == [2, 1]
    for verdict in (each for of_one in found.verdicts for each in of_one):
        assert verdict.score == 0.5 and why in verdict.failure and "'odd'" in verdict.failure
        assert not verdict.asks_for_rework
    assert len(found.failures) == 1


async def test_only_the_trajectory_of_a_wrong_length_is_neutral() -> None:
    good = Verdict(score=0.9)
    found = await judge(Returning(lambda _: [[good], [good], None]), 1, 2, 1)
    assert found.verdicts[0] == (good,)
    assert [each.failure for each in found.verdicts[1]] == [
        "critic 'odd' returned 1 verdicts on 2 steps"
    ] * 2
    assert found.verdicts[2][0].failure == "critic 'odd' returned 0 verdicts on 1 steps"
    assert len(found.failures) == 2


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, -0.01, 1.01, "high", None])
async def test_only_the_step_without_a_usable_score_is_neutral(score: Any) -> None:
    bad, good = Verdict.model_construct(score=score), Verdict(score=0.9)
    found = await judge(Returning(lambda _: [[good, bad, 0.5]]), 3)
    first, second, third = found.verdicts[0]
    assert first == good
    assert second.score == third.score == 0.5
    assert repr(score) in second.failure and "but 0.5" in third.failure


@given(returned=st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner)))
def test_whatever_comes_back_each_step_has_a_verdict(returned: Any) -> None:
    found = asyncio.run(judge(Returning(lambda _: returned), 1, 2))
    assert [len(each) for each in found.verdicts] == [1, 2]
    assert all(0.0 <= each.score <= 1.0 for of_one in found.verdicts for each in of_one)


async def test_a_critic_that_hangs_is_left_after_its_time() -> None:
    class Hanging(ContentCritic):
        async def score(self, trajectories: Sequence[Trajectory]) -> Any:
            await asyncio.sleep(60)

    found = await judge(Hanging(), 1, critic_timeout=0.05)
    assert found.verdicts[0][0].failure == "critic 'content' took more than 0.05 seconds"


async def test_the_end_of_the_budget_is_no_failure_of_the_critic() -> None:
    with pytest.raises(BudgetExhausted):
        await judge(Returning(raising(BudgetExhausted("tokens_in"))), 1)


async def test_a_cancelled_run_is_not_mistaken_for_a_failure() -> None:
    with pytest.raises(asyncio.CancelledError):
        await judge(Returning(raising(asyncio.CancelledError())), 1)


async def test_what_a_critic_takes_is_charged_and_its_searches_are_told() -> None:
    class Searching(ContentCritic):
        async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
            tally, look_up = resources()
            tally.note(ModelUsage(role="critic", model="m", calls=1))
            found = await look_up(["captain of the Endurance"])
            assert found[0][0].title == "Endurance"
            return await super().score(trajectories)

    tally, told = Tally(Meter(Budget(searches=1), Usage())), list[SearchRecord]()
    parts = parts_of(Searching())
    found = await judged(parts, [trajectory(1)], tally=tally, tell=told.append)
    assert found.failures == () and list(found.searches) == told
    assert [each.query for each in told] == ["captain of the Endurance"]
    assert tally.usage.searches == 1 and tally.usage.models[0].calls == 1
    with pytest.raises(BudgetExhausted):
        await judged(parts, [trajectory(1)], tally=tally)


async def test_outside_of_a_run_nothing_limits_and_nothing_is_found() -> None:
    tally, look_up = resources()
    tally.policy_call()
    assert list(await look_up(["anything"])) == []

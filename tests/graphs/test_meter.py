import time

import pytest

from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally


def test_counts_stop_at_their_limit_across_tallies() -> None:
    meter = Meter(Budget(searches=3), Usage(searches=1))
    first, second = Tally(meter), Tally(meter)
    first.search()
    second.search()
    assert meter.exhausted == "searches"
    with pytest.raises(BudgetExhausted, match="searches"):
        first.search()
    assert (first.usage.searches, second.usage.searches) == (1, 1)


def test_policy_calls_are_limited_on_their_own() -> None:
    tally = Tally(Meter(Budget(policy_calls=0), Usage()))
    with pytest.raises(BudgetExhausted, match="policy_calls"):
        tally.policy_call()
    tally.search()


def test_earlier_seconds_count_and_some_are_kept_for_writing() -> None:
    meter = Meter(Budget(seconds=10), Usage(seconds=8.5))
    left = meter.seconds_left
    assert left is not None and 0.4 < left <= 0.5
    over = Meter(Budget(seconds=0.01), Usage())
    time.sleep(0.012)
    assert over.exhausted == "seconds"
    with pytest.raises(BudgetExhausted, match="seconds"):
        over.charge("searches")


def test_no_limit_means_no_limit() -> None:
    meter = Meter(Budget(seconds=None, searches=None, policy_calls=None), Usage())
    for _ in range(1_000):
        meter.charge("searches")
        meter.charge("policy_calls")
    assert meter.exhausted is None and meter.seconds_left is None


def test_usage_adds_up() -> None:
    total = Usage(seconds=1, searches=2) + Usage(seconds=0.5, policy_calls=3)
    assert total == Usage(seconds=1.5, searches=2, policy_calls=3)

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, ModelUsage, Usage
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


def usage(role: str = "planner", **counts: float) -> ModelUsage:
    return ModelUsage(role=role, model="hosted_vllm/x", **counts)


def test_usage_of_models_adds_up_by_role_and_model() -> None:
    one = Usage(models=(usage(calls=1, tokens_in=10, valid=1),))
    two = Usage(models=(usage(calls=2, cost=0.5, repaired=1), usage("searcher", fallbacks=1)))
    assert (one + two).models == (
        usage(calls=3, tokens_in=10, valid=1, repaired=1, cost=0.5),
        usage("searcher", fallbacks=1),
    )


def test_tokens_are_set_aside_before_and_settled_after() -> None:
    meter = Meter(Budget(tokens_in=1_000, tokens_out=1_000), Usage())
    tally = Tally(meter)
    grant = tally.grant_tokens(tokens_in=300, least_out=10, most_out=500)
    assert (meter.left("tokens_in"), meter.left("tokens_out")) == (600, 400)
    tally.settle(grant, usage(calls=1, tokens_in=250, tokens_out=40, cost=0.25))
    assert (meter.left("tokens_in"), meter.left("tokens_out")) == (650, 860)
    spent = tally.usage
    assert (spent.tokens_in, spent.tokens_out, spent.cost) == (250, 40, 0.25)
    assert spent.models == (usage(calls=1, tokens_in=250, tokens_out=40, cost=0.25),)


def test_requests_side_by_side_share_what_is_left() -> None:
    tallies = [Tally(Meter(Budget(tokens_out=1_000), Usage()))] * 3
    granted = []
    for tally in tallies:
        with suppress(BudgetExhausted):
            granted.append(tally.grant_tokens(tokens_in=1, least_out=100, most_out=600).tokens_out)
    assert granted == [600, 300]


def test_a_request_that_was_cut_off_stays_charged() -> None:
    meter = Meter(Budget(tokens_out=1_000), Usage())
    tally = Tally(meter)
    tally.grant_tokens(tokens_in=1, least_out=1, most_out=900)
    assert tally.usage.tokens_out == 900
    assert meter.exhausted == "tokens_out"


def test_some_tokens_are_kept_for_writing() -> None:
    meter = Meter(Budget(tokens_in=1_000, tokens_out=1_000), Usage())
    Tally(meter).grant_tokens(tokens_in=900, least_out=1, most_out=2_000)
    with pytest.raises(BudgetExhausted, match="tokens"):
        Tally(meter).grant_tokens(tokens_in=1, least_out=1, most_out=1)
    grant = Tally(meter, writing=True).grant_tokens(tokens_in=100, least_out=1, most_out=2_000)
    assert (grant.tokens_in, grant.tokens_out) == (100, 100)
    with pytest.raises(BudgetExhausted):
        Tally(meter, writing=True).grant_tokens(tokens_in=1, least_out=1, most_out=1)


def test_what_was_refused_names_the_limit() -> None:
    meter = Meter(Budget(tokens_in=1_000), Usage())
    assert meter.exhausted is None
    with pytest.raises(BudgetExhausted):
        Tally(meter).grant_tokens(tokens_in=5_000, least_out=1, most_out=1)
    assert meter.exhausted == "tokens_in"


def test_pages_are_counted_and_limited() -> None:
    tally = Tally(Meter(Budget(pages=1), Usage()))
    tally.page()
    with pytest.raises(BudgetExhausted, match="pages"):
        tally.page()
    assert tally.usage.pages == 1


def test_writing_is_a_call_on_top() -> None:
    meter = Meter(Budget(policy_calls=0), Usage())
    tally = Tally(meter, writing=True)
    tally.policy_call()
    assert tally.usage.policy_calls == 1


def test_a_tally_without_a_run_limits_nothing() -> None:
    tally = Tally.unlimited()
    for _ in range(1_000):
        tally.search()
        tally.policy_call()
    assert tally.grant_tokens(tokens_in=10**9, least_out=1, most_out=10**9).tokens_out == 10**9
    assert tally.seconds_left is None


@given(
    limit=st.integers(1, 5_000),
    asked=st.lists(
        st.tuples(st.integers(0, 800), st.integers(1, 800), st.floats(0, 1)), max_size=40
    ),
)
def test_tokens_never_exceed_their_limit(limit: int, asked: list[tuple[int, int, float]]) -> None:
    meter = Meter(Budget(tokens_in=limit, tokens_out=limit, seconds=None), Usage())
    tally, writing = Tally(meter), Tally(meter, writing=True)
    for number, (tokens_in, most_out, share) in enumerate(asked):
        who = writing if number % 3 == 0 else tally
        with suppress(BudgetExhausted):
            grant = who.grant_tokens(tokens_in=tokens_in, least_out=1, most_out=most_out)
            if number % 2:
                who.settle(
                    grant,
                    usage(
                        tokens_in=int(share * grant.tokens_in),
                        tokens_out=int(share * grant.tokens_out),
                    ),
                )
    total = tally.usage + writing.usage
    assert total.tokens_in <= limit and total.tokens_out <= limit
    assert tally.usage.tokens_in <= limit * 0.9 and tally.usage.tokens_out <= limit * 0.9

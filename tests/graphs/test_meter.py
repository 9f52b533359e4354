import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, ModelUsage, Usage
from clew.graphs.meter import Meter, Tally, TokenGrant, time_limit


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


async def granted(tally: Tally, **wanted: int) -> TokenGrant:
    """Set tokens aside for a request that ends at once and whose cost nobody tells."""
    async with tally.granted_tokens(**{"tokens_in": 1, "least_out": 1, **wanted}) as grant:
        return grant


async def test_tokens_are_set_aside_before_and_settled_after() -> None:
    meter = Meter(Budget(tokens_in=1_000, tokens_out=1_000), Usage())
    tally = Tally(meter)
    async with tally.granted_tokens(tokens_in=300, least_out=10, most_out=500) as grant:
        assert (meter.left("tokens_in"), meter.left("tokens_out")) == (600, 400)
        tally.settle(grant, usage(calls=1, tokens_in=250, tokens_out=40, cost=0.25))
    assert (meter.left("tokens_in"), meter.left("tokens_out")) == (650, 860)
    spent = tally.usage
    assert (spent.tokens_in, spent.tokens_out, spent.cost) == (250, 40, 0.25)
    assert spent.models == (usage(calls=1, tokens_in=250, tokens_out=40, cost=0.25),)


async def test_what_is_set_aside_for_others_is_waited_for_and_not_taken_as_spent() -> None:
    meter = Meter(Budget(tokens_out=1_000), Usage())
    sizes = []

    async def request() -> None:
        tally = Tally(meter)
        async with tally.granted_tokens(tokens_in=1, least_out=100, most_out=600) as grant:
            sizes.append(grant.tokens_out)
            await asyncio.sleep(0.01)
            tally.settle(grant, usage(tokens_in=1, tokens_out=10))

    await asyncio.gather(*(request() for _ in range(8)))
    assert sizes == [600] * 8 and meter.exhausted is None


async def test_what_is_left_is_taken_once_no_other_request_is_on_its_way() -> None:
    meter = Meter(Budget(tokens_out=1_000), Usage())
    assert (await granted(Tally(meter), most_out=600)).tokens_out == 600
    assert (await granted(Tally(meter), most_out=600)).tokens_out == 300
    with pytest.raises(BudgetExhausted, match="tokens_out"):
        await granted(Tally(meter), most_out=600)


async def test_a_request_that_was_cut_off_stays_charged_and_holds_nobody_up() -> None:
    meter = Meter(Budget(tokens_out=1_000), Usage())
    tally = Tally(meter)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            async with tally.granted_tokens(tokens_in=1, least_out=1, most_out=900):
                await asyncio.sleep(60)
    assert tally.usage.tokens_out == 900
    assert meter.exhausted == "tokens_out"
    with pytest.raises(BudgetExhausted):
        await granted(Tally(meter), most_out=900)


async def test_some_tokens_are_kept_for_writing() -> None:
    meter = Meter(Budget(tokens_in=1_000, tokens_out=1_000), Usage())
    await granted(Tally(meter), tokens_in=900, most_out=2_000)
    with pytest.raises(BudgetExhausted, match="tokens"):
        await granted(Tally(meter), most_out=1)
    grant = await granted(Tally(meter, writing=True), tokens_in=100, most_out=2_000)
    assert (grant.tokens_in, grant.tokens_out) == (100, 100)
    with pytest.raises(BudgetExhausted):
        await granted(Tally(meter, writing=True), most_out=1)


async def test_what_was_refused_names_the_limit() -> None:
    meter = Meter(Budget(tokens_in=1_000), Usage())
    assert meter.exhausted is None
    with pytest.raises(BudgetExhausted):
        await granted(Tally(meter), tokens_in=5_000, most_out=1)
    assert meter.exhausted == "tokens_in"


def test_writing_may_take_all_the_time_that_is_left() -> None:
    assert Meter(Budget(seconds=100), Usage(seconds=20)).seconds_to_write == pytest.approx(
        80, abs=1
    )
    assert Meter(Budget(seconds=100), Usage(seconds=99)).seconds_to_write == pytest.approx(
        10, abs=1
    )
    assert Meter(Budget(seconds=None), Usage()).seconds_to_write is None


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


async def test_a_tally_without_a_run_limits_nothing() -> None:
    tally = Tally.unlimited()
    for _ in range(1_000):
        tally.search()
        tally.policy_call()
    assert (await granted(tally, tokens_in=10**9, most_out=10**9)).tokens_out == 10**9
    assert tally.seconds_left is None


@given(
    limit=st.integers(1, 5_000),
    asked=st.lists(
        st.tuples(st.integers(0, 800), st.integers(1, 800), st.floats(0, 1)), max_size=40
    ),
)
def test_tokens_never_exceed_their_limit(limit: int, asked: list[tuple[int, int, float]]) -> None:
    async def scenario() -> None:
        meter = Meter(Budget(tokens_in=limit, tokens_out=limit, seconds=None), Usage())
        tally, writing = Tally(meter), Tally(meter, writing=True)

        async def request(number: int, tokens_in: int, most_out: int, share: float) -> None:
            who = writing if number % 3 == 0 else tally
            async with who.granted_tokens(
                tokens_in=tokens_in, least_out=1, most_out=most_out
            ) as grant:
                await asyncio.sleep(0)
                if number % 2:
                    spent = int(share * grant.tokens_in), int(share * grant.tokens_out)
                    who.settle(grant, usage(tokens_in=spent[0], tokens_out=spent[1]))

        requests = (request(number, *each) for number, each in enumerate(asked))
        ended = await asyncio.gather(*requests, return_exceptions=True)
        assert all(each is None or isinstance(each, BudgetExhausted) for each in ended)
        total = tally.usage + writing.usage
        assert total.tokens_in <= limit and total.tokens_out <= limit
        assert tally.usage.tokens_in <= limit * 0.9 and tally.usage.tokens_out <= limit * 0.9

    asyncio.run(scenario())


class TestTimeLimit:
    async def test_ends_what_takes_longer_as_a_used_up_budget(self) -> None:
        with pytest.raises(BudgetExhausted, match="seconds"):
            async with time_limit(0.01):
                await asyncio.sleep(10)

    @pytest.mark.parametrize("seconds", [None, 10.0])
    async def test_leaves_the_timeouts_of_others_alone(self, seconds: float | None) -> None:
        with pytest.raises(TimeoutError):
            async with time_limit(seconds):
                raise TimeoutError

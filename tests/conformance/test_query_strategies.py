"""What every query strategy must do, with every policy. Add a strategy to `STRATEGIES`."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import CHAIN, POLAR, QUESTION, chain_policy

from clew.errors import BudgetExhausted, SettingsError
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import Policy, QueryStrategy, RewriteRequest
from clew.graphs.queries import query_strategy_named
from clew.graphs.searching import search_all
from clew.tools.passages import Passage
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

STRATEGIES = ("plain", "paraphrases", "intents", "thought", "hypothetical", "feedback")
MOST_SEARCHES = 6


class Searcher:
    """Searches and keeps record, as the searcher node does."""

    def __init__(self, passages: Sequence[Passage] = POLAR, tally: Tally | None = None) -> None:
        self.backend = MemorySearch(passages)
        self.tally = tally or Tally.unlimited()
        self.asked: list[str] = []

    async def __call__(self, queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
        self.asked += queries
        searched = await search_all(
            [self.backend], queries, tally=self.tally, tell=lambda record: None
        )
        await asyncio.sleep(0)  # others go on meanwhile, as they do while a real backend searches
        return searched.rankings


def _embedded(encoder: "Encoder") -> Policy:
    from clew.agent.policies.embedded.policy import EmbeddedPolicy

    return EmbeddedPolicy(encoder)


POLICIES: dict[str, Callable[["Encoder"], Policy]] = {
    "embedded": _embedded,
    "scripted": lambda encoder: chain_policy(),
}


@pytest.fixture(params=POLICIES, scope="module")
def policy(request: pytest.FixtureRequest, encoder: "Encoder") -> Policy:
    return POLICIES[request.param](encoder)


@pytest.fixture(params=STRATEGIES, scope="module")
def strategy(request: pytest.FixtureRequest, encoder: "Encoder") -> QueryStrategy:
    return query_strategy_named(request.param)(encoder)


def asking(sub: SubQuestion = CHAIN[0], text: str = "", **more: object) -> RewriteRequest:
    request = RewriteRequest(question=QUESTION, sub_question=sub, text=text or sub.text)
    return replace(request, **more)  # type: ignore[arg-type]


def limited(**limits: int) -> Tally:
    return Tally(Meter(Budget(**limits), Usage()))


def normalised(queries: Sequence[str]) -> list[str]:
    return [" ".join(query.casefold().split()) for query in queries]


async def test_it_is_a_strategy_with_a_name(strategy: QueryStrategy) -> None:
    assert isinstance(strategy, QueryStrategy) and strategy.name in STRATEGIES


@pytest.mark.parametrize(
    ("sub", "text", "gold"),
    [(CHAIN[0], "", POLAR[0]), (CHAIN[1], "Where was Frank Worsley born?", POLAR[1])],
)
async def test_it_finds_the_gold_passage_first(
    strategy: QueryStrategy, policy: Policy, sub: SubQuestion, text: str, gold: Passage
) -> None:
    found = await strategy.search(asking(sub, text), policy, Searcher())
    assert found[0] == gold
    assert len({passage.id for passage in found}) == len(found)


async def test_retries_are_new_until_there_are_none(
    strategy: QueryStrategy, policy: Policy
) -> None:
    searcher = Searcher()
    for _ in range(20):
        before = len(searcher.asked)
        tried = tuple(query.upper() for query in searcher.asked)
        found = await strategy.search(asking(tried=tried), policy, searcher)
        assert len(set(normalised(searcher.asked))) == len(searcher.asked)
        assert len(searcher.asked) - before <= MOST_SEARCHES
        if len(searcher.asked) == before:
            assert not found
            break
    else:
        pytest.fail("it words queries for ever")
    assert before > 0


async def test_each_call_of_the_policy_is_charged(strategy: QueryStrategy, policy: Policy) -> None:
    calls = 0

    class Counted:
        async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
            nonlocal calls
            calls += 1
            assert request.tally.usage.policy_calls >= calls
            return await policy.rewrite(request)

    tally = Tally.unlimited()
    await strategy.search(asking(tally=tally), Counted(), Searcher())  # type: ignore[arg-type]
    assert tally.usage.policy_calls == calls >= 1


async def test_without_a_policy_call_left_it_says_so(
    strategy: QueryStrategy, policy: Policy
) -> None:
    searcher = Searcher()
    with pytest.raises(BudgetExhausted):
        await strategy.search(asking(tally=limited(policy_calls=0)), policy, searcher)
    assert not searcher.asked


async def test_without_a_search_left_it_says_so(strategy: QueryStrategy, policy: Policy) -> None:
    with pytest.raises(BudgetExhausted):
        await strategy.search(asking(), policy, Searcher(tally=limited(searches=0)))


@pytest.mark.parametrize("limits", [{"policy_calls": 1}, {"searches": 1}])
async def test_what_was_found_before_the_budget_ended_is_kept(
    strategy: QueryStrategy, policy: Policy, limits: dict[str, int]
) -> None:
    tally = limited(**limits)
    found = await strategy.search(asking(tally=tally), policy, Searcher(tally=tally))
    assert found[0] == POLAR[0]


async def test_nothing_is_found_in_empty_backends(strategy: QueryStrategy, policy: Policy) -> None:
    searcher = Searcher(passages=())
    assert not await strategy.search(asking(), policy, searcher)
    assert searcher.asked


async def test_it_searches_plainly_with_a_policy_that_knows_one_wording(
    strategy: QueryStrategy,
) -> None:
    class Terse:
        async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
            return [request.text] if request.wording == "query" else []

    searcher = Searcher()
    found = await strategy.search(asking(), Terse(), searcher)  # type: ignore[arg-type]
    assert searcher.asked == [CHAIN[0].text] and found[0] == POLAR[0]


async def test_a_failure_of_the_policy_is_told(strategy: QueryStrategy) -> None:
    class Failing:
        async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
            raise ConnectionError("the model is gone")

    with pytest.raises(ConnectionError, match="the model is gone"):
        await strategy.search(asking(), Failing(), Searcher())  # type: ignore[arg-type]


async def test_it_is_the_same_every_time_alone_or_among_others(
    strategy: QueryStrategy, policy: Policy
) -> None:
    requests = [asking(), asking(CHAIN[1], "Where was Frank Worsley born?")] * 4
    searchers = [Searcher() for _ in requests]
    found = await asyncio.gather(
        *(
            strategy.search(request, policy, searcher)
            for request, searcher in zip(requests, searchers, strict=True)
        )
    )
    alone = [Searcher(), Searcher()]
    expected = [
        await strategy.search(request, policy, searcher)
        for request, searcher in zip(requests, alone, strict=False)
    ]
    assert found == expected * 4
    assert [each.asked for each in searchers] == [each.asked for each in alone] * 4


async def test_it_does_not_block_the_event_loop(strategy: QueryStrategy, policy: Policy) -> None:
    computed = time.thread_time()
    await asyncio.gather(*(strategy.search(asking(), policy, Searcher()) for _ in range(4)))
    # What the loop's own thread computes does not depend on how busy the machine is.
    assert time.thread_time() - computed < 0.2


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(min_size=1, max_size=120), text=st.text(min_size=1, max_size=200))
def test_wild_text_is_no_trouble(
    strategy: QueryStrategy, policy: Policy, question: str, text: str
) -> None:
    async def scenario() -> None:
        searcher = Searcher()
        request = replace(asking(), question=question, text=text)
        await strategy.search(request, policy, searcher)
        assert len(searcher.asked) <= MOST_SEARCHES
        assert len(set(normalised(searcher.asked))) == len(searcher.asked)

    asyncio.run(scenario())


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=", ".join(sorted(STRATEGIES))):
        query_strategy_named("plainer")

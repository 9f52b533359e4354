"""Queries of several wordings: asked for at once, each new, as far as the budget goes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CHAIN, QUESTION

from clew.errors import BudgetExhausted
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.protocols import RewriteRequest
from clew.graphs.queries.wording import enriched, untried, worded

REQUEST = RewriteRequest(question=QUESTION, sub_question=CHAIN[0], text=CHAIN[0].text)


class Wordings:
    """Rewrites as it is told, or fails as it is told."""

    def __init__(self, queries: Mapping[str, Sequence[str] | Exception]) -> None:
        self.queries = queries
        self.requests: list[RewriteRequest] = []

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        self.requests.append(request)
        await asyncio.sleep(0)
        found = self.queries[request.wording]
        if isinstance(found, Exception):
            raise found
        return found


async def ask(policy: Wordings, request: RewriteRequest = REQUEST) -> list[list[str]]:
    return await worded(request, policy, ("query", None), ("detail", 2))  # type: ignore[arg-type]


async def test_each_wording_is_asked_for_in_its_number() -> None:
    policy = Wordings({"query": ["a"], "detail": ["b", "c", "d"]})
    assert await ask(policy) == [["a"], ["b", "c"]]
    assert [(each.wording, each.count) for each in policy.requests] == [
        ("query", None),
        ("detail", 2),
    ]


async def test_what_was_tried_or_came_before_is_left_out() -> None:
    policy = Wordings({"query": ["Ann  Cook", "tug"], "detail": ["TUG", "otter", " otter", " "]})
    request = replace(REQUEST, tried=("ann cook",))
    assert await ask(policy, request) == [["tug"], ["otter"]]


async def test_a_wording_beyond_the_budget_stays_empty() -> None:
    tally = Tally(Meter(Budget(policy_calls=1), Usage()))
    policy = Wordings({"query": ["a"], "detail": ["b"]})
    assert await ask(policy, replace(REQUEST, tally=tally)) == [["a"], []]
    assert len(policy.requests) == 1


async def test_tokens_that_run_out_cost_only_the_later_wording() -> None:
    short = BudgetExhausted("tokens_out")
    assert await ask(Wordings({"query": ["a"], "detail": short})) == [["a"], []]
    with pytest.raises(BudgetExhausted):
        await ask(Wordings({"query": short, "detail": ["b"]}))


async def test_any_other_failure_is_told() -> None:
    with pytest.raises(ConnectionError):
        await ask(Wordings({"query": ["a"], "detail": ConnectionError("gone")}))


@given(st.lists(st.text()), st.lists(st.text()))
def test_what_is_untried_is_new_and_in_order(queries: list[str], tried: list[str]) -> None:
    new = untried(queries, tried)
    assert untried(new, tried) == new
    assert not untried(queries, [*tried, *new])
    positions = [queries.index(each) for each in new]
    assert positions == sorted(positions)


def test_an_enriched_query_has_each_missing_word_once() -> None:
    made = enriched("Who led the Otter?", ["otter captain", "Captain of a tug", "led"])
    assert made == "Who led the Otter? captain of a tug"
    assert enriched("Who led the Otter?", ["the otter"]) == "Who led the Otter?"

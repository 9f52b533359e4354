"""Utility judgments: several orders, the majority, and what trouble with them costs."""

from policy_requests import READING, make_policy, request_for
from simulated_model import SimulatedModel
from support import CHAIN, POLAR

from clew.agent.policies.litellm.utility import shuffled_orders, trimmed
from clew.graphs.budget import Budget, Usage
from clew.graphs.meter import Meter, Tally
from clew.graphs.steps import RankedPassage, Reading

RANKED = Reading(
    answer=READING.answer,
    ranking=tuple(
        RankedPassage(passage_id=passage.id, score=1 / place)
        for place, passage in enumerate(POLAR, start=1)
    ),
)
FIRST, SECOND, THIRD, FOURTH = (passage.id for passage in POLAR)


def test_orders_differ_and_are_the_same_each_time() -> None:
    orders = shuffled_orders(POLAR, 3)
    assert all(sorted(order, key=POLAR.index) == list(POLAR) for order in orders)
    assert len({tuple(passage.id for passage in order) for order in orders}) > 1
    assert shuffled_orders(POLAR, 3) == orders


def test_the_majority_stays_and_comes_first() -> None:
    reading = trimmed(RANKED, [[THIRD, FIRST], [THIRD], [SECOND, FIRST]])
    assert [ranked.passage_id for ranked in reading.ranking] == [FIRST, THIRD]
    reading = trimmed(RANKED, [[THIRD], [THIRD], [THIRD]])
    # What the answer quotes is never trimmed away.
    assert [ranked.passage_id for ranked in reading.ranking] == [THIRD, FIRST]
    scores = [ranked.score for ranked in reading.ranking]
    assert scores == sorted(scores, reverse=True)


def test_without_judgments_nothing_is_trimmed() -> None:
    assert trimmed(RANKED, []) == RANKED


async def test_with_much_effort_passages_are_judged_in_several_orders() -> None:
    with SimulatedModel(latency=0.0, answers={CHAIN[0].text: "Frank Worsley"}) as model:
        thorough = make_policy(model.url, effort="thorough")
        refinement = await thorough.refine(_request())
        asked = [request.task for request in model.requests]
        balanced = await make_policy(model.url).refine(_request())
    assert asked.count("judge") == 3
    kept = {ranked.passage_id for ranked in refinement.reading.ranking}
    assert FIRST in kept and kept < {ranked.passage_id for ranked in balanced.reading.ranking}


async def test_a_budget_without_room_leaves_the_reading_as_it_is() -> None:
    with SimulatedModel(latency=0.0, answers={CHAIN[0].text: "Frank Worsley"}) as model:
        tally = Tally(Meter(Budget(policy_calls=0), Usage()))
        refinement = await make_policy(model.url, effort="thorough").refine(_request(tally))
    assert len(refinement.reading.ranking) == len(POLAR)


def _request(tally: Tally | None = None):  # type: ignore[no-untyped-def]
    return request_for("refine", tally=tally or Tally.unlimited())

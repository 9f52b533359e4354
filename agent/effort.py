"""Effort presets: how much a question may cost, and how much is asked of a language model."""

from typing import Literal, NamedTuple

from ..graphs.budget import Budget

EffortName = Literal["quick", "balanced", "thorough"]


class Effort(NamedTuple):
    """What a preset stands for.

    Attributes:
        budget: The limits of a run, where the settings do not say otherwise.
        overview: How many passages about the whole question the planner sees.
        passages: How many passages are read for a sub-question.
        queries: How many queries the language model may word at a time.
        rewrites_first: Whether the model words queries for the first search already, rather than
            only after the sub-question itself has found nothing.
        sure: Readings of at least this confidence are not sent to the refiner; above 1, all are.
        utility_orders: In how many shuffled orders the passages are judged for their usefulness.
    """

    budget: Budget
    overview: int
    passages: int
    queries: int
    rewrites_first: bool
    sure: float
    utility_orders: int


EFFORTS: dict[str, Effort] = {
    "quick": Effort(
        budget=Budget(
            seconds=30.0,
            searches=40,
            pages=20,
            policy_calls=60,
            tokens_in=100_000,
            tokens_out=15_000,
            rounds=1,
        ),
        overview=0,
        passages=6,
        queries=1,
        rewrites_first=False,
        sure=0.0,
        utility_orders=0,
    ),
    "balanced": Effort(
        budget=Budget(),
        overview=4,
        passages=10,
        queries=2,
        rewrites_first=False,
        sure=0.8,
        utility_orders=0,
    ),
    "thorough": Effort(
        budget=Budget(
            seconds=900.0,
            searches=1_000,
            pages=500,
            policy_calls=2_000,
            tokens_in=2_000_000,
            tokens_out=250_000,
            rounds=8,
        ),
        overview=8,
        passages=16,
        queries=4,
        rewrites_first=True,
        sure=1.1,
        utility_orders=3,
    ),
}

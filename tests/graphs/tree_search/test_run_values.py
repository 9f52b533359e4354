"""The critic's verdicts on the steps of a state, in one number."""

from collections.abc import Sequence

import pytest
from chain_runs import parts_of
from search_runs import Branching
from support import CHAIN, QUESTION

from clew.graphs.meter import Tally
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Reading, Step, StepAnswer, Trajectory, Verdict
from clew.graphs.tree_search.run_values import StateValue, state_values


class Given:
    """Gives verdicts as they are written down."""

    name = "given"
    judges = "step"

    def __init__(self, *scores: Sequence[float]) -> None:
        self._scores = scores
        self.batches: list[int] = []

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        self.batches.append(len(trajectories))
        return [[Verdict(score=score) for score in scores] for scores in self._scores]


def trajectory(*subs: SubQuestion) -> Trajectory:
    steps = tuple(
        Step(
            sub_question=sub,
            text=sub.text,
            reading=Reading(answer=StepAnswer(text="Akaroa")),
            status="answered",
        )
        for sub in subs
    )
    return Trajectory(question=QUESTION, steps=steps, evidence={})


async def values(critic: Given, *trajectories: Trajectory) -> tuple[StateValue, ...]:
    parts = parts_of(Branching(), critic=critic)
    return await state_values(parts, trajectories, Tally.unlimited())


@pytest.mark.parametrize(
    ("scores", "worth"), [((0.9, 0.2), 0.2), ((0.2, 0.9), 0.2), ((0.7, 0.7), 0.7), ((1, 0), 0)]
)
async def test_a_state_is_worth_its_weakest_step(scores: Sequence[float], worth: float) -> None:
    (value,) = await values(Given(scores), trajectory(*CHAIN))
    assert value.score == worth
    assert {id: verdict.score for id, verdict in value.verdicts.items()} == {
        "q1": scores[0],
        "q2": scores[1],
    }


async def test_a_weak_step_is_not_made_up_for_by_many_strong_ones() -> None:
    ship = SubQuestion(id="q3", text="Which ship?")
    critic = Given((0.4, 0.95, 0.95), (0.5, 0.5))
    long, short = await values(critic, trajectory(*CHAIN, ship), trajectory(*CHAIN))
    assert long.score == 0.4 < short.score == 0.5
    assert critic.batches == [2], "in one batch"


async def test_a_state_without_steps_is_worth_nothing() -> None:
    (value,) = await values(Given(()), trajectory())
    assert value.score == 0.0 and value.verdicts == {}


async def test_where_a_verdict_is_missing_the_value_is_neutral_and_says_why() -> None:
    (value,) = await values(Given((0.9,)), trajectory(*CHAIN))
    assert value.score == 0.5
    assert "returned 1 verdicts on 2 steps" in value.failure

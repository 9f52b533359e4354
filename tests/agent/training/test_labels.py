"""Labels of steps: what counts as right, values by rollouts and by bisection, and balance."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.agent.training.labels import balanced, inferred, is_right, rolled_out


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("the Akaroa", ["Akaroa"]),
        ("Akaroa, New Zealand", ["akaroa"]),
        ("Yes.", ["yes"]),
    ],
)
def test_right_answers(answer: str, gold: list[str]) -> None:
    assert is_right(answer, gold)


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        (None, ["Akaroa"]),
        ("", ["Akaroa"]),
        ("Norway", ["no"]),
        ("Akaroa", []),
        ("Akaroa", ["the"]),
        ("Zealand", ["New Zealand"]),
        ("he left Akaroa for a while and then came back", ["Akaroa"]),
    ],
)
def test_wrong_answers(answer: str | None, gold: list[str]) -> None:
    assert not is_right(answer, gold)


class Asked:
    """Shares by number of steps, and which of them were asked for."""

    def __init__(self, shares: list[float]) -> None:
        self.shares = shares
        self.counts: list[int] = []

    async def __call__(self, count: int) -> float:
        self.counts.append(count)
        return self.shares[count - 1]


def values(steps: int, right: bool, asked: Asked) -> list[float | None]:
    return asyncio.run(rolled_out(steps, right, asked))


def test_after_a_right_run_every_step_but_the_last_is_rolled_out_from() -> None:
    asked = Asked([0.4, 0.6, 0.8])
    assert values(4, True, asked) == [0.4, 0.6, 0.8, 1.0]
    assert asked.counts == [1, 2, 3]


@pytest.mark.parametrize("right", [True, False])
def test_a_run_of_one_step_needs_no_rollouts(right: bool) -> None:
    asked = Asked([])
    assert values(1, right, asked) == [float(right)]
    assert asked.counts == []


@given(steps=st.integers(2, 40), data=st.data())
def test_bisection_finds_the_first_step_that_is_worth_nothing(
    steps: int, data: st.DataObject
) -> None:
    wrong = data.draw(st.integers(1, steps))
    asked = Asked([0.5 if count < wrong else 0.0 for count in range(1, steps)])
    found = values(steps, False, asked)
    assert len(asked.counts) <= math.ceil(math.log2(steps))
    assert found[wrong - 1 :] == [0.0] * (steps - wrong + 1)
    assert all(found[count - 1] in (0.5, None) for count in range(1, wrong))
    assert wrong == 1 or found[wrong - 2] == 0.5


def test_values_rise_to_one_in_equal_steps_where_a_run_ends_right() -> None:
    assert inferred(4, True) == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert inferred(3, False) == [0.0, 0.0, 0.0]


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcd")), min_size=1, max_size=30))
def test_good_and_bad_count_the_same(steps: list[tuple[float, str]]) -> None:
    given_values = [value for value, _ in steps]
    weights = balanced(given_values, [question for _, question in steps])
    good, bad = (sum(weight[side] for weight in weights) for side in (0, 1))
    if any(value > 1e-6 for value in given_values):
        assert good == pytest.approx(len(steps) / 2)
    if any(value < 1 - 1e-6 for value in given_values):
        assert bad == pytest.approx(len(steps) / 2)


def test_a_question_with_many_steps_counts_as_much_as_one_with_few() -> None:
    weights = balanced([1.0, 1.0, 1.0, 0.0, 0.0], ["a", "a", "b", "a", "b"])
    of_a, of_b = weights[0].good + weights[1].good, weights[2].good
    assert of_a == pytest.approx(2 / 3 * of_b / (1 / 2))
    assert weights[3].good == weights[0].bad == 0.0

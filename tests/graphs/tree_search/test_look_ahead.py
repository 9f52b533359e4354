import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.graphs.tree_search.look_ahead import looked_ahead


def test_a_value_is_drawn_half_way_on_logits() -> None:
    # Odds 0.4 / 0.6 = 2/3 and 0.8 / 0.2 = 4; half-way on logits is the geometric mean of odds.
    assert looked_ahead([0.2, 0.8], 0.5) == pytest.approx(0.5)
    # Odds 2/3, 4, 9: the second becomes √(4 · 9) = 6, the first √(2/3 · 6) = 2, which is 2/3.
    assert looked_ahead([0.4, 0.8, 0.9], 0.5) == pytest.approx(2 / 3)


def test_the_share_says_how_far() -> None:
    # Odds 1 and 16, a quarter of the way: 16 ** 0.25 = 2, which is 2/3.
    assert looked_ahead([0.5, 16 / 17], 0.25) == pytest.approx(2 / 3)
    assert looked_ahead([0.5, 0.9], 0.0) == pytest.approx(0.5)
    assert looked_ahead([0.5, 0.9], 1.0) == pytest.approx(0.9)


def test_with_nothing_ahead_the_value_stays() -> None:
    assert looked_ahead([0.3], 0.5) == 0.3
    assert looked_ahead([1.0], 0.5) == 1.0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), st.floats(0.0, 1.0))
def test_it_stays_between_the_values(values: list[float], alpha: float) -> None:
    drawn = looked_ahead(values, alpha)
    # What is certain has no logit and is brought in by a ten-thousandth.
    assert min(values) - 1e-4 - 1e-9 <= drawn <= max(values) + 1e-4 + 1e-9

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.evals.metrics import (
    bootstrap,
    cover_em,
    exact_match,
    f1,
    normalized,
    recall_at,
)


@pytest.mark.parametrize(
    ("prediction", "answers", "em", "token_f1", "cover"),
    [
        ("The Fram", ["fram"], 1, 1, 1),
        ("Colin Archer, of Larvik", ["Colin Archer"], 0, 2 * (2 / 4) / (2 / 4 + 1), 1),
        ("Larvik", ["Oslo", "Larvik, Norway"], 0, 2 / 3, 0),
        ("a", ["the"], 1, 1, 0),
        (None, ["x"], 0, 0, 0),
        ("x", [], 0, 0, 0),
        ("yes", ["no"], 0, 0, 0),
    ],
)
def test_hand_worked_values(
    prediction: str | None, answers: list[str], em: float, token_f1: float, cover: float
) -> None:
    assert exact_match(prediction, answers) == em
    assert f1(prediction, answers) == pytest.approx(token_f1)
    assert cover_em(prediction, answers) == cover


def test_normalisation_is_squads() -> None:
    assert normalized("  The U.S.A., an  Example!") == "usa example"


def test_recall_counts_distinct_items() -> None:
    assert recall_at(2, ["a", "a", "b", "c"], ["b", "c"]) == 0.5
    assert recall_at(5, [], ["b"]) == 0.0
    assert recall_at(1, ["x2", "a"], [["x1", "x2"], "a"]) == 0.5
    with pytest.raises(ValueError, match="gold"):
        recall_at(2, ["a"], [])


def test_an_interval_holds_the_mean_and_narrows_with_data() -> None:
    few, many = bootstrap([0.0, 1.0] * 10), bootstrap([0.0, 1.0] * 1_000)
    for estimate in (few, many):
        assert estimate.low <= estimate.mean == 0.5 <= estimate.high
    assert many.high - many.low < few.high - few.low
    # The standard error of a fair coin over 2,000 throws is 0.0112, so the width is about 0.044.
    assert many.high - many.low == pytest.approx(0.044, abs=0.004)


@given(st.text(), st.lists(st.text(), min_size=1, max_size=3))
def test_measures_are_ordered(prediction: str, answers: list[str]) -> None:
    assert 0 <= exact_match(prediction, answers) <= f1(prediction, answers) <= 1
    assert exact_match(prediction, [*answers, prediction]) == 1

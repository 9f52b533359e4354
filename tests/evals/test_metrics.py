"""Measures against hand-worked values, and against other people's code."""

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]
from hypothesis import given, settings
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
        ("Norway", ["no"], 0, 0, 1),
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


def _squad(prediction: str, answers: list[str]) -> tuple[float, float]:
    """EM and F1 as torchmetrics' copy of the SQuAD script has them."""
    from torchmetrics.functional.text.squad import squad

    found = squad(
        [{"prediction_text": prediction, "id": "1"}],
        [{"answers": {"answer_start": [0] * len(answers), "text": answers}, "id": "1"}],
    )
    return float(found["exact_match"]) / 100, float(found["f1"]) / 100


# Words that normalisation treats in its own way, so that texts made of them agree in part.
_WORDS = st.sampled_from(
    ["the", "A", "an", "Fram", "fram", "of", "Oslo,", "Oslo", "U.S.A.", "1,872", "Ångström", "—"]
)
_TEXTS = st.one_of(st.lists(_WORDS, max_size=6).map(" ".join), st.text(max_size=20))


@settings(deadline=None, max_examples=300)
@given(_TEXTS, st.lists(_TEXTS, min_size=1, max_size=3))
def test_em_and_f1_are_those_of_the_squad_script(prediction: str, answers: list[str]) -> None:
    em, token_f1 = _squad(prediction, answers)
    assert exact_match(prediction, answers) == em
    assert f1(prediction, answers) == pytest.approx(token_f1, abs=1e-6)


@pytest.mark.parametrize(
    ("prediction", "answers"),
    [
        ("Akaroa in New Zealand", ["Akaroa", "Akaroa, New Zealand"]),
        ("United States", ["US", "U.S.", "the United States of America"]),
        ("", ["the"]),
        ("the the", ["a"]),
        ("July 17, 1949", ["1949", "17 July 1949"]),
    ],
)
def test_aliases_count_as_in_the_squad_script(prediction: str, answers: list[str]) -> None:
    em, token_f1 = _squad(prediction, answers)
    assert exact_match(prediction, answers) == em
    assert f1(prediction, answers) == pytest.approx(token_f1, abs=1e-6)


def test_recall_counts_distinct_items() -> None:
    assert recall_at(2, ["a", "a", "b", "c"], ["b", "c"]) == 0.5
    assert recall_at(5, [], ["b"]) == 0.0
    assert recall_at(1, ["x2", "a"], [["x1", "x2"], "a"]) == 0.5
    with pytest.raises(ValueError, match="gold"):
        recall_at(2, ["a"], [])


@pytest.mark.parametrize("size", [1, 2, 37, 500])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_is_scipys(size: int, level: float) -> None:
    values = np.random.default_rng(size).random(size)
    values[: size // 3] = 0.0
    theirs = scipy.stats.bootstrap(
        (np.append(values, values),) if size == 1 else (values,),  # scipy refuses a single one
        np.mean,
        n_resamples=2_000,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(5),
    ).confidence_interval
    ours = bootstrap(values.tolist(), level=level, seed=5)
    # The same generator draws the same questions, so that the bounds agree to the last bits.
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.mean == pytest.approx(values.mean())


def test_the_interval_is_scipys_on_data_drawn_in_several_blocks() -> None:
    values = np.random.default_rng(1).random(3_001)
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, n_resamples=150, method="percentile", rng=np.random.default_rng(9)
    ).confidence_interval
    ours = bootstrap(values.tolist(), resamples=150, seed=9)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_an_interval_holds_the_mean_and_narrows_with_data() -> None:
    few, many = bootstrap([0.0, 1.0] * 10), bootstrap([0.0, 1.0] * 1_000)
    for estimate in (few, many):
        assert estimate.low <= estimate.mean == 0.5 <= estimate.high
    assert many.high - many.low < few.high - few.low
    # The standard error of a fair coin over 2,000 throws is 0.0112, so the width is about 0.044.
    assert many.high - many.low == pytest.approx(0.044, abs=0.004)


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        bootstrap([])


@given(st.text(), st.lists(st.text(), min_size=1, max_size=3))
def test_measures_are_ordered(prediction: str, answers: list[str]) -> None:
    assert 0 <= exact_match(prediction, answers) <= f1(prediction, answers) <= 1
    assert exact_match(prediction, [*answers, prediction]) == 1

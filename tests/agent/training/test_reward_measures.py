"""Measures of scores of steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss as reference_log_loss  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score

from clew.agent.training.reward_measures import auroc, calibration_error, log_loss

MARKED = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()),
    min_size=2,
    max_size=40,
).filter(lambda pairs: len({mark for _, mark in pairs}) == 2)


@given(MARKED)
def test_auroc_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, marks = zip(*pairs, strict=True)
    assert auroc(scores, marks) == pytest.approx(roc_auc_score(marks, scores))


def test_auroc_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="good and bad"):
        auroc([0.1, 0.2], [True, True])


def test_log_loss_is_that_of_scikit_learn() -> None:
    scores, marks = [0.1, 0.6, 0.8, 0.3], [0.0, 1.0, 1.0, 1.0]
    assert log_loss(scores, marks) == pytest.approx(reference_log_loss(marks, scores))


def test_chances_that_come_true_have_no_calibration_error() -> None:
    scores = np.repeat([0.2, 0.8], 10)
    values = [1, 1, *[0] * 8, *[1] * 8, 0, 0]
    assert calibration_error(scores, values, bins=2) == pytest.approx(0.0)
    assert calibration_error(1 - scores, values, bins=2) == pytest.approx(0.6)


def test_fewer_scores_than_bins_are_no_trouble() -> None:
    assert calibration_error([0.4], [1.0]) == pytest.approx(0.6)

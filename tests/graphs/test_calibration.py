import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.graphs.calibration import UNCALIBRATED, Calibration

SHARE = st.floats(0, 1)
ANY = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("confidence", [0.01, 0.25, 0.5, 0.9])
def test_without_calibration_confidences_are_taken_at_their_word(confidence: float) -> None:
    assert UNCALIBRATED.chance(confidence) == pytest.approx(confidence)


def test_nothing_is_ever_certain() -> None:
    assert 0.0 < UNCALIBRATED.chance(0.0) < 0.001
    assert 0.999 < UNCALIBRATED.chance(1.0) < 1.0


def test_it_is_a_line_through_the_log_odds() -> None:
    chance = Calibration(slope=0.5, offset=-1.0).chance(0.8)
    assert math.log(chance / (1 - chance)) == pytest.approx(0.5 * math.log(4) - 1.0)


def test_an_overconfident_policy_is_believed_less() -> None:
    assert Calibration(offset=-2.0).chance(0.8) < 0.5 < UNCALIBRATED.chance(0.8)


@given(SHARE, ANY, ANY)
def test_every_confidence_has_a_chance(confidence: float, slope: float, offset: float) -> None:
    assert 0.0 <= Calibration(slope, offset).chance(confidence) <= 1.0


@given(SHARE, SHARE, st.floats(0, 100), st.floats(-10, 10))
def test_more_confidence_is_never_less_chance(
    one: float, other: float, slope: float, offset: float
) -> None:
    calibration = Calibration(slope, offset)
    low, high = sorted((one, other))
    assert calibration.chance(low) <= calibration.chance(high)

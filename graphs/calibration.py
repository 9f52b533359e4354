"""From a policy's confidence to the chance that it is right."""

import math
from typing import NamedTuple

_CLOSEST = 1e-4


class Calibration(NamedTuple):
    """A line through the log-odds (Platt, 1999); the identity by default.

    Fitted on training questions by ``benchmarks/calibration.py``, which also draws how reliable
    the chances are on the development questions.

    Attributes:
        slope: What the log-odds of the confidence are multiplied by.
        offset: What is added to them.
    """

    slope: float = 1.0
    offset: float = 0.0

    def chance(self, confidence: float) -> float:
        """Return the chance, in [0, 1], that an answer of this confidence is right."""
        inside = min(max(confidence, _CLOSEST), 1 - _CLOSEST)
        odds = self.slope * math.log(inside / (1 - inside)) + self.offset
        # The logistic function, without what overflows.
        return (1 + math.tanh(odds / 2)) / 2


UNCALIBRATED = Calibration()
"""Takes confidences at their word."""

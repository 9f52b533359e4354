"""What the confidences of policies are worth, by the policy's name."""

from collections.abc import Mapping

from ...graphs.calibration import Calibration

CALIBRATIONS: Mapping[str, Calibration] = {"embedded": Calibration(slope=0.98, offset=-0.85)}
"""Fitted on training questions by ``benchmarks/calibration.py``; other policies' confidences are
taken at their word."""

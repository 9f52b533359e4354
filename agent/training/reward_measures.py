"""How good scores of steps are: how well they order them, and whether their chances come true."""

from collections.abc import Sequence

import numpy as np


def auroc(scores: Sequence[float], good: Sequence[bool]) -> float:
    """Return the chance that a good step scores above a bad one; ties count half.

    Raises:
        ValueError: There is no good step, or no bad one.
    """
    values, marks = np.asarray(scores, dtype=np.float64), np.asarray(good, dtype=bool)
    above, below = int(marks.sum()), int((~marks).sum())
    if not above or not below:
        raise ValueError("good and bad steps are needed, and there are only ones of one kind")
    _, groups, counts = np.unique(values, return_inverse=True, return_counts=True)
    # The mean rank of each group of ties: Mann and Whitney's statistic.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[groups]
    return float((ranks[marks].sum() - above * (above + 1) / 2) / (above * below))


def calibration_error(scores: Sequence[float], values: Sequence[float], bins: int = 10) -> float:
    """Return the expected calibration error over bins of the same number of steps.

    Naeini et al. (AAAI 2015), with adaptive bins and soft labels.

    Args:
        scores: Chances that were given.
        values: What they came to, in [0, 1].
        bins: How many bins.
    """
    order = np.argsort(np.asarray(scores), kind="stable")
    said, came = np.asarray(scores)[order], np.asarray(values, dtype=np.float64)[order]
    parts = zip(np.array_split(said, bins), np.array_split(came, bins), strict=True)
    gaps = [len(part) * abs(part.mean() - of.mean()) for part, of in parts if len(part)]
    return float(sum(gaps) / len(said))


def log_loss(scores: Sequence[float], values: Sequence[float]) -> float:
    """Return the mean cross-entropy of chances with soft labels, in nats."""
    said = np.clip(np.asarray(scores, dtype=np.float64), 1e-6, 1 - 1e-6)
    came = np.asarray(values, dtype=np.float64)
    return float(-(came * np.log(said) + (1 - came) * np.log(1 - said)).mean())

"""Bootstrap resamples: which questions are drawn, again and again."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
"""Enough for bounds that another seed moves by a hundredth or two of the interval's width."""

_BLOCK = 200_000
"""Draws made at once: few enough to stay in the processor's cache, whatever the data's size."""


def drawn(size: int, *, seed: int, resamples: int = RESAMPLES) -> Iterator[NDArray[np.int64]]:
    """Yield resamples of so many items, in blocks.

    Args:
        size: How many items there are; each resample draws as many, with replacement.
        seed: Seed of the draws.
        resamples: How many resamples there are in all.

    Yields:
        Arrays with a row of item numbers for each resample.
    """
    random = np.random.default_rng(seed)
    rows = max(1, _BLOCK // size)
    for done in range(0, resamples, rows):
        yield random.integers(0, size, (min(rows, resamples - done), size))


def resampled_means(values: NDArray[np.float64], *, seed: int) -> NDArray[np.float64]:
    """Return the mean of every column in each resample of the rows.

    Rows are drawn whole, so that a row without a value in some column counts for the others.

    Args:
        values: A row for each item; NaN where a column does not apply to it.
        seed: Seed of the draws.

    Returns:
        A row for each resample; NaN where none of the rows drawn has a value in the column.
    """
    known, applies = np.nan_to_num(values), (~np.isnan(values)).astype(np.float64)
    blocks = []
    for rows in drawn(len(values), seed=seed):
        times = _times_drawn(rows)
        with np.errstate(invalid="ignore"):
            blocks.append((times @ known) / (times @ applies))
    return np.concatenate(blocks)


def bounds(statistics: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval of a statistic's resampled values (Efron, 1979).

    Args:
        statistics: Its value in each resample; NaN where a resample has none.
        level: Share of the values that the interval holds.
    """
    tail = (1 - level) / 2
    low, high = np.nanquantile(statistics, [tail, 1 - tail])
    return float(low), float(high)


def _times_drawn(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how often each resample holds each item, in the shape of what `drawn` yields."""
    count, size = rows.shape
    numbered = rows + size * np.arange(count)[:, None]
    counts = np.bincount(numbered.ravel(), minlength=count * size)
    return counts.reshape(count, size).astype(np.float64)

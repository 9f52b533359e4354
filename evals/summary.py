"""The scores of a run in one object: the content of ``metrics.json``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .catalogue import MEASURES
from .predictions import Prediction
from .resampling import bounds, drawn, resampled_means
from .scoring import scores

_QUANTILES = {"seconds_p50": 0.5, "seconds_p95": 0.95}
_DIGITS = 6


def summarised(
    predictions: Iterable[Prediction],
    *,
    seed: int = 0,
    closed_book: Mapping[str, Prediction] | None = None,
) -> dict[str, Any]:
    """Return the mean of every metric, over all questions and by their type and hops.

    Each object holds ``n`` (questions), ``failed`` (how many of them), the mean of every other
    metric over the questions it applies to, in fractions, and for the seconds their mean, median
    and 95th percentile; in ``of``, over how many questions each mean is; in ``ci``, its 95 %
    percentile bootstrap interval (Efron, 1979), where whole questions are drawn. The order of
    the predictions does not matter.

    Args:
        predictions: What came of each question.
        seed: Seed of the resampling.
        closed_book: By id, what came of the questions without retrieval.

    Raises:
        ValueError: If there are no predictions.
    """
    ordered = sorted(predictions, key=lambda prediction: prediction.id)
    if not ordered:
        raise ValueError("there are no predictions to summarise")
    without = closed_book or {}
    rows = [scores(each, closed_book=without.get(each.id)) for each in ordered]
    found = _object(rows, seed)
    types = [each.type for each in ordered]
    hops = [None if each.hops is None else str(each.hops) for each in ordered]
    found["by_type"] = _grouped(rows, types, sorted({name for name in types if name}), seed)
    found["by_hops"] = _grouped(rows, hops, sorted({name for name in hops if name}, key=int), seed)
    return found


def _grouped(
    rows: Sequence[Mapping[str, float]],
    groups: Sequence[str | None],
    names: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    return {
        name: _object([row for row, group in zip(rows, groups, strict=True) if group == name], seed)
        for name in names
    }


def _object(rows: Sequence[Mapping[str, float]], seed: int) -> dict[str, Any]:
    scored = {name for row in rows for name in row}
    names = [measure.name for measure in MEASURES if measure.name in scored]
    values = np.array([[row.get(name, np.nan) for name in names] for row in rows])
    applies = (~np.isnan(values)).sum(axis=0)
    seconds = values[:, names.index("seconds")]
    blocks = [_quantiles(seconds[numbers]) for numbers in drawn(len(rows), seed=seed)]

    columns = zip(
        ["seconds_mean" if name == "seconds" else name for name in names] + list(_QUANTILES),
        [*(np.nansum(values, axis=0) / applies), *_quantiles(seconds)],
        [*resampled_means(values, seed=seed).T, *np.concatenate(blocks, axis=1)],
        [*applies, len(rows), len(rows)],
        strict=True,
    )
    found = {name: column for name, *column in columns if name != "failed"}
    return {
        "n": len(rows),
        "failed": int(values[:, names.index("failed")].sum()),
        **{name: _rounded(mean) for name, (mean, _, _) in found.items()},
        "ci": {
            name: [_rounded(bound) for bound in bounds(resampled)]
            for name, (_, resampled, _) in found.items()
        },
        "of": {name: int(count) for name, (_, _, count) in found.items()},
    }


def _quantiles(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a row for each quantile, over the last axis."""
    return np.quantile(seconds, list(_QUANTILES.values()), axis=-1)


def _rounded(number: float) -> float:
    return round(float(number), _DIGITS)

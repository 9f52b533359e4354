"""The scores of a run in one object: the content of ``metrics.json``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graphs.budget import merged_by_model
from .catalogue import MEASURES
from .predictions import Prediction
from .resampling import bounds, drawn, resampled_means
from .scoring import scores

NO_GROUP = "(none)"
"""Group of the questions that have no type, or no hops, where others have."""

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
    percentile bootstrap interval (Efron, 1979), where whole questions are drawn. The groups hold
    every question, unless none has a type, or hops. ``models`` holds what each language model did
    in each role, over all questions. The order of the predictions does not matter.

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
    found["by_type"] = _grouped(rows, [each.type or None for each in ordered], seed)
    found["by_hops"] = _grouped(rows, [each.hops for each in ordered], seed)
    models = merged_by_model(model for each in ordered for model in each.usage.models)
    by_name = sorted(models, key=lambda model: (model.role, model.model))
    found["models"] = [model.model_dump() for model in by_name]
    return found


def _grouped(
    rows: Sequence[Mapping[str, float]], groups: Sequence[str | int | None], seed: int
) -> dict[str, Any]:
    known = sorted({group for group in groups if group is not None})
    if not known:
        return {}
    names = [str(group) for group in known if group != NO_GROUP]
    of_row = [NO_GROUP if group is None else str(group) for group in groups]
    if NO_GROUP in of_row:
        names.append(NO_GROUP)
    return {
        name: _object([row for row, group in zip(rows, of_row, strict=True) if group == name], seed)
        for name in names
    }


def _object(rows: Sequence[Mapping[str, float]], seed: int) -> dict[str, Any]:
    scored = {name for row in rows for name in row}
    names = [measure.name for measure in MEASURES if measure.name in scored]
    values = np.array([[row.get(name, np.nan) for name in names] for row in rows])
    applies = (~np.isnan(values)).sum(axis=0)
    columns = zip(
        ["seconds_mean" if name == "seconds" else name for name in names],
        np.nansum(values, axis=0) / applies,
        resampled_means(values, seed=seed).T,
        applies,
        strict=True,
    )
    found = {name: tuple(column) for name, *column in columns if name != "failed"}
    if "seconds" in names:
        seconds = values[:, names.index("seconds")]
        found |= _quantiles(seconds[~np.isnan(seconds)], seed)
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


def _quantiles(seconds: NDArray[np.float64], seed: int) -> dict[str, tuple[Any, ...]]:
    """Return for each quantile its value, its resampled values, and of how many it is."""
    levels = list(_QUANTILES.values())
    blocks = [
        np.quantile(seconds[numbers], levels, axis=-1) for numbers in drawn(len(seconds), seed=seed)
    ]
    resampled = np.concatenate(blocks, axis=1)
    return {
        name: (value, values, len(seconds))
        for name, value, values in zip(
            _QUANTILES, np.quantile(seconds, levels), resampled, strict=True
        )
    }


def _rounded(number: float) -> float:
    return round(float(number), _DIGITS)

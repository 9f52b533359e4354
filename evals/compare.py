"""Runs of the same questions side by side: what differs, by how much, and how surely."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..agent.cli.wording import clean
from ..errors import RunDirectoryError
from .catalogue import BY_NAME, MEASURES
from .cautions import time_ran_out, unfinished
from .comparison import ComparedRun, Comparison, Contrast, Difference, Setting, timing
from .config import RunConfig
from .config_shown import setting_shown, settings_of
from .predictions import Prediction
from .resampling import bounds, resampled_means
from .run_directory import Run
from .scoring import is_right, scores
from .summary import summarised

_DIGITS = 6
_NAMED = 5


def compared(runs: Sequence[Run], *, seed: int = 0) -> Comparison:
    """Compare runs with the first of them, over the questions that all of them share.

    Differences are taken question by question, and their intervals are percentile bootstrap
    intervals of these (Efron, 1979): what is hard for both runs does not blur them.

    Args:
        runs: At least two.
        seed: Seed of the resampling.

    Raises:
        RunDirectoryError: If there are fewer than two, if they share no question, or none is
            done, or if an id stands for different questions.
    """
    if len(runs) < 2:
        raise RunDirectoryError("a comparison takes two runs or more; name another one")
    names = _distinct([run.name for run in runs])
    by_id = [{each.id: each for each in run.predictions} for run in runs]
    shared = _shared(by_id, names)
    columns = [[predictions[id] for id in shared] for predictions in by_id]
    settings = tuple(_differing([run.config for run in runs]))
    return Comparison(
        dataset=runs[0].config.dataset.name,
        n=len(shared),
        runs=tuple(
            ComparedRun(
                name=name,
                questions=run.config.dataset.questions,
                done=len(run.predictions),
                left_out=len(run.predictions) - len(shared),
                metrics=summarised(column, seed=seed),
            )
            for name, run, column in zip(names, runs, columns, strict=True)
        ),
        contrasts=tuple(
            _contrast(
                name, columns[0], column, seed, timed_alike=_timed_alike(runs[0].config, run.config)
            )
            for name, run, column in zip(names[1:], runs[1:], columns[1:], strict=True)
        ),
        settings=settings,
        notes=tuple(_notes(runs, names, columns, settings)),
    )


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, those that are there twice with a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name} ({seen[name]})" if names.count(name) > 1 else name)
    return found


def _shared(by_id: Sequence[Mapping[str, Prediction]], names: Sequence[str]) -> list[str]:
    if empty := [name for name, predictions in zip(names, by_id, strict=True) if not predictions]:
        raise RunDirectoryError(
            f"nothing has come yet of {', '.join(empty)}: finish with --resume, then compare"
        )
    shared = sorted(set[str].intersection(*(set(predictions) for predictions in by_id)))
    if not shared:
        raise RunDirectoryError(
            "the runs have no question in common: compare runs of the same data set"
        )
    for name, predictions in zip(names[1:], by_id[1:], strict=True):
        other = [id for id in shared if _asked(predictions[id]) != _asked(by_id[0][id])]
        if other:
            raise RunDirectoryError(
                f"{len(other)} ids stand for other questions, or other gold, in {name} than in "
                f"{names[0]} ({', '.join(other[:_NAMED])}): compare runs of the same data set"
            )
    return shared


def _asked(prediction: Prediction) -> tuple[Any, ...]:
    return prediction.question, prediction.answers, prediction.gold, prediction.gold_by


def _timed_alike(baseline: RunConfig, run: RunConfig) -> bool:
    if baseline.resumed_otherwise or run.resumed_otherwise:
        return False
    return baseline.timing == run.timing


def _notes(
    runs: Sequence[Run],
    names: Sequence[str],
    columns: Sequence[Sequence[Prediction]],
    settings: Sequence[Setting],
) -> Iterator[str]:
    for run, name in zip(runs, names, strict=True):
        if note := unfinished(run, name):
            yield note
        if run.config.resumed_otherwise:
            yield (
                f"{name} was resumed with another engine, with other workers or on another "
                "machine: its seconds are of several kinds and are not compared."
            )
    for name, column in zip(names, columns, strict=True):
        if note := time_ran_out(column):
            yield f"{name}: {note}"
    if differing := timing(settings):
        told = "; ".join(
            f"{each.name} {', '.join(value or 'unknown' for value in each.values)}"
            for each in differing
        )
        yield (
            "Seconds are not comparable between all of these runs, for they were configured with "
            f"{told}."
        )


def _contrast(
    name: str,
    baseline: Sequence[Prediction],
    run: Sequence[Prediction],
    seed: int,
    *,
    timed_alike: bool,
) -> Contrast:
    pairs = list(zip(map(is_right, baseline), map(is_right, run), strict=True))
    before, after = [scores(each) for each in baseline], [scores(each) for each in run]
    return Contrast(
        name=name,
        gained=pairs.count((False, True)),
        lost=pairs.count((True, False)),
        differences=tuple(_differences(before, after, seed, timed_alike=timed_alike)),
    )


def _differences(
    baseline: Sequence[Mapping[str, float]],
    run: Sequence[Mapping[str, float]],
    seed: int,
    *,
    timed_alike: bool,
) -> Iterator[Difference]:
    names = [
        measure.name
        for measure in MEASURES
        if any(
            measure.name in before and measure.name in after
            for before, after in zip(baseline, run, strict=True)
        )
    ]
    before, after = _table(baseline, names), _table(run, names)
    difference = after - before
    resampled = resampled_means(difference, seed=seed)
    paired = ~np.isnan(difference)
    for column, name in enumerate(names):
        pairs, measure = paired[:, column], BY_NAME[name]
        if not (measure.shown_at_zero or before[pairs, column].any() or after[pairs, column].any()):
            continue
        low, high = bounds(resampled[:, column])
        yield Difference(
            metric=name,
            n=int(pairs.sum()),
            baseline=_mean(before[pairs, column]),
            run=_mean(after[pairs, column]),
            difference=_mean(difference[pairs, column]),
            low=round(low, _DIGITS),
            high=round(high, _DIGITS),
            comparable=timed_alike or measure.unit != "seconds",
        )


def _table(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[row.get(name, np.nan) for name in names] for row in rows])


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), _DIGITS)


def _differing(configs: Sequence[RunConfig]) -> Iterator[Setting]:
    found = [settings_of(config) for config in configs]
    for name in dict.fromkeys(name for settings in found for name in settings):
        in_full = {json.dumps(each[name]) if name in each else None for each in found}
        if len(in_full) > 1:
            values = [setting_shown(each[name]) if name in each else None for each in found]
            yield Setting(name=clean(name), values=tuple(values))

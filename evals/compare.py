"""Runs of the same questions side by side: what differs, by how much, and how surely."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ..agent.cli.wording import clean
from ..errors import RunDirectoryError
from .catalogue import MEASURES
from .config import RunConfig
from .predictions import Prediction
from .report import settings_shown
from .resampling import bounds, resampled_means
from .run_directory import Run
from .scoring import is_right, scores
from .summary import summarised

_DIGITS = 6
_NAMED = 5
_FEWEST = 10


class Difference(BaseModel):
    """How a run and the baseline differ in one metric, question by question.

    Attributes:
        metric: Its name.
        n: Number of questions to which it applies in both runs.
        baseline: The baseline's mean over these.
        run: The run's.
        difference: Mean of what the run has over the baseline.
        low: Lower bound of its 95 % bootstrap interval.
        high: Upper bound.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    n: int
    baseline: float
    run: float
    difference: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero; it says too little about a few questions."""
        return self.n >= _FEWEST and (self.low > 0 or self.high < 0)


class ComparedRun(BaseModel):
    """One of the runs.

    Attributes:
        name: Its name, unlike that of any other.
        left_out: How many of its questions some other run lacks.
        metrics: Its figures over the questions that all share.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    left_out: int
    metrics: dict[str, Any]


class Contrast(BaseModel):
    """A run against the baseline.

    Attributes:
        name: Name of the run.
        gained: Questions that it has right and the baseline wrong, by exact match.
        lost: Questions that it has wrong and the baseline right.
        differences: The metrics, in the order in which they are shown.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    gained: int
    lost: int
    differences: tuple[Difference, ...]


class Setting(BaseModel):
    """A setting in which the runs differ.

    Attributes:
        name: Its name.
        values: What it is in each run; none where it is not there.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    values: tuple[str | None, ...]


class Comparison(BaseModel):
    """What comparing runs came to.

    Attributes:
        dataset: Name of the baseline's questions.
        n: How many questions all runs share; nothing else is compared.
        runs: The runs, the baseline first.
        contrasts: Each other run against the baseline.
        settings: What is configured differently.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    n: int
    runs: tuple[ComparedRun, ...]
    contrasts: tuple[Contrast, ...]
    settings: tuple[Setting, ...]

    @property
    def baseline(self) -> ComparedRun:
        """The run that the others are compared with."""
        return self.runs[0]


def compared(runs: Sequence[Run], *, seed: int = 0) -> Comparison:
    """Compare runs with the first of them, over the questions that all of them share.

    Differences are taken question by question, and their intervals are percentile bootstrap
    intervals of these (Efron, 1979): what is hard for both runs does not blur them.

    Args:
        runs: At least two.
        seed: Seed of the resampling.

    Raises:
        RunDirectoryError: If there are fewer than two, if they share no question, or if an id
            stands for different questions.
    """
    if len(runs) < 2:
        raise RunDirectoryError("a comparison takes two runs or more; name another one")
    names = _distinct([run.name for run in runs])
    by_id = [{each.id: each for each in run.predictions} for run in runs]
    shared = _shared(by_id, names)
    columns = [[predictions[id] for id in shared] for predictions in by_id]
    return Comparison(
        dataset=runs[0].config.dataset.name,
        n=len(shared),
        runs=tuple(
            ComparedRun(
                name=name,
                left_out=len(run.predictions) - len(shared),
                metrics=summarised(column, seed=seed),
            )
            for name, run, column in zip(names, runs, columns, strict=True)
        ),
        contrasts=tuple(
            _contrast(name, columns[0], column, seed)
            for name, column in zip(names[1:], columns[1:], strict=True)
        ),
        settings=tuple(_differing([run.config for run in runs])),
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


def _contrast(
    name: str, baseline: Sequence[Prediction], run: Sequence[Prediction], seed: int
) -> Contrast:
    pairs = list(zip(map(is_right, baseline), map(is_right, run), strict=True))
    before, after = [scores(each) for each in baseline], [scores(each) for each in run]
    return Contrast(
        name=name,
        gained=pairs.count((False, True)),
        lost=pairs.count((True, False)),
        differences=tuple(_differences(before, after, seed)),
    )


def _differences(
    baseline: Sequence[Mapping[str, float]], run: Sequence[Mapping[str, float]], seed: int
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
        pairs = paired[:, column]
        if name == "tokens" and not (before[:, column].any() or after[:, column].any()):
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
        )


def _table(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[row.get(name, np.nan) for name in names] for row in rows])


def _mean(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), _DIGITS)


def _differing(configs: Sequence[RunConfig]) -> Iterator[Setting]:
    shown = [dict(settings_shown(config)) for config in configs]
    for name in dict.fromkeys(name for settings in shown for name in settings):
        values = tuple(settings.get(name) for settings in shown)
        if len(set(values)) > 1:
            yield Setting(name=clean(name), values=values)

"""What a comparison of runs holds: the content of ``comparison.json``."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from .config import TIMING

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
        comparable: Whether the difference says anything; seconds do only where both runs had
            the same engine, workers and machine.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    n: int
    baseline: float
    run: float
    difference: float
    low: float
    high: float
    comparable: bool

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero; it says too little about a few questions."""
        return self.comparable and self.n >= _FEWEST and (self.low > 0 or self.high < 0)


class ComparedRun(BaseModel):
    """One of the runs.

    Attributes:
        name: Its name, unlike that of any other.
        questions: How many questions it has.
        done: How many of them something has come of; fewer if it is unfinished.
        left_out: How many of these some other run lacks.
        metrics: Its figures over the questions that all share.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    questions: int
    done: int
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
        notes: What is to be kept in mind, in sentences.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    n: int
    runs: tuple[ComparedRun, ...]
    contrasts: tuple[Contrast, ...]
    settings: tuple[Setting, ...]
    notes: tuple[str, ...]

    @property
    def baseline(self) -> ComparedRun:
        """The run that the others are compared with."""
        return self.runs[0]

    @property
    def timing(self) -> tuple[Setting, ...]:
        """Settings that differ and make seconds incomparable."""
        return timing(self.settings)


def timing(settings: Sequence[Setting]) -> tuple[Setting, ...]:
    """Return those of the settings on which seconds hang."""
    return tuple(each for each in settings if each.name.partition(".")[0] in TIMING)

"""Measures of answers and rankings, and how sure one can be of their means."""

import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np

from .resampling import RESAMPLES, bounds, drawn

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalized(text: str) -> str:
    """Return the text as SQuAD compares it: lower case, no punctuation, articles or spare space.

    After the evaluation script of Rajpurkar et al., 2016 (arXiv:1606.05250).
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str | None, answers: Sequence[str]) -> float:
    """Return 1.0 if the prediction equals one of the answers after normalisation, else 0.0."""
    return _best(prediction, answers, lambda left, right: float(left == right))


def f1(prediction: str | None, answers: Sequence[str]) -> float:
    """Return the best token F1 of the prediction with one of the answers, in [0, 1]."""
    return _best(prediction, answers, _token_f1)


def cover_em(prediction: str | None, answers: Sequence[str]) -> float:
    """Return 1.0 if the prediction contains one of the answers after normalisation, else 0.0.

    Contains as a string does, as usual with this measure: "no" is in "Norway".
    """
    return _best(prediction, answers, lambda left, right: float(bool(right) and right in left))


def recall_at(k: int, ranked: Sequence[str], gold: Sequence[str | Collection[str]]) -> float:
    """Return the share of the gold items among the first ``k`` distinct ranked ones.

    Args:
        k: How many ranked items count.
        ranked: The ranking, best first; repeated items count once.
        gold: What should be found; where an item is several, any of them will do.

    Raises:
        ValueError: If there is no gold item, for then recall is not defined.
    """
    if not gold:
        raise ValueError("recall needs at least one gold item")
    first = set(list(dict.fromkeys(ranked))[:k])
    found = [first.intersection([item] if isinstance(item, str) else item) for item in gold]
    return sum(map(bool, found)) / len(gold)


class Estimate(NamedTuple):
    """A mean with the bounds of its confidence interval."""

    mean: float
    low: float
    high: float


def bootstrap(
    values: Sequence[float], *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """Return the mean with its percentile bootstrap interval (Efron, 1979).

    For a paired comparison give the differences, one a question.

    Raises:
        ValueError: If there are no values.
    """
    if not values:
        raise ValueError("a mean needs at least one value")
    data = np.asarray(values, dtype=np.float64)
    means = [data[rows].mean(axis=1) for rows in drawn(len(data), seed=seed, resamples=resamples)]
    return Estimate(float(data.mean()), *bounds(np.concatenate(means), level))


def _best(
    prediction: str | None, answers: Sequence[str], measure: Callable[[str, str], float]
) -> float:
    if prediction is None or not answers:
        return 0.0
    said = normalized(prediction)
    return max(measure(said, normalized(answer)) for answer in answers)


def _token_f1(prediction: str, answer: str) -> float:
    said, wanted = prediction.split(), answer.split()
    if not said or not wanted:
        return float(said == wanted)
    common = (Counter(said) & Counter(wanted)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(said), common / len(wanted)
    return 2 * precision * recall / (precision + recall)

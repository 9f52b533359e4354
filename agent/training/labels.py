"""Labels of steps, inferred from how runs through them end.

A step's value is the chance that a run which has come so far ends with the right answer. No one
marks steps: their values are shares of right rollouts (Math-Shepherd, Wang et al. 2024), looked for
by bisection in a run that ended wrong (OmegaPRM, Luo et al. 2024, section 3.2), or, where there are
no rollouts, follow from the end of the run and how far it is away (ReST-MCTS*, Zhang et al. 2024).
"""

import re
import string
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)

ShareAt = Callable[[int], Awaitable[float]]
"""Rolls out from the first steps of a run and returns the share that ended right."""


def is_right(answer: str | None, gold: Sequence[str]) -> bool:
    """Whether an answer is a right one, or holds its words among at most three more.

    Answers are compared as SQuAD does: in lower case, without punctuation and articles.
    """
    if answer is None:
        return False
    said = _words(answer)
    for each in gold:
        wanted = _words(each)
        starts = range(len(said) - len(wanted) + 1)
        holds = any(said[at : at + len(wanted)] == wanted for at in starts)
        if wanted and holds and len(said) <= len(wanted) + 3:
            return True
    return False


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


async def rolled_out(steps: int, right: bool, share_at: ShareAt) -> list[float | None]:
    """Return the value of each step of a run, by rollouts from what comes before its end.

    After a run that ended right every step is rolled out from. In one that ended wrong the first
    step from which no rollout ends right is bisected for: it and what follows are worth nothing,
    and steps before it that the search passed over stay unknown.

    Args:
        steps: How many steps the run has; at least one.
        right: Whether it ended right, which is the value of its last step.
        share_at: Asked for some numbers of first steps, from 1 to one less than there are.
    """
    values: list[float | None] = [None] * steps
    values[-1] = float(right)
    if right:
        for count in range(1, steps):
            values[count - 1] = await share_at(count)
        return values
    alive, dead = 0, steps
    while dead - alive > 1:
        middle = (alive + dead) // 2
        values[middle - 1] = share = await share_at(middle)
        if share > 0:
            alive = middle
        else:
            dead = middle
    values[dead - 1 :] = [0.0] * (steps - dead + 1)
    return values


def inferred(steps: int, right: bool) -> list[float | None]:
    """Return the value of each step of a run of which only the end is known.

    ReST-MCTS*: V = max(0, V' + (1 − V')·s/m) with V' the value before the step, m the fewest steps
    from it to a right end, itself included, and s 1 if there is such an end, else −1. Of a single
    run that is a rise to 1 in equal steps, or 0 throughout.
    """
    values: list[float | None] = []
    before = 0.0
    for left in range(steps, 0, -1):
        before = max(0.0, before + (1 - before) * (1 if right else -1) / left)
        values.append(before)
    return values


class Weight(NamedTuple):
    """How much a step counts: as far as it is good, and as far as it is bad."""

    good: float
    bad: float


def balanced(values: Sequence[float], questions: Sequence[str]) -> list[Weight]:
    """Return weights by which good and bad count the same in all, and each question does in each.

    ReARTeR (Sun et al. 2025) balances by leaving examples out; weights lose none.

    Args:
        values: The values of the steps; a step is as much good as its value, and bad as the rest.
        questions: The question of each.
    """
    counts = Counter(questions)
    shares = [1 / counts[question] for question in questions]
    good = sum(share * value for share, value in zip(shares, values, strict=True))
    half = len(values) / 2
    as_good, as_bad = (half / each if each > 0 else 0.0 for each in (good, len(counts) - good))
    return [
        Weight(share * value * as_good, share * (1 - value) * as_bad)
        for share, value in zip(shares, values, strict=True)
    ]

"""The order in which a run ranks the passages it found."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from ..tools.passages import Passage
from .plan import Plan
from .steps import Step

TRUSTED = 0.7
"""Least verdict of a step whose quotes go before everything else.

Chosen with the order below on 240 training questions of 2WikiMultihopQA and MuSiQue.
"""


def ordered_evidence(
    plan: Plan,
    steps: Mapping[str, Step],
    evidence: Mapping[str, Passage],
    overview: Sequence[str],
) -> tuple[Passage, ...]:
    """Return the passages found, most useful for the question first.

    What trusted steps quote comes first, in plan order, since it carries the answer. Then the
    overview and the steps' own rankings are dealt out in turn: the one does not depend on how the
    question was split, the others hold what only a split finds.
    """
    done = [steps[sub.id] for sub in plan.in_order() if sub.id in steps]
    trusted = [step for step in done if step.verdict and step.verdict.score >= TRUSTED]
    quoted = [quote.passage_id for step in trusted for quote in step.answer.quotes]
    ranked = _dealt(*([each.passage_id for each in step.reading.ranking] for step in done))
    ids = dict.fromkeys([*quoted, *_dealt(overview, ranked)])
    return tuple(evidence[id] for id in ids if id in evidence)


def _dealt(*rankings: Iterable[str]) -> list[str]:
    """The first of each ranking, then the second of each, and so on."""
    return [id for turn in zip_longest(*rankings) for id in turn if id is not None]

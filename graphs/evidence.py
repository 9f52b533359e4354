"""The order in which a run ranks the passages it found."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from ..tools.passages import Passage
from .plan import Plan
from .steps import Step


def ordered_evidence(
    plan: Plan,
    steps: Mapping[str, Step],
    evidence: Mapping[str, Passage],
    overview: Sequence[str] = (),
) -> tuple[Passage, ...]:
    """Return the passages found, most useful for the question first.

    What the steps quote comes first, in plan order, since it carries the answer; then the steps'
    rankings are dealt out in turn, so that every hop has its best passages near the top.
    """
    done = [steps[sub.id] for sub in plan.in_order() if sub.id in steps]
    quoted = [quote.passage_id for step in done for quote in step.answer.quotes]
    dealt = [
        ranked.passage_id
        for rank in zip_longest(*(step.reading.ranking for step in done))
        for ranked in rank
        if ranked is not None
    ]
    ids = dict.fromkeys([*quoted, *overview, *dealt])
    return tuple(evidence[id] for id in ids if id in evidence)

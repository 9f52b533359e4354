"""Planning: the split at first, one other way where a chain broke, nothing where all is known."""

import re
from collections.abc import Mapping

from ....graphs.plan import REFERENCE, Plan, SubQuestion, missing_from
from ....graphs.protocols import PlanRequest, Proposal
from ....graphs.steps import Step
from .chains import split_chain
from .comparisons import split_comparison
from .intersections import split_intersection
from .wording import as_description

_EXTENSION = "x1"


def split(question: str) -> tuple[SubQuestion, ...]:
    """Return the sub-questions of a question; itself alone where no rule is sure."""
    return (
        split_comparison(question)
        or split_intersection(question)
        or split_chain(question)
        or whole(question)
    )


def whole(question: str) -> tuple[SubQuestion, ...]:
    """Return the plan that asks the question as it stands."""
    # Braces would read as references to other sub-questions.
    text = re.sub(r"[{}]", " ", question).strip()[:2_000] or "?"
    return (SubQuestion(id="q1", text=text),)


def proposals(request: PlanRequest) -> tuple[Proposal, ...]:
    """Return ways to begin or to go on, best first."""
    plan, most = request.plan, request.most
    if not plan.sub_questions:
        ways = dict.fromkeys((split(_bare(request.question)), whole(request.question)))
        return tuple(Proposal(sub_questions=way[:most]) for way in ways)[: max(1, request.limit)]
    left = unasked(request.question, plan) if most is not None else ()
    more = left[:most] or around_the_break(request.question, plan, request.steps)
    return (Proposal(sub_questions=more),)


def unasked(question: str, plan: Plan) -> tuple[SubQuestion, ...]:
    """Return those sub-questions of a question's split that a plan lacks, fitted to it.

    A plan that shares nothing with the split was made by someone else and is left alone.
    """
    ways = split(_bare(question))
    missing = missing_from(plan, ways)
    if plan.sub_questions and len(missing) == len(ways):
        return ()
    return tuple(missing.values())


def around_the_break(
    question: str, plan: Plan, steps: Mapping[str, Step]
) -> tuple[SubQuestion, ...]:
    """Ask the sink with its broken chain described in words instead of answered, once."""
    taken = {sub.id for sub in plan.sub_questions}
    sinks = plan.sinks()
    if any(id.startswith(_EXTENSION) for id in taken) or len(sinks) != 1:
        return ()
    sink = sinks[0]
    step = steps.get(sink.id)
    if step is not None and step.answer.text is not None:
        return ()
    if sink.kind == "reason":
        return ()
    text = _described(sink, plan, steps)
    if text == sink.text or (step is not None and text == step.text):
        text = re.sub(r"[{}]", " ", question).strip()[:2_000]
    if not text or any(text == sub.text for sub in plan.sub_questions):
        return ()
    return (SubQuestion(id=_EXTENSION, text=text),)


def _bare(question: str) -> str:
    return re.sub(r"[{}]", " ", question)[:1_500]


def _described(sink: SubQuestion, plan: Plan, steps: Mapping[str, Step]) -> str:
    text = sink.text
    for _ in plan.sub_questions:
        text = REFERENCE.sub(lambda match: _named(match[1], plan, steps), text)
    return REFERENCE.sub("it", text)


def _named(id: str, plan: Plan, steps: Mapping[str, Step]) -> str:
    step = steps.get(id)
    if step is not None and step.answer.text is not None:
        return step.answer.text
    try:
        return as_description(plan[id].text)
    except KeyError:
        return "it"

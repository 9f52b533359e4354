"""Planning: the split at first, one other way where a chain broke, nothing where all is known."""

import re

from ....graphs.plan import REFERENCE, SubQuestion
from ....graphs.protocols import PlanRequest, Proposal
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
    if not request.plan.sub_questions:
        question = re.sub(r"[{}]", " ", request.question)[:1_500]
        ways = dict.fromkeys((split(question), whole(request.question)))
        return tuple(Proposal(sub_questions=way) for way in ways)[: max(1, request.limit)]
    extension = _around_the_break(request)
    return (Proposal(sub_questions=(extension,) if extension else ()),)


def _around_the_break(request: PlanRequest) -> SubQuestion | None:
    """Ask the sink with its broken chain described in words instead of answered, once."""
    plan, steps = request.plan, request.steps
    taken = {sub.id for sub in plan.sub_questions}
    sinks = plan.sinks()
    if _EXTENSION in taken or len(sinks) != 1:
        return None
    sink = sinks[0]
    step = steps.get(sink.id)
    if step is not None and step.answer.text is not None:
        return None
    if sink.kind == "reason":
        return None
    text = _described(sink, request)
    if text == sink.text or (step is not None and text == step.text):
        text = re.sub(r"[{}]", " ", request.question).strip()[:2_000]
    if not text or any(text == sub.text for sub in plan.sub_questions):
        return None
    return SubQuestion(id=_EXTENSION, text=text)


def _described(sink: SubQuestion, request: PlanRequest) -> str:
    text = sink.text
    for _ in request.plan.sub_questions:
        text = REFERENCE.sub(lambda match: _named(match[1], request), text)
    return REFERENCE.sub("it", text)


def _named(id: str, request: PlanRequest) -> str:
    step = request.steps.get(id)
    if step is not None and step.answer.text is not None:
        return step.answer.text
    try:
        return as_description(request.plan[id].text)
    except KeyError:
        return "it"

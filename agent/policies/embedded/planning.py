"""Planning: the split at first, one other way where a chain broke, nothing where all is known."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from ....graphs.plan import REFERENCE, Plan, SubQuestion, missing_from
from ....graphs.protocols import PlanRequest, Proposal
from ....graphs.steps import Step
from .chains import split_chain
from .comparisons import split_comparison
from .intersections import split_intersection
from .phrases import described
from .questions import framed
from .splitting import Splitter
from .wording import as_description

_EXTENSION = "x1"


def split(question: str, splitter: Splitter | None = None) -> tuple[SubQuestion, ...]:
    """Return the sub-questions of a question; itself alone where nothing of it is asked first.

    Args:
        question: The question, without braces.
        splitter: The trained splitter; without it chains are found by rule alone.
    """
    return next(splits(question, splitter))


def splits(question: str, splitter: Splitter | None = None) -> Iterator[tuple[SubQuestion, ...]]:
    """Yield the ways to split a question, the best first and the question itself last.

    Args:
        question: The question, without braces.
        splitter: See `split`.
    """
    if compared := split_comparison(question) or split_intersection(question):
        yield compared
    chain = split_chain(question)
    by_rules_first = chain and _of_known_form(question)
    if by_rules_first:
        yield chain
    if splitter is not None and (learnt := splitter.split(question)):
        yield learnt
    if chain and not by_rules_first:
        yield chain
    yield whole(question)


def _of_known_form(question: str) -> bool:
    """Whether rules know the relation asked for and the description that it is asked of.

    They split those without fail; what else they split, they split by rules of thumb.
    """
    frame = framed(question)
    return frame is not None and described(frame[1]) is not None


def whole(question: str) -> tuple[SubQuestion, ...]:
    """Return the plan that asks the question as it stands."""
    # Braces would read as references to other sub-questions.
    text = re.sub(r"[{}]", " ", question).strip()[:2_000] or "?"
    return (SubQuestion(id="q1", text=text),)


def proposals(request: PlanRequest, splitter: Splitter | None = None) -> tuple[Proposal, ...]:
    """Return ways to begin or to go on, best first.

    Args:
        request: What stands.
        splitter: See `split`.
    """
    plan, most = request.plan, request.most
    if not plan.sub_questions:
        ways = (way[:most] for way in splits(_bare(request.question), splitter))
        unlike = islice(_once(ways), max(1, request.limit))
        return tuple(Proposal(sub_questions=way) for way in unlike)
    left = unasked(request.question, plan, splitter) if most is not None else ()
    more = left[:most] or around_the_break(request.question, plan, request.steps)
    return (Proposal(sub_questions=more),)


def _once(ways: Iterable[tuple[SubQuestion, ...]]) -> Iterator[tuple[SubQuestion, ...]]:
    seen = set()
    for way in ways:
        if way not in seen:
            seen.add(way)
            yield way


def unasked(question: str, plan: Plan, splitter: Splitter | None = None) -> tuple[SubQuestion, ...]:
    """Return those sub-questions of a question's split that a plan lacks, fitted to it.

    A plan that shares nothing with the split was made by someone else and is left alone.

    Args:
        question: The question.
        plan: What is asked already.
        splitter: See `split`.
    """
    ways = split(_bare(question), splitter)
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

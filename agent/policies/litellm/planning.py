"""Plans: what the planner is told, and what its output stands for."""

from collections.abc import Sequence

from pydantic import ValidationError

from ....errors import PlanError
from ....graphs.plan import REFERENCE, Plan, SubQuestion
from ....graphs.protocols import ChainRequest, PlanRequest, Proposal
from .structured import UnusableOutput
from .wire import PlannedQuestion, PlanOutput

MOST_AT_ONCE = 8
"""How many sub-questions may be added in one round."""


def proposal_of(
    output: PlanOutput, plan: Plan, *, recall: bool, most: int = MOST_AT_ONCE
) -> Proposal:
    """Return the proposal that an output stands for, fitted to the plan so far.

    Ids that the plan has are renamed, parents that the text refers to are added, and what the
    model may not recall is searched for instead.

    Raises:
        UnusableOutput: If the plan would not be a graph of known sub-questions.
    """
    planned = output.sub_questions[:most]
    if not planned and not plan.sub_questions:
        raise UnusableOutput("sub_questions is empty; the first plan needs at least one")
    asked = {_normalised(sub.text) for sub in plan.sub_questions}
    try:
        added = fitted(planned, plan, recall=recall)
    except (PlanError, ValidationError) as error:
        raise UnusableOutput(str(error)) from None
    if repeated := [sub.text for sub in added if _normalised(sub.text) in asked]:
        raise UnusableOutput(f"{repeated[0]!r} was asked before: ask something else, or stop")
    return Proposal(sub_questions=tuple(added))


def fitted(planned: Sequence[PlannedQuestion], plan: Plan, *, recall: bool) -> list[SubQuestion]:
    """Return what a model planned as sub-questions that extend a plan; see `proposal_of`.

    Raises:
        PlanError: If they do not.
        ValidationError: If one is none.
    """
    known = {sub.id for sub in plan.sub_questions}
    taken = known | {each.id for each in planned}
    names = {each.id: _free(taken) for each in planned if each.id in known}
    added = [_sub_question(each, names, recall) for each in planned]
    plan.extended(added)
    return added


def overview_of(request: PlanRequest, most: int) -> list[dict[str, str]]:
    """Return the first passages found for the whole question, for the first plan only."""
    if request.plan.sub_questions:
        return []
    first = list(request.evidence.values())[:most]
    return [{"title": passage.title, "text": passage.text} for passage in first]


def findings_of(request: PlanRequest | ChainRequest) -> list[dict[str, object]]:
    """Return what is known of the sub-questions so far."""
    return [
        {
            "id": sub.id,
            "question": step.text,
            "answer": step.answer.text,
            "status": step.status,
            "recalled": step.answer.recalled,
        }
        for sub in request.plan.in_order()
        if (step := request.steps.get(sub.id)) is not None
    ]


def _sub_question(planned: PlannedQuestion, names: dict[str, str], recall: bool) -> SubQuestion:
    references: Sequence[str] = REFERENCE.findall(planned.question)
    text = REFERENCE.sub(lambda match: "{" + names.get(match[1], match[1]) + "}", planned.question)
    kind, answer = planned.kind, planned.answer
    parents = dict.fromkeys(names.get(id, id) for id in (*planned.needs, *references))
    if kind == "recall" and not (recall and answer):
        kind = "search"
    if kind == "reason" and not parents:
        kind = "search"
    return SubQuestion(
        id=names.get(planned.id, planned.id),
        text=" ".join(text.split()),
        parents=tuple(parents),
        kind=kind,
        answer=answer if kind == "recall" else None,
    )


def _normalised(text: str) -> str:
    return " ".join(text.casefold().split())


def _free(taken: set[str]) -> str:
    number = len(taken) + 1
    while f"q{number}" in taken:
        number += 1
    taken.add(f"q{number}")
    return f"q{number}"

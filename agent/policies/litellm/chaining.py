"""Chains: what an output with draft answers stands for."""

from pydantic import ValidationError

from ....errors import PlanError
from ....graphs.plan import Plan
from ....graphs.protocols import DraftedQuestion
from ....graphs.steps import StepAnswer
from .planning import MOST_AT_ONCE, fitted
from .structured import UnusableOutput
from .wire import ChainOutput


def chain_of(output: ChainOutput, plan: Plan, *, recall: bool) -> list[DraftedQuestion]:
    """Return the links that an output stands for, fitted to those that stand.

    Args:
        output: What the model wrote.
        plan: The links that stand.
        recall: Whether what the model thinks may be used at all.

    Raises:
        UnusableOutput: If the links would not be a graph of known sub-questions.
    """
    planned = output.links[:MOST_AT_ONCE]
    if not planned and not plan.sub_questions:
        raise UnusableOutput("links is empty; the first chain needs at least one")
    try:
        added = fitted(planned, plan, recall=False)
    except (PlanError, ValidationError) as error:
        raise UnusableOutput(str(error)) from None
    drafts = [
        StepAnswer(text=" ".join(link.answer.split()), confidence=link.confidence, recalled=True)
        if recall and link.answer
        else StepAnswer()
        for link in planned
    ]
    return [
        DraftedQuestion(sub_question=sub, draft=draft)
        for sub, draft in zip(added, drafts, strict=True)
    ]

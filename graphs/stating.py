"""The plainest way to write an answer: what each sub-question came to, one after the other."""

from collections.abc import Mapping

from .plan import Plan
from .protocols import CitedSentence, Draft
from .steps import Step


def stated(plan: Plan, steps: Mapping[str, Step]) -> Draft:
    """Return each step's answer with its quotes; that of the last sink is the short answer.

    It takes no time and no model, so it is always left when the budget is not.
    """
    known = [
        step
        for sub in plan.in_order()
        if (step := steps.get(sub.id)) is not None and step.answer.text is not None
    ]
    sinks = plan.sinks()
    last = steps.get(sinks[-1].id) if sinks else None
    return Draft(
        short_answer=last.answer.text if last else None,
        sentences=tuple(
            CitedSentence(
                text=f"{step.text} {step.answer.text}",
                quotes=step.answer.quotes,
                recalled=step.answer.recalled,
            )
            for step in known
        ),
    )

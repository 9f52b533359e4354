"""Sub-questions in plain words, where an answer that they need was never found."""

from collections.abc import Mapping

from .plan import REFERENCE, Plan
from .steps import Step


def described(text: str, plan: Plan, steps: Mapping[str, Step]) -> str:
    """Return a text with each reference replaced by the answer, or else by words for it.

    Args:
        text: A sub-question or a query; ``{q1}`` in it becomes “the answer of “Who …?”” where
            ``q1`` has no answer.
        plan: The sub-questions referred to.
        steps: What came of them, by id.
    """
    asked = {sub.id: sub.text for sub in plan.sub_questions}
    asked |= {id: step.sub_question.text for id, step in steps.items()}

    def in_words(id: str, reference: str) -> str:
        step = steps.get(id)
        if step is not None and step.answer.text is not None:
            return step.answer.text
        return f"the answer of “{filled(asked[id])}”" if id in asked else reference

    def filled(words: str) -> str:
        return REFERENCE.sub(lambda match: in_words(match[1], match[0]), words)

    return filled(text)

"""The moves of a search over steps: the workflow's own."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..plan import SubQuestion
from ..steps import StepAnswer


class Move(BaseModel):
    """One way to go on from a state.

    Attributes:
        kind: ``ask`` adds sub-questions and researches them; ``reword`` searches for one again in
            other words; ``reread`` takes another answer that its passages give, from another
            sentence or passage; ``answer`` ends with what is known.
        sub_questions: What is asked; only for that kind.
        drafts: What the policy thinks their answers are, by id, where it said so.
        id: The sub-question that is worked on again, for ``reword`` and ``reread``.
        answer: The answer taken instead; only for ``reread``.
        text: What a reader is shown of the move.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["ask", "reword", "reread", "answer"]
    sub_questions: tuple[SubQuestion, ...] = ()
    drafts: tuple[tuple[str, StepAnswer], ...] = ()
    id: str | None = None
    answer: StepAnswer | None = None
    text: str = ""

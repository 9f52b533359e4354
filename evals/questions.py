"""The question of a data set, with the gold that only scoring sees."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Paragraph(BaseModel):
    """A paragraph that comes with a question, gold or distractor.

    Attributes:
        id: The same for equal title and text, in every question.
        title: Title of the document it is from.
        text: The paragraph.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    text: str


class EvalQuestion(BaseModel):
    """A question with its gold.

    Attributes:
        id: Unique in its data set.
        question: What is asked.
        answers: The gold answer and its aliases, any of which is right; none where the right
            thing to do is to abstain.
        answerable: Whether there is an answer.
        type: Kind of question, as the data set names it.
        hops: How many facts it takes, where the data set tells.
        gold: The passages that hold those facts, each as the keys of which any will do.
        gold_by: Whether the keys are document ids or titles.
        paragraphs: What the data set gives to read for this question, if it does.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    answers: tuple[str, ...]
    answerable: bool = True
    type: str | None = None
    hops: int | None = Field(default=None, ge=1)
    gold: tuple[tuple[str, ...], ...] = ()
    gold_by: Literal["id", "title"] = "title"
    paragraphs: tuple[Paragraph, ...] = ()

    @model_validator(mode="after")
    def _has_answers_if_answerable(self) -> "EvalQuestion":
        if self.answerable != bool(self.answers):
            raise ValueError(
                "no gold answer is given"
                if self.answerable
                else "it has gold answers and is said to be unanswerable"
            )
        return self

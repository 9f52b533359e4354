"""The answer a run ends with, every claim of it leading back to a passage."""

from pydantic import BaseModel, ConfigDict, Field

from ..tools.passages import Passage
from .budget import Usage
from .plan import Plan
from .steps import Step, Verdict

RECALLED_MARK = "[own knowledge, not found]"
"""How a sentence that rests on the policy's own knowledge is marked in plain text."""


class AnswerSentence(BaseModel):
    """One sentence of an answer.

    Attributes:
        text: The sentence.
        citations: Numbers of the citations that support it.
        recalled: Whether it rests, in part or whole, on what a model knows or made up, which no
            source supports.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    citations: tuple[int, ...] = ()
    recalled: bool = False


class Citation(BaseModel):
    """A quote that supports a sentence; the passage holds it verbatim.

    Attributes:
        number: What the sentences call it; quotes of one passage share a number.
        passage: The passage quoted.
        quote: The exact span.
        start: Offset of the span in the passage's text, in characters.
    """

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1)
    passage: Passage
    quote: str
    start: int

    @property
    def source(self) -> str:
        """Address of the document quoted."""
        return self.passage.source


class Answer(BaseModel):
    """What came of a question.

    Attributes:
        question: The question asked.
        short_answer: The answer in as few words as possible; None if abstained.
        sentences: The answer explained, or in plain words why there is none.
        citations: What the sentences cite, numbered from 1 in order of first use.
        abstained: Whether the evidence gave no answer.
        plan: The plan as it ended.
        steps: What came of each sub-question, in plan order.
        evidence: The passages found, most useful for the question first.
        usage: What the run spent.
        stopped_by: The budget's limit that ended the search early, if one did.
        thread_id: Under which the run is saved, if it is.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    short_answer: str | None
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    abstained: bool
    plan: Plan
    steps: tuple[Step, ...]
    evidence: tuple[Passage, ...]
    usage: Usage
    stopped_by: str | None = None
    thread_id: str | None = None

    @property
    def text(self) -> str:
        """The sentences in one line, each with its citation numbers in brackets."""
        return " ".join(
            sentence.text
            + "".join(f" [{number}]" for number in sentence.citations)
            + (f" {RECALLED_MARK}" if sentence.recalled else "")
            for sentence in self.sentences
        )

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The critic's word on each step that has one, by sub-question id."""
        return {
            step.sub_question.id: step.verdict for step in self.steps if step.verdict is not None
        }

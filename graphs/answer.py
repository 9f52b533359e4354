"""The answer a run ends with, every claim of it leading back to a passage."""

from pydantic import BaseModel, ConfigDict, Field

from ..tools.passages import Passage
from .budget import Usage
from .chain_tree import ChainTree
from .plan import Plan
from .steps import Step, Verdict
from .tree_search.record import TreeRecord

RECALLED_MARK = "[own knowledge, not found]"
"""How a sentence that rests on the policy's own knowledge is marked in plain text."""

WEAK_MARK = "[weakly supported]"
"""How a sentence is marked that its quotes support too little."""


class AnswerSentence(BaseModel):
    """One sentence of an answer.

    Attributes:
        text: The sentence.
        citations: Numbers of the citations that support it.
        recalled: Whether it rests, in part or whole, on what a model knows or made up, which no
            source supports.
        support: The chance, in [0, 1], that its quotes support it; None where it quotes nothing or
            nothing checks that.
        weak: Whether that is too little, and the sentence stays only because the answer rests on
            it.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    citations: tuple[int, ...] = ()
    recalled: bool = False
    support: float | None = None
    weak: bool = False

    @property
    def marks(self) -> tuple[str, ...]:
        """What to warn of behind the sentence, in brackets."""
        marks = ((WEAK_MARK, self.weak), (RECALLED_MARK, self.recalled))
        return tuple(mark for mark, applies in marks if applies)


class Conflict(BaseModel):
    """A sub-question to which sources give different answers.

    Attributes:
        id: The sub-question.
        answers: The answer that was taken, then those that contradict it.
        citations: For each of them the numbers of the citations that state it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    answers: tuple[str, ...]
    citations: tuple[tuple[int, ...], ...]


class Citation(BaseModel):
    """A quote that supports a sentence; the passage holds it verbatim.

    Attributes:
        number: What the sentences call it; all quotes of one source share a
            number, whichever passage of it holds them.
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
        sentences: The answer explained, or in plain words why there is none; then on what sources
            disagree.
        citations: What the sentences cite, numbered from 1 in order of first use.
        conflicts: The sub-questions to which sources give different answers.
        abstained: Whether the evidence gave no answer.
        plan: The plan as it ended.
        steps: What came of each sub-question, in plan order.
        evidence: The passages found, most useful for the question first.
        usage: What the run spent.
        stopped_by: The budget's limit that ended the search early, if one did.
        tree: Every chain that was tried, where the workflow grows a tree of them.
        search_tree: Every state that was tried, where the expansion searches a tree of them.
        thread_id: Under which the run is saved, if it is.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    short_answer: str | None
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...] = ()
    abstained: bool
    plan: Plan
    steps: tuple[Step, ...]
    evidence: tuple[Passage, ...]
    usage: Usage
    stopped_by: str | None = None
    tree: ChainTree | None = None
    search_tree: TreeRecord | None = None
    thread_id: str | None = None

    @property
    def text(self) -> str:
        """The sentences in one line, each with its citation numbers and marks in brackets."""
        return " ".join(
            " ".join(
                [sentence.text, *(f"[{number}]" for number in sentence.citations), *sentence.marks]
            )
            for sentence in self.sentences
        )

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The critic's word on each step that has one, by sub-question id."""
        return {
            step.sub_question.id: step.verdict for step in self.steps if step.verdict is not None
        }

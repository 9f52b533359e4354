"""What came of one question: a line of ``predictions.jsonl``."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from ..graphs.answer import AnswerSentence, Citation
from ..graphs.budget import Usage
from ..graphs.chain_tree import ChainTree
from ..graphs.steps import Step, Verdict
from ..graphs.tree_search.record import TreeRecord
from ..tools.passages import Passage


class Failure(BaseModel):
    """Why a question has no answer, not even an abstention.

    Attributes:
        kind: Name of the error, such as ``SearchUnavailable``.
        message: What happened.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    message: str


class Outcome(BaseModel):
    """What the agent made of one question; made without any sight of the gold.

    Attributes:
        id: The question's id.
        prediction: The short answer; None if abstained or failed.
        abstained: Whether the agent said that the evidence gives no answer.
        sentences: The answer explained.
        citations: What the sentences cite.
        evidence: The passages found, most useful first.
        steps: What came of each sub-question.
        verdicts: The critic's word on each step, by sub-question id.
        usage: What the run spent.
        stopped_by: The budget's limit that ended the search early, if one did.
        tree: Every chain that was tried, where the workflow grows a tree of them.
        search_tree: Every state that was tried, where the expansion searches a tree of them.
        seconds: Wall time of the question.
        error: Why it failed, if it did.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    prediction: str | None = None
    abstained: bool = False
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Passage, ...] = ()
    steps: tuple[Step, ...] = ()
    verdicts: dict[str, Verdict] = {}
    usage: Usage = Usage()
    stopped_by: str | None = None
    tree: ChainTree | None = None
    search_tree: TreeRecord | None = None
    seconds: float
    error: Failure | None = None

    @property
    def answered(self) -> bool:
        """Whether it gave an answer, right or wrong."""
        return self.error is None and not self.abstained


class Prediction(Outcome):
    """An outcome beside the question and its gold: all that scoring needs.

    Attributes:
        question: What was asked.
        answers: The gold answers; none where abstaining is right.
        type: Kind of question.
        hops: How many facts it takes.
        gold: The gold passages, each as the keys of which any will do.
        gold_by: Whether the keys are document ids or titles.
    """

    question: str
    answers: tuple[str, ...]
    type: str | None = None
    hops: int | None = None
    gold: tuple[tuple[str, ...], ...] = ()
    gold_by: Literal["id", "title"] = "title"

    @model_serializer(mode="wrap")
    def _as_a_line(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = dump(self)
        asked = [name for name in values if name not in Outcome.model_fields]
        line = {name: values[name] for name in dict.fromkeys(["id", *asked, *values])}
        # Two runs that do the same differ in their seconds, and there only.
        nodes = (line["tree"] or {"nodes": {}})["nodes"].values()
        steps = [each for node in nodes for each in (node["found"], node["step"]) if each]
        steps += (line["search_tree"] or {"steps": {}})["steps"].values()
        for usage in (line["usage"], *(step["usage"] for step in (*line["steps"], *steps))):
            del usage["seconds"]
        return line

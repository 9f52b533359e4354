"""What language models are asked to return: the JSON of each task, small enough for small models.

Every field is required on the wire, and most may be missing in what comes back: constrained
decoding needs the former, unconstrained models the latter. What a task is about must be there, or
any JSON object would pass for its output.
"""

import math
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _clipped(value: float) -> float:
    return 0.0 if math.isnan(value) else min(max(value, 0.0), 1.0)


def _absent_if_blank(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() in ("", "null", "none", "unknown"):
        return None
    return value


Share = Annotated[float, AfterValidator(_clipped)]
Text = Annotated[str, Field(min_length=1, max_length=2_000)]
OptionalText = Annotated[
    Annotated[str, Field(max_length=2_000)] | None, BeforeValidator(_absent_if_blank)
]
ShortText = Annotated[
    Annotated[str, Field(max_length=300)] | None, BeforeValidator(_absent_if_blank)
]
"""An answer, which may become part of the next sub-question."""


class Output(BaseModel):
    """What one task returns.

    Attributes:
        task: Name of the task, of its prompt and of its schema on the wire.
    """

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    task: ClassVar[str]

    @classmethod
    @cache
    def json_schema(cls) -> dict[str, Any]:
        """Return the schema to constrain decoding with: no other fields, none left out."""
        schema = cls.model_json_schema(mode="serialization")
        for part in (schema, *schema.get("$defs", {}).values()):
            part["additionalProperties"] = False
            part["required"] = list(part["properties"])
            for value in part["properties"].values():
                value.pop("default", None)
        return schema


class PlannedQuestion(BaseModel):
    """A sub-question; ``needs`` names those whose answers its text refers to as ``{q1}``."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
    kind: Literal["search", "reason", "recall"] = "search"
    question: Text
    needs: Annotated[list[str], Field(max_length=16)] = []
    answer: OptionalText = None
    """The model's own answer, where the kind is ``recall``."""


class PlanOutput(Output):
    """Sub-questions to add; none where what is known suffices."""

    task = "plan"

    sub_questions: Annotated[list[PlannedQuestion], Field(max_length=16)]


class PlannedLink(PlannedQuestion):
    """A link of a chain; ``answer`` is the model's draft, None for what it does not know."""

    confidence: Share = 0.5


class ChainOutput(Output):
    """Links that follow those that stand; none where nothing is left to ask."""

    task = "chain"

    links: Annotated[list[PlannedLink], Field(max_length=16)]


class RewriteOutput(Output):
    """Search queries, best first; a passage is one too where passages are wanted."""

    task = "rewrite"

    queries: Annotated[list[Text], Field(max_length=8)]


class PassageQuote(BaseModel):
    """Words copied from the passage of that number."""

    passage: int
    text: Annotated[str, Field(max_length=1_000)]


class OtherAnswer(BaseModel):
    """What another passage answers instead, with words copied from it."""

    answer: ShortText = None
    passage: int
    text: Annotated[str, Field(max_length=1_000)]


class ReadOutput(Output):
    """The answer that passages give, which of them are useful, and which contradict it.

    Fields are written in this order under constrained decoding: the quotes before the answer that
    rests on them.
    """

    task = "read"

    quotes: Annotated[list[PassageQuote], Field(max_length=6)] = []
    answer: ShortText
    confidence: Share = 0.5
    useful: Annotated[list[int], Field(max_length=32)] = []
    others: Annotated[list[OtherAnswer], Field(max_length=6)] = []


class RefineOutput(ReadOutput):
    """The reading verified, corrected or completed."""

    task = "refine"

    search_again: bool = False


class UsefulOutput(Output):
    """Numbers of the passages that help."""

    task = "judge"

    useful: Annotated[list[int], Field(max_length=32)]


class JudgedStep(BaseModel):
    """What is right and wrong about the step of that number, then how good it is, in [0, 1]."""

    step: int
    explanation: Annotated[str, Field(max_length=1_000)] = ""
    score: Share


class CriticOutput(Output):
    """A judgment on each step; a query where a fact should be looked up first."""

    task = "critic"

    steps: Annotated[list[JudgedStep], Field(max_length=64)]
    query: OptionalText = None


class WrittenSentence(BaseModel):
    """A sentence and the numbers of the quotes that support it."""

    text: Text
    quotes: Annotated[list[int], Field(max_length=16)] = []
    recalled: bool = False
    """Whether it rests on the model's own knowledge instead."""


class WriteOutput(Output):
    """The answer explained, then in as few words as possible; None where nothing answers."""

    task = "write"

    sentences: Annotated[list[WrittenSentence], Field(max_length=32)] = []
    short_answer: ShortText


class InventedDocument(BaseModel):
    """A document that stands nowhere."""

    title: Annotated[str, Field(max_length=300)] = ""
    text: Annotated[str, Field(max_length=8_000)]


class SimulateOutput(Output):
    """What a search might have brought up, best first."""

    task = "simulate"

    documents: Annotated[list[InventedDocument], Field(max_length=16)]


class QueriesOutput(Output):
    """Queries that a passage answers."""

    task = "queries"

    queries: Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(max_length=16)]

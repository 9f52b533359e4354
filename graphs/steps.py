"""What is known of one sub-question: its answer, its evidence, its verdict."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ..tools.passages import Passage
from .budget import Usage
from .plan import SubQuestion

GOOD_ENOUGH = 0.5
"""Verdicts below this are weak, and send a step back."""

NEUTRAL_SCORE = 0.5


class Quote(BaseModel):
    """A verbatim span of a passage that supports a claim.

    Attributes:
        passage_id: The passage quoted.
        text: The span, exactly as it stands there.
        start: Offset of the span in the passage's text, in characters.
    """

    model_config = ConfigDict(frozen=True)

    passage_id: str
    text: str = Field(min_length=1)
    start: int = Field(ge=0)

    def is_verbatim(self, evidence: Mapping[str, Passage]) -> bool:
        """Whether the passage is in the evidence and holds the span at that offset."""
        passage = evidence.get(self.passage_id)
        return passage is not None and passage.text.startswith(self.text, self.start)


class StepAnswer(BaseModel):
    """The answer of a sub-question, or the word that it is unknown.

    Attributes:
        text: The answer; None means unknown.
        quotes: What supports it, best first.
        confidence: The policy's own estimate that the answer is right, in [0, 1].
        recalled: Whether it rests, in part or whole, on the policy's own knowledge.
    """

    model_config = ConfigDict(frozen=True)

    text: str | None = None
    quotes: tuple[Quote, ...] = ()
    confidence: float = Field(default=0.0, ge=0.0, le=1.0)
    recalled: bool = False


class RankedPassage(BaseModel):
    """A passage with its usefulness for a sub-question; scores compare within one step."""

    model_config = ConfigDict(frozen=True)

    passage_id: str
    score: float


class Reading(BaseModel):
    """What reading passages for a sub-question came to.

    Attributes:
        answer: The answer found, or unknown.
        ranking: The passages worth keeping, most useful first.
        others: Answers that contradict it and that other sources state, each with its quotes.
        alternatives: What the answer may be instead, likeliest first, where that was asked for.
    """

    model_config = ConfigDict(frozen=True)

    answer: StepAnswer = StepAnswer()
    ranking: tuple[RankedPassage, ...] = ()
    others: tuple[StepAnswer, ...] = ()
    alternatives: tuple[StepAnswer, ...] = ()


class Refinement(BaseModel):
    """What refining a reading came to.

    Attributes:
        reading: The reading, with its answer verified, corrected or completed, and its evidence
            trimmed to what helps.
        search_again: Whether other wordings of the query should be tried.
    """

    model_config = ConfigDict(frozen=True)

    reading: Reading
    search_again: bool = False


class Verdict(BaseModel):
    """The critic's word on a step.

    Attributes:
        score: How good the step is, in [0, 1]; see `Critic.judges` for what that means.
        explanation: Why, where the critic can say.
        failure: Why there is no verdict, where the critic failed; the score is neutral then.
    """

    model_config = ConfigDict(frozen=True)

    score: float = Field(ge=0.0, le=1.0)
    explanation: str = ""
    failure: str = ""

    @classmethod
    def neutral(cls, failure: str) -> Self:
        """Return the verdict of a critic that failed, which speaks neither for nor against."""
        return cls(score=NEUTRAL_SCORE, failure=failure)

    @property
    def asks_for_rework(self) -> bool:
        """Whether it finds the step weak and says why."""
        return self.score < GOOD_ENOUGH and bool(self.explanation) and not self.failure


class SearchRecord(BaseModel):
    """One search that a step made, and how it ended.

    Attributes:
        backend: Name of the backend asked.
        query: What was asked.
        outcome: ``found``, ``empty``, ``throttled`` or ``failed``.
        hits: How many passages came back.
        reason: Why it failed, where it did; else what did not work on the way.
        limit: The limit of the budget that ended it, if one did.
    """

    model_config = ConfigDict(frozen=True)

    backend: str
    query: str
    outcome: Literal["found", "empty", "throttled", "failed"]
    hits: int = 0
    reason: str = ""
    limit: str | None = None


class Step(BaseModel):
    """The record of one sub-question: how it was researched and what came of it.

    Attributes:
        sub_question: The sub-question as planned.
        text: Its text with the parents' answers put in.
        searches: The searches made, in order.
        reading: The answer and the ranked evidence.
        verdict: The critic's word, or None where the step did not get that far.
        status: ``answered``; ``unknown``: the evidence gives no answer; ``failed``: no search
            worked; ``unfinished``: the budget ended first.
        usage: What the step spent.
    """

    model_config = ConfigDict(frozen=True)

    sub_question: SubQuestion
    text: str
    searches: tuple[SearchRecord, ...] = ()
    reading: Reading = Reading()
    verdict: Verdict | None = None
    status: Literal["answered", "unknown", "failed", "unfinished"]
    usage: Usage = Usage()

    @property
    def answer(self) -> StepAnswer:
        """The step's answer."""
        return self.reading.answer


class Trajectory(BaseModel):
    """A question with the steps taken towards it: what critics read and traces store.

    Attributes:
        question: The user's question.
        steps: The steps in order.
        evidence: The passages that the steps rank or quote, by id.
        answer: The final answer, once there is one.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    steps: tuple[Step, ...]
    evidence: Mapping[str, Passage]
    answer: str | None = None

"""What a conversation is made of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ...graphs.answer import Answer


class Turn(BaseModel):
    """A question of a conversation and what came of it, as far as a follow-up may refer to it.

    Attributes:
        question: What the user wrote.
        standalone: The question that was asked in its place, which needs no conversation.
        answer: The answer in words, the short one on a line of its own; None where there is none.
        clarification: What the user was asked back instead, if so.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    standalone: str
    answer: str | None = None
    clarification: str | None = None


class SavedTurn(BaseModel):
    """A turn as it is kept; one without answer, error and clarification has not ended.

    Attributes:
        id: Its id.
        question: What the user wrote.
        standalone: The question that was asked in its place.
        clarification: What the user was asked back instead, if so.
        thread_id: The run that answers it.
        answer: The answer, once there is one.
        error: Why there is none.
        created: When it began.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: uuid4().hex, min_length=1)
    question: str
    standalone: str
    clarification: str | None = None
    thread_id: str | None = None
    answer: Answer | None = None
    error: str | None = None
    created: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def turn(self) -> Turn:
        """What a follow-up may refer to."""
        return Turn(
            question=self.question,
            standalone=self.standalone,
            answer=_in_words(self.answer),
            clarification=self.clarification,
        )


class ConversationSummary(BaseModel):
    """A conversation as a list shows it.

    Attributes:
        id: Its id.
        title: The name it was given, or else its first question, shortened.
        created: When it began.
        changed: When it was last written to.
        turn_count: How many turns it has.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    created: AwareDatetime
    changed: AwareDatetime
    turn_count: int


class Conversation(ConversationSummary):
    """A conversation with its turns, the oldest first."""

    turns: tuple[SavedTurn, ...]


def history_of(turns: Sequence[SavedTurn]) -> tuple[Turn, ...]:
    """Return what a follow-up to some turns may refer to."""
    return tuple(each.turn for each in turns)


def _in_words(answer: Answer | None) -> str | None:
    if answer is None or answer.short_answer is None:
        return None
    said = " ".join(sentence.text for sentence in answer.sentences)
    return f"{answer.short_answer}\n{said}"

"""A judgement of a person, with all that it takes to learn from it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ...graphs.steps import Step, Trajectory
from ...tools.passages import Passage

Verdict = Literal["up", "down"]
"""Whether a person finds something good."""

Preferred = Literal["first", "second", "both", "neither"]
"""Which of two answers a person finds better, or that both are good, or neither."""


def _whole(text: object) -> object:
    # A browser may send half of a surrogate pair, which no text may hold here.
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text


class Judged(BaseModel):
    """A run, as far as a judgement on it needs to be understood.

    Attributes:
        trajectory: The question, the steps up to what is judged, what they quote, and the answer.
        text: The answer as it was written.
        settings: The settings in short, by name.
        thread_id: Under which the run is saved, if it is.
    """

    model_config = ConfigDict(frozen=True)

    trajectory: Trajectory
    text: str = ""
    settings: Mapping[str, str] = {}
    thread_id: str | None = None


class Feedback(BaseModel):
    """A judgement; the last one on the same thing counts, and an empty one takes it back.

    Attributes:
        id: Its id.
        created: When it was given.
        kind: What it is on: an answer, a step, a passage, or two answers side by side.
        judged: The run that was judged; of two, the first.
        step_id: The step that is judged, or for which the passage was found.
        passage_id: The passage that is judged.
        verdict: Whether the person finds it good.
        correction: What the person says would be right: another answer, or a remark.
        other: The second run of a comparison.
        preferred: Which of the two is better.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: uuid4().hex)
    created: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    kind: Literal["answer", "step", "passage", "comparison"]
    judged: Judged
    step_id: str | None = None
    passage_id: str | None = None
    verdict: Verdict | None = None
    correction: Annotated[str, BeforeValidator(_whole), Field(max_length=10_000)] | None = None
    other: Judged | None = None
    preferred: Preferred | None = None

    @model_validator(mode="after")
    def _is_on_something(self) -> Self:
        if self.kind == "comparison":
            if self.other is None:
                raise ValueError("a comparison needs two answers")
        elif self.other is not None or self.preferred is not None:
            raise ValueError("only a comparison has a preferred answer")
        if self.kind == "step" and self.step_id is None:
            raise ValueError("no step is named")
        if self.kind == "passage" and self.passage_id is None:
            raise ValueError("no passage is named")
        if self.step_id is not None and self.step is None:
            raise ValueError(f"there is no step {self.step_id!r}")
        if self.passage_id is not None and self.passage is None:
            raise ValueError(f"there is no passage {self.passage_id!r}")
        return self

    @property
    def question(self) -> str:
        """The question of the run."""
        return self.judged.trajectory.question

    @property
    def step(self) -> Step | None:
        """The step of `step_id`."""
        steps = self.judged.trajectory.steps
        return next((step for step in steps if step.sub_question.id == self.step_id), None)

    @property
    def passage(self) -> Passage | None:
        """The passage of `passage_id`."""
        return self.judged.trajectory.evidence.get(self.passage_id or "")

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing, and so takes back what was said before."""
        return not (self.verdict or self.preferred or (self.correction or "").strip())

    @property
    def about(self) -> tuple[str | None, ...]:
        """What it is on: the same for judgements of which the last one counts."""
        runs = (self.judged, self.other)
        # Of a run that was not saved nothing tells whether it is the same one.
        threads = [(run.thread_id or self.id) if run else None for run in runs]
        return (self.kind, *threads, self.step_id, self.passage_id)

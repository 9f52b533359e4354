"""Making judgements out of what a person looks at: an answer, a step, a passage, two answers."""

from collections.abc import Iterable

from pydantic import ValidationError

from ...errors import FeedbackError
from ...graphs.answer import Answer
from ...graphs.steps import Step, Trajectory
from ..settings import Settings
from ..training.traces import passage_ids_of, trimmed_step
from .models import Feedback, Judged, Preferred, Verdict

_TOLD = (
    *("corpus", "search", "workflow", "expansion", "query_strategy", "policy", "model", "critic"),
    *("effort", "seed"),
)
"""The settings that tell one run from another; none of them holds an address or a key."""


def judge_answer(
    answer: Answer, settings: Settings, verdict: Verdict | None, correction: str | None = None
) -> Feedback:
    """Return the judgement that an answer is good or bad, or what it should have been.

    Raises:
        FeedbackError: The correction is too long.
    """
    judged = _judged(answer, settings, _in_order(answer))
    return _feedback(kind="answer", judged=judged, verdict=verdict, correction=correction)


def judge_step(
    answer: Answer,
    settings: Settings,
    step_id: str,
    verdict: Verdict | None,
    correction: str | None = None,
) -> Feedback:
    """Return the judgement on a step: whether its answer is good, or what it should have been.

    Raises:
        FeedbackError: The answer has no such step, or the correction is too long.
    """
    judged = _judged(answer, settings, _leading_to(answer, step_id))
    return _feedback(
        kind="step", judged=judged, step_id=step_id, verdict=verdict, correction=correction
    )


def judge_passage(
    answer: Answer,
    settings: Settings,
    passage_id: str,
    verdict: Verdict | None,
    correction: str | None = None,
    *,
    step_id: str | None = None,
) -> Feedback:
    """Return the judgement on a passage: whether it helps, and what is wrong with it.

    Args:
        answer: The answer that rests on it, or passed it over.
        settings: What the answer came about with.
        passage_id: The passage.
        verdict: Whether it helps.
        correction: A remark.
        step_id: The step that it helps or does not; without one, the question is meant.

    Raises:
        FeedbackError: The answer has no such passage or step, or the correction is too long.
    """
    steps = _leading_to(answer, step_id) if step_id is not None else []
    return _feedback(
        kind="passage",
        judged=_judged(answer, settings, steps, passage_id),
        passage_id=passage_id,
        step_id=step_id,
        verdict=verdict,
        correction=correction,
    )


def judge_comparison(
    first: tuple[Answer, Settings], second: tuple[Answer, Settings], preferred: Preferred
) -> Feedback:
    """Return the vote between two answers to one question, each with its settings."""
    runs = [_judged(answer, settings, _in_order(answer)) for answer, settings in (first, second)]
    return _feedback(kind="comparison", judged=runs[0], other=runs[1], preferred=preferred)


def _feedback(**fields: object) -> Feedback:
    try:
        return Feedback.model_validate(fields)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise FeedbackError(f"this judgement cannot be kept: {reason}") from None


def _judged(
    answer: Answer, settings: Settings, steps: Iterable[Step], passage_id: str | None = None
) -> Judged:
    trimmed = [trimmed_step(step) for step in steps]
    kept = {id for step in trimmed for id in passage_ids_of(step)} | {passage_id}
    return Judged(
        trajectory=Trajectory(
            question=answer.question,
            steps=tuple(trimmed),
            evidence={each.id: each for each in answer.evidence if each.id in kept},
            answer=answer.short_answer,
        ),
        text=" ".join(sentence.text for sentence in answer.sentences),
        settings=_in_short(settings),
        thread_id=answer.thread_id,
    )


def _in_order(answer: Answer) -> list[Step]:
    return _leading_to(answer, *(step.sub_question.id for step in answer.steps))


def _leading_to(answer: Answer, *ids: str) -> list[Step]:
    steps = {step.sub_question.id: step for step in answer.steps}
    return [steps[sub.id] for sub in answer.plan.leading_to(ids) if sub.id in steps]


def _in_short(settings: Settings) -> dict[str, str]:
    told = {name: getattr(settings, name) for name in _TOLD}
    return {
        name: ", ".join(value) if isinstance(value, tuple) else str(value)
        for name, value in told.items()
        if value is not None
    }

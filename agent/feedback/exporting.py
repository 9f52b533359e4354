"""Judgements as training material: as they were given, and in the formats that TRL reads.

Preference is ``{"prompt", "chosen", "rejected"}`` and unpaired preference ``{"prompt",
"completion", "label"}``, in the words that `agent.training.step_wording` has.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ...errors import FeedbackError
from ...graphs.steps import Step, Trajectory
from ..training.step_wording import (
    answer_found,
    answer_in_words,
    asked_in_words,
    found_in_words,
    known_in_words,
    question_in_words,
)
from .models import Feedback, Judged

Kind = Literal["judgements", "pairs", "kto"]
Row = dict[str, Any]


def write_feedback(judgements: Sequence[Feedback], kind: Kind, out: Path) -> int:
    """Write what judgements teach, as JSON lines, and return how many lines there are.

    Args:
        judgements: Those that count.
        kind: See `KINDS`.
        out: The file that is written.

    Raises:
        FeedbackError: They teach nothing of that kind, or the file cannot be written.
    """
    rows = [row for each in judgements for row in rows_of(each, kind)]
    if not rows:
        raise FeedbackError(
            f"there is no feedback of kind {kind} yet: give some on the page (clew ui), where "
            "answers, steps and passages can be judged and answers compared"
        )
    try:
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        # Lone surrogates cannot be read back by everyone.
        out.write_bytes(content.encode("utf-8", "replace"))
    except OSError as error:
        raise FeedbackError(f"{out} cannot be written: {error.strerror or error}") from error
    return len(rows)


def rows_of(feedback: Feedback, kind: Kind) -> Iterator[Row]:
    """Yield what a judgement teaches."""
    return KINDS[kind](feedback)


def _judgements(feedback: Feedback) -> Iterator[Row]:
    """Yield the judgement; every line has the same fields."""
    passage = feedback.passage
    yield {
        "kind": feedback.kind,
        "created": feedback.created.isoformat(),
        "question": feedback.question,
        "verdict": feedback.verdict,
        "correction": feedback.correction,
        "preferred": feedback.preferred,
        "step": _step_row(feedback.step, feedback.judged.trajectory) if feedback.step else None,
        "passage": passage and passage.model_dump(mode="json"),
        "run": _run_row(feedback.judged),
        "other_run": _run_row(feedback.other) if feedback.other else None,
    }


def _run_row(judged: Judged) -> Row:
    trajectory = judged.trajectory
    return {
        "thread_id": judged.thread_id,
        "settings": dict(judged.settings),
        "answer": trajectory.answer,
        "text": judged.text,
        "steps": [_step_row(step, trajectory) for step in trajectory.steps],
    }


def _step_row(step: Step, trajectory: Trajectory) -> Row:
    passages = trajectory.evidence
    return {
        "id": step.sub_question.id,
        "question": step.text,
        "answer": step.answer.text,
        "quotes": [
            {
                "text": quote.text,
                "passage_id": quote.passage_id,
                "title": passages[quote.passage_id].title,
                "source": passages[quote.passage_id].source,
            }
            for quote in step.answer.quotes
            if quote.passage_id in passages
        ],
    }


def _pairs(feedback: Feedback) -> Iterator[Row]:
    """Yield the preferred answer beside the other, or a correction beside what it corrects."""
    if feedback.other is not None:
        runs = {"first": feedback.judged, "second": feedback.other}
        chosen = runs.pop(feedback.preferred or "", None)
        if chosen is not None:
            (rejected,) = runs.values()
            if chosen.text != rejected.text:
                prompt = question_in_words(feedback.question)
                yield {"prompt": prompt, "chosen": chosen.text, "rejected": rejected.text}
        return
    correction = " ".join((feedback.correction or "").split())
    if correction and (move := _move(feedback)) is not None:
        prompt, said = move
        step = feedback.step
        better = (
            answer_in_words(correction)
            if step is None
            else asked_in_words(step.text, answer_found(correction))
        )
        if better != said:
            yield {"prompt": prompt, "chosen": better, "rejected": said}


def _kto(feedback: Feedback) -> Iterator[Row]:
    """Yield an answer or a step that was found good or bad."""
    if feedback.verdict is not None and (move := _move(feedback)) is not None:
        prompt, said = move
        yield {"prompt": prompt, "completion": said, "label": feedback.verdict == "up"}


def _move(feedback: Feedback) -> tuple[str, str] | None:
    """Return what was known before what is judged, and that in words; None for a passage."""
    trajectory, step = feedback.judged.trajectory, feedback.step
    if feedback.kind == "answer":
        known, said = trajectory.steps, answer_in_words(trajectory.answer)
    elif feedback.kind == "step" and step is not None:
        known = tuple(each for each in trajectory.steps if each is not step)
        # A policy must not learn to write what is retrieved.
        said = asked_in_words(step.text, found_in_words(step, {}))
    else:
        return None
    return known_in_words(trajectory.question, known, trajectory.evidence), said


KINDS: Mapping[Kind, Callable[[Feedback], Iterator[Row]]] = {
    "judgements": _judgements,
    "pairs": _pairs,
    "kto": _kto,
}
"""What judgements teach: themselves, with the run that they are on; for a policy, votes and
corrections (preference), and steps and answers found good or bad (unpaired preference)."""

"""Examples for the process reward model: steps of labelled traces, with what they are worth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ...graphs.steps import Reading, Step, Trajectory
from ..critics.reward_input import StepInput, step_input
from ..policies.embedded.windows import Tokens
from .holding_out import fold_of
from .labels import inferred, is_right
from .traces import Trace

Part = Literal["learnt", "tuned", "held out"]


@dataclass(frozen=True)
class Example:
    """A step.

    Attributes:
        input: What the model reads.
        value: The chance that a run which has come so far ends right.
        question: The question's id.
        step: Place of the step in its run.
    """

    input: StepInput
    value: float
    question: str
    step: int


def part_of(question: str) -> Part:
    """Return what a question is for: 8 of 10 are learnt from, one tunes, one is held out."""
    return ("held out", "tuned", *["learnt"] * 8)[  # type: ignore[return-value]
        fold_of(question, 10)
    ]


def values_of(trace: Trace) -> Sequence[float | None]:
    """Return the values of a trace's steps: as rolled out, else as its end lets infer."""
    if len(trace.values) == len(trace.steps):
        return trace.values
    return inferred(len(trace.steps), is_right(trace.prediction, trace.answers))


def examples_of(traces: Iterable[Trace], tokenizer: Tokens) -> list[Example]:
    """Return the steps of traces as the agent's critic will meet them."""
    found = []
    for trace in traces:
        for number, value in enumerate(values_of(trace)):
            if value is not None:
                read = step_input(trace.trajectory, number, trace.steps[:number], tokenizer)
                found.append(Example(read, value, trace.id, number))
    return found


def varied(traces: Iterable[Trace], tokenizer: Tokens) -> list[Example]:
    """Return the steps of traces in the other shapes that a critic meets.

    In a graph a step is judged beside its parents alone; other agents tell no confidence; and a
    step that only searched has no answer yet.
    """
    found = []
    for trace in traces:
        untold = without_confidences(trace)
        for number, (step, value) in enumerate(zip(trace.steps, values_of(trace), strict=True)):
            if value is None:
                continue
            needed = step.sub_question.parents
            parents = [each for each in trace.steps[:number] if each.sub_question.id in needed]
            if len(parents) < number:
                read = step_input(trace.trajectory, number, parents, tokenizer)
                found.append(Example(read, value, trace.id, number))
            if step.answer.text is not None:
                read = step_input(untold, number, untold.steps[:number], tokenizer)
                found.append(Example(read, value, trace.id, number))
        for run, value in searches(trace):
            last = len(run.steps) - 1
            read = step_input(run, last, run.steps[:last], tokenizer)
            found.append(Example(read, value, trace.id, last))
    return found


def searches(trace: Trace) -> Iterator[tuple[Trajectory, float]]:
    """Yield a run up to each search that was answered, before its reading, with its worth.

    That is what the run was worth before the step, for the search alone decides nothing.
    """
    before = [trace.start, *values_of(trace)[:-1]]
    for number, (step, value) in enumerate(zip(trace.steps, before, strict=True)):
        if value is not None and step.sub_question.kind == "search" and step.answer.text:
            reading = Reading(ranking=step.reading.ranking)
            unread = step.model_copy(update={"reading": reading, "status": "unknown"})
            steps = (*trace.steps[:number], unread)
            yield trace.trajectory.model_copy(update={"steps": steps}), value


def without_confidences(trace: Trace) -> Trajectory:
    """Return a trace's steps as those of an agent that does not tell how sure it is."""
    return trace.trajectory.model_copy(update={"steps": tuple(map(_untold, trace.steps))})


def _untold(step: Step) -> Step:
    answer = step.answer.model_copy(update={"confidence": 0.0})
    return step.model_copy(update={"reading": step.reading.model_copy(update={"answer": answer})})

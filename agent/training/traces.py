"""Traces: what an agent made of questions whose answers are known, as evaluation writes it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...errors import PlanError, TrainingDataError
from ...graphs.plan import make_plan
from ...graphs.steps import Step, Trajectory
from ...graphs.tree_search.record import TreeRecord
from ...tools.passages import Passage
from .labels import is_right
from .rows import read_rows

_KEPT = 4
"""Passages that a step keeps in a trace that is written, beside those that it quotes."""


class Trace(BaseModel):
    """A line of ``predictions.jsonl``, as far as training reads it; other fields are left alone.

    Attributes:
        id: The question's id.
        question: What was asked.
        answers: The right answers.
        prediction: The answer given; None where none was.
        steps: What came of each sub-question.
        evidence: The passages that the steps rank or quote.
        start: The chance that a run from the beginning ends right, where rollouts told it.
        values: The same for each step, once it and those before it are fixed; None where it is
            not known. Empty in what evaluation writes.
        search_tree: All the states that were tried, where the run searched a tree of them.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    answers: tuple[str, ...]
    prediction: str | None = None
    steps: tuple[Step, ...] = ()
    evidence: tuple[Passage, ...] = ()
    start: float | None = Field(default=None, ge=0, le=1)
    values: tuple[float | None, ...] = ()
    search_tree: TreeRecord | None = None

    @property
    def trajectory(self) -> Trajectory:
        """The steps, each after those that it needs, with their evidence."""
        return Trajectory(
            question=self.question,
            steps=self.steps,
            evidence={passage.id: passage for passage in self.evidence},
            answer=self.prediction,
        )

    def trimmed(self) -> "Trace":
        """Return the trace with the passages only that each step quotes and ranks first."""
        steps = tuple(trimmed_step(step) for step in self.steps)
        kept = {id for step in steps for id in passage_ids_of(step)}
        passages = tuple(passage for passage in self.evidence if passage.id in kept)
        return self.model_copy(update={"steps": steps, "evidence": passages})


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return steps in their order, but each after those whose answers it needs.

    Raises:
        PlanError: A step needs one that is not there, or they need each other.
    """
    make_plan(step.sub_question for step in steps)
    waiting, done = list(steps), dict[str, Step]()
    while waiting:
        ready = next(step for step in waiting if done.keys() >= {*step.sub_question.parents})
        waiting.remove(ready)
        done[ready.sub_question.id] = ready
    return tuple(done.values())


def read_traces(file: Path) -> Iterator[Trace]:
    """Yield the traces of a file that have steps and right answers to judge them by.

    Of a run that searched a tree of states, each state with an answer is a trace.
    Questions that failed, and those whose right answer is that there is none, teach nothing about
    steps and are passed over.

    Raises:
        TrainingDataError: The file cannot be read, or a line of it is no trace.
    """
    for number, row in enumerate(read_rows(file), 1):
        trace = _trace(row, file, number)
        if trace.search_tree is not None and trace.answers:
            yield from tree_traces(trace, trace.search_tree)
        elif trace.steps and trace.answers:
            yield trace


def tree_traces(trace: Trace, record: TreeRecord) -> Iterator[Trace]:
    """Yield the states of a tree that hold an answer, each as a trace with values.

    The last step of a state is worth whether its answer is right; the steps before it are worth the
    share of right answers among the states that hold them (Math-Shepherd's estimate, with the
    tree's own states for rollouts). A step after the same earlier ones is valued once.
    """
    states = {
        tuple(node.steps.values()): node
        for node in record.nodes
        if node.answer is not None and node.steps
    }
    right = {keys: float(is_right(node.answer, trace.answers)) for keys, node in states.items()}
    through: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for keys, value in right.items():
        for count in range(1, len(keys) + 1):
            through[keys[:count]].append(value)
    valued: set[tuple[str, ...]] = set()
    for keys, node in states.items():
        prefixes = [keys[:count] for count in range(1, len(keys) + 1)]
        worth = {prefix: fmean(through[prefix]) for prefix in prefixes} | {keys: right[keys]}
        yield trace.model_copy(
            update={
                "prediction": node.answer,
                "steps": tuple(record.steps[key] for key in keys),
                "evidence": tuple(record.evidence.values()),
                "values": tuple(None if each in valued else worth[each] for each in prefixes),
                "search_tree": None,
            }
        ).trimmed()
        valued.update(prefixes)


def append_traces(file: Path, traces: Sequence[Trace]) -> None:
    """Add the traces of a question to a file, a line each."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write("".join(trace.model_dump_json() + "\n" for trace in traces))


def mended(file: Path) -> set[str]:
    """Return the ids of the questions in a file, without one that was being written at its end.

    Raises:
        TrainingDataError: A line other than the last is no JSON object.
    """
    if not file.exists():
        return set()
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    ids = [str(row.get("id")) for row in read_rows(file)]
    if whole != text and ids:
        # The line that was cut may have been a further one of the question before it.
        kept = ids.index(ids[-1])
        lines = whole.splitlines(keepends=True)
        file.write_text("".join(lines[:kept]), encoding="utf-8")
        ids = ids[:kept]
    return set(ids)


def _trace(row: dict[str, Any], file: Path, number: int) -> Trace:
    try:
        trace = Trace.model_validate_json(json.dumps(row))
        return trace.model_copy(update={"steps": in_order(trace.steps)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = f"{where}: {first['msg']}"
    except PlanError as error:
        reason = str(error)
    raise TrainingDataError(
        f"{file}, line {number}, is no trace ({reason}): give a predictions.jsonl as "
        "`clew eval` writes it"
    )


def trimmed_step(step: Step) -> Step:
    """Return a step as traces keep it: without what it tried, and with its first passages only."""
    reading = step.reading.model_copy(
        update={"ranking": step.reading.ranking[:_KEPT], "others": (), "alternatives": ()}
    )
    return step.model_copy(update={"reading": reading, "searches": ()})


def passage_ids_of(step: Step) -> Collection[str]:
    """Return the ids of the passages that a step quotes or ranks."""
    ranked = {each.passage_id for each in step.reading.ranking}
    return ranked | {quote.passage_id for quote in step.answer.quotes}

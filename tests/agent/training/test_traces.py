"""Traces: read from what evaluation writes, trimmed, and mended after a kill."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support import QUESTION
from tree_examples import TREE

from clew.agent.search_agent import SearchAgent
from clew.agent.training.traces import (
    Trace,
    append_traces,
    in_order,
    mended,
    read_traces,
    tree_traces,
)
from clew.errors import PlanError, TrainingDataError
from clew.evals.predictions import Prediction
from clew.graphs.answer import Answer
from clew.graphs.protocols import Parts
from clew.graphs.tree_search.record import RecordedNode


@pytest.fixture
def answer(make_parts: Callable[..., Parts]) -> Answer:
    parts = make_parts()
    agent = SearchAgent(
        policy=parts.policy,
        critic=parts.critic,
        search=parts.backends,
        save_runs=False,
        check_support=False,
    )
    return asyncio.run(agent.aask(QUESTION))


@pytest.fixture
def line(answer: Answer) -> str:
    """A line of predictions.jsonl."""
    return Prediction(
        id="1",
        question=QUESTION,
        answers=("Akaroa",),
        prediction=answer.short_answer,
        sentences=answer.sentences,
        citations=answer.citations,
        evidence=answer.evidence,
        steps=answer.steps,
        usage=answer.usage,
        seconds=1.0,
    ).model_dump_json()


def test_what_evaluation_writes_is_a_trace(line: str, tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    file.write_text(line + "\n")
    (trace,) = read_traces(file)
    assert (trace.id, trace.prediction) == ("1", "Akaroa, New Zealand")
    assert [step.answer.text for step in trace.steps] == ["Frank Worsley", "Akaroa, New Zealand"]
    trajectory = trace.trajectory
    quoted = [quote for step in trajectory.steps for quote in step.answer.quotes]
    assert quoted and all(quote.is_verbatim(trajectory.evidence) for quote in quoted)


def test_questions_that_teach_nothing_are_passed_over(line: str, tmp_path: Path) -> None:
    failed = {**json.loads(line), "steps": [], "evidence": []}
    unanswerable = {**json.loads(line), "answers": []}
    file = tmp_path / "predictions.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in (failed, unanswerable)))
    assert list(read_traces(file)) == []


def test_a_line_that_is_no_trace_is_told_with_its_number(line: str, tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    broken = json.loads(line)
    broken["steps"][0]["status"] = "lost"
    file.write_text(f"{line}\n{json.dumps(broken)}\n")
    with pytest.raises(TrainingDataError, match=r"line 2, is no trace \(steps\.0\.status"):
        list(read_traces(file))


def test_a_step_without_its_parent_is_no_trace(line: str, tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    broken = json.loads(line)
    del broken["steps"][0]
    file.write_text(json.dumps(broken) + "\n")
    with pytest.raises(TrainingDataError, match="unknown parent: q1"):
        list(read_traces(file))


def test_steps_come_after_those_that_they_need(answer: Answer) -> None:
    assert in_order(answer.steps[::-1]) == answer.steps
    with pytest.raises(PlanError):
        in_order(answer.steps[1:])


def test_trimming_keeps_what_is_quoted(answer: Answer) -> None:
    trace = Trace(
        id="1", question=QUESTION, answers=("x",), steps=answer.steps, evidence=answer.evidence
    )
    trimmed = trace.trimmed()
    assert not any(step.searches for step in trimmed.steps)
    evidence = trimmed.trajectory.evidence
    for step, before in zip(trimmed.steps, trace.steps, strict=True):
        assert step.answer == before.answer
        assert all(quote.is_verbatim(evidence) for quote in step.answer.quotes)
        assert all(ranked.passage_id in evidence for ranked in step.reading.ranking)


def test_a_question_that_was_being_written_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "traces.jsonl"
    assert mended(file) == set()
    traces = [Trace(id=id, question="?", answers=("x",)) for id in ("a", "b")]
    append_traces(file, traces[:1])
    append_traces(file, [traces[1], traces[1]])
    assert mended(file) == {"a", "b"}
    file.write_text(file.read_text()[:-5])
    assert mended(file) == {"a"}
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["a"]


def test_each_end_of_a_search_tree_is_a_trace(tmp_path: Path) -> None:
    line = {"id": "1", "question": QUESTION, "answers": ["Akaroa"]}
    file = tmp_path / "predictions.jsonl"
    file.write_text(json.dumps({**line, "search_tree": TREE.model_dump(mode="json")}))
    wrong, right = read_traces(file)
    assert (wrong.prediction, right.prediction) == ("Kilkea", "Akaroa")
    assert wrong.values == (0.0, 0.0) and right.values == (1.0, 1.0)
    assert [step.answer.text for step in right.steps] == ["Frank Worsley", "Akaroa"]
    for trace in (wrong, right):
        evidence = trace.trajectory.evidence
        quotes = [quote for step in trace.steps for quote in step.answer.quotes]
        assert quotes and all(quote.is_verbatim(evidence) for quote in quotes)


def test_a_step_that_several_states_of_a_tree_hold_is_worth_their_share_once() -> None:
    ends = (
        ("captain", "born", "Akaroa"),
        ("captain", "kilkea", "Kilkea"),
        ("leader", "kilkea", "Kilkea"),
    )
    nodes = [
        RecordedNode(id=n, parent=n and 0, answer=answer, steps={"q1": first, "q2": second})
        for n, (first, second, answer) in enumerate(ends)
    ]
    record = TREE.model_copy(update={"nodes": tuple(nodes)})
    trace = Trace(id="1", question=QUESTION, answers=("Akaroa",))
    assert [each.values for each in tree_traces(trace, record)] == [
        (0.5, 1.0),
        (None, 0.0),
        (0.0, 0.0),
    ]

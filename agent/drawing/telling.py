"""What is said of a state of a search: what its move found, on what evidence, and how it fared."""

from typing import NamedTuple

from ...graphs.describing import described
from ...graphs.plan import Plan
from ...graphs.steps import Step
from ...graphs.tree_search.record import RecordedNode, TreeRecord
from ...tools.passages import Passage

KINDS = {"ask": "ask", "reword": "search again", "reread": "read again", "answer": "answer"}
"""What the moves are called."""


class Quoted(NamedTuple):
    """What a step quotes, and of which passage."""

    text: str
    passage: Passage


def kind_of(node: RecordedNode) -> str:
    """Return what the move that led to a node is called."""
    return KINDS[node.move.kind] if node.move else "question"


def wording_of(record: TreeRecord, node: RecordedNode) -> str:
    """Return what a node is about, with the answers it builds on: its move, or the question."""
    if node.move is None:
        return record.question
    text = node.move.text or " ".join(sub.text for sub in node.move.sub_questions)
    return described(text, Plan(), {id: record.steps[key] for id, key in node.steps.items()})


def new_steps(record: TreeRecord, node: RecordedNode) -> tuple[Step, ...]:
    """Return the steps that a node has and its parent has not."""
    before = record.nodes[node.parent].steps if node.parent is not None else {}
    return tuple(record.steps[key] for id, key in node.steps.items() if before.get(id) != key)


def quoted(record: TreeRecord, step: Step) -> tuple[Quoted, ...]:
    """Return what a step quotes, as far as its passages are in the record."""
    return tuple(
        Quoted(quote.text, record.evidence[quote.passage_id])
        for quote in step.answer.quotes
        if quote.passage_id in record.evidence
    )


def answer_of(node: RecordedNode, steps: tuple[Step, ...]) -> str:
    """Return what a node came to: its answer, or the answers of its new steps, or nothing."""
    if node.answer is not None:
        return node.answer
    if node.terminal:
        return "no answer"
    return "; ".join(step.answer.text or "unknown" for step in steps)


def figures_of(node: RecordedNode) -> str:
    """Return in one line how a node fared."""
    if node.visits == 0:
        return f"not visited · critic {node.value:.2f} · prior {node.prior:.2f}"
    visits = "1 visit" if node.visits == 1 else f"{node.visits} visits"
    return f"{visits} · mean {node.mean:.2f} · critic {node.value:.2f}"


def told(record: TreeRecord, node: RecordedNode) -> str:
    """Return in several lines all that is worth a glance at a node."""
    lines = [f"#{node.id} {kind_of(node)}: {wording_of(record, node)}", figures_of(node)]
    if node.explanation:
        lines.append(f"The critic says: {node.explanation}")
    for step in new_steps(record, node):
        lines.append(f"{step.text} → {step.answer.text or 'unknown'}")
        lines += [f"“{each.text}” ({each.passage.title})" for each in quoted(record, step)]
        if step.verdict and step.verdict.explanation:
            lines.append(f"The critic says: {step.verdict.explanation}")
    if node.answer is not None:
        lines.append(f"Answer: {node.answer}")
    return "\n".join(lines)

"""The states of a search tree in words, as language models that learn from them read them."""

from collections.abc import Sequence

from ...graphs.steps import Step
from ...graphs.tree_search.record import RecordedNode, TreeRecord
from ..drawing.telling import new_steps, quoted, wording_of

_VERBS = {"reword": "Search again", "reread": "Read again"}


def question_in_words(record: TreeRecord) -> str:
    """Return how a run begins: the question."""
    return f"Question: {record.question}\n"


def state_in_words(record: TreeRecord, node: RecordedNode) -> str:
    """Return the question and what is known at a state, up to where the next move is due."""
    steps = [record.steps[key] for key in node.steps.values()]
    known = [f"- {step.text} {_found(record, step, quotes=True)}" for step in steps]
    return "\n".join(
        [question_in_words(record), "Known:", *(known or ["- nothing yet"]), "\nNext:\n"]
    )


def move_in_words(record: TreeRecord, node: RecordedNode, *, quotes: bool) -> str:
    """Return a move and the answers it led to.

    Args:
        record: The tree.
        node: The state that the move led to.
        quotes: Whether what was retrieved is shown too: a reward model needs it to judge by, but
            a policy must not learn to write it.
    """
    steps = new_steps(record, node)
    assert node.move is not None
    if node.move.kind == "answer":
        return f"Answer: {node.answer or 'unknown'}"
    if node.move.kind == "ask":
        told = [f"Ask: {step.text}\n{_found(record, step, quotes=quotes)}" for step in steps]
        return "\n".join(told) or f"Ask: {wording_of(record, node)}"
    head = f"{_VERBS[node.move.kind]}: {wording_of(record, node)}"
    return "\n".join([head, *_answers(record, steps, quotes=quotes)])


def _answers(record: TreeRecord, steps: Sequence[Step], *, quotes: bool) -> list[str]:
    return [_found(record, step, quotes=quotes) for step in steps]


def _found(record: TreeRecord, step: Step, *, quotes: bool) -> str:
    said = f"→ {step.answer.text or 'unknown'}"
    if not quotes:
        return said
    return " ".join(
        [said, *(f"({each.passage.title}: “{each.text}”)" for each in quoted(record, step))]
    )

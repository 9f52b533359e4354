"""The states of a search tree in words, as language models that learn from them read them."""

from ...graphs.tree_search.record import RecordedNode, TreeRecord
from ..drawing.telling import new_steps, wording_of
from .step_wording import answer_in_words, asked_in_words, found_in_words, known_in_words

_VERBS = {"reword": "Search again", "reread": "Read again"}


def state_in_words(record: TreeRecord, node: RecordedNode) -> str:
    """Return the question and what is known at a state, up to where the next move is due."""
    steps = (record.steps[key] for key in node.steps.values())
    return known_in_words(record.question, steps, record.evidence)


def move_in_words(record: TreeRecord, node: RecordedNode, *, quotes: bool) -> str:
    """Return a move and the answers it led to.

    Args:
        record: The tree.
        node: The state that the move led to.
        quotes: Whether what was retrieved is shown too: a reward model needs it to judge by, but
            a policy must not learn to write it.
    """
    steps = new_steps(record, node)
    evidence = record.evidence if quotes else {}
    assert node.move is not None
    if node.move.kind == "answer":
        return answer_in_words(node.answer)
    if node.move.kind == "ask":
        told = [asked_in_words(step.text, found_in_words(step, evidence)) for step in steps]
        return "\n".join(told) or f"Ask: {wording_of(record, node)}"
    head = f"{_VERBS[node.move.kind]}: {wording_of(record, node)}"
    return "\n".join([head, *(found_in_words(step, evidence) for step in steps)])

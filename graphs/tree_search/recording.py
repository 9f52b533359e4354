"""From a search to its record."""

from collections.abc import Iterable

from .core import Search
from .method import Method
from .moves import Move
from .record import RecordedNode, TreeRecord
from .run_states import Results, RunState, Taken, evidence_of_all, step_of


def recorded_nodes(search: Search[RunState, Move], ids: Iterable[int]) -> list[RecordedNode]:
    """Return the record of some nodes."""
    return [_recorded(search, id) for id in ids]


def recorded(
    search: Search[RunState, Move],
    results: Results,
    method: Method,
    *,
    question: str,
    critic: str,
    chosen: int | None,
    iterations: int,
    ended_by: str,
) -> TreeRecord:
    """Return the record of a whole search; see `TreeRecord` for the arguments."""
    states = search.states.values()
    taken = {
        _key(sub.id, each): (sub, each)
        for state in states
        for sub in state.plan.sub_questions
        if (each := state.taken.get(sub.id)) is not None
    }
    failures = [value.failure for value in search.values.values() if value.failure]
    return TreeRecord(
        question=question,
        method=method.name,
        critic=critic,
        nodes=tuple(recorded_nodes(search, sorted(search.tree))),
        steps={key: step_of(sub, each, results) for key, (sub, each) in taken.items()},
        evidence={
            id: passage
            for state in states
            for id, passage in evidence_of_all(state, results).items()
        },
        chosen=chosen,
        iterations=iterations,
        ended_by=ended_by,
        failures=tuple(dict.fromkeys(failures)),
    )


def _recorded(search: Search[RunState, Move], id: int) -> RecordedNode:
    node, state = search.tree[id], search.states[id]
    value = search.values.get(id)
    return RecordedNode(
        id=id,
        parent=node.parent,
        move=search.made.get(id),
        prior=node.prior,
        visits=node.visits,
        mean=node.worth if node.visits else 0.0,
        value=node.value,
        explanation=value.explanation if value else "",
        terminal=node.terminal,
        answer=node.answer,
        steps={
            sub.id: _key(sub.id, state.taken[sub.id])
            for sub in state.plan.in_order()
            if sub.id in state.taken
        },
    )


def _key(id: str, taken: Taken) -> str:
    """What tells a step from others: the same words may be read in several places."""
    if (other := taken.instead) is None:
        return f"{id}/{taken.key}"
    places = "".join(f"@{quote.passage_id}:{quote.start}" for quote in other.quotes)
    return f"{id}/{taken.key}/{other.text}{places}"

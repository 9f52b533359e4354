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
    taken = {_key(each): each for state in states for each in state.taken.values()}
    failures = [value.failure for value in search.values.values() if value.failure]
    return TreeRecord(
        question=question,
        method=method.name,
        critic=critic,
        nodes=tuple(recorded_nodes(search, sorted(search.tree))),
        steps={key: step_of(each, results) for key, each in taken.items()},
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
        mean=node.total / node.visits if node.visits else 0.0,
        value=node.value,
        explanation=value.explanation if value else "",
        terminal=node.terminal,
        answer=node.answer,
        steps={
            sub.id: _key(state.taken[sub.id])
            for sub in state.plan.in_order()
            if sub.id in state.taken
        },
    )


def _key(taken: Taken) -> str:
    return f"{taken.key}/{taken.instead.text}" if taken.instead else taken.key

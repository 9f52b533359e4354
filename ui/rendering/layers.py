"""Where the boxes of a plan stand: below what they build on, and never moved by what comes later.

Each box is placed by what came before it alone, so a plan that grows keeps what is drawn where it
is. There are two arrangements: layers side by side for wide windows, and one column, in which
what builds on something is indented, for narrow ones.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...graphs.plan import SubQuestion

_DEEPEST_INDENT = 3


class Place(NamedTuple):
    """Where a box stands.

    Attributes:
        column: From the left, in widths of a box; halves occur.
        layer: From the top, from 0.
        row: From the top in the arrangement of one column, from 0.
        indent: How far it is indented there.
    """

    column: float
    layer: int
    row: int
    indent: int


def placed(sub_questions: Iterable[SubQuestion]) -> dict[str, Place]:
    """Return the places of sub-questions by id.

    Args:
        sub_questions: In the order in which they came.
    """
    places: dict[str, Place] = {}
    taken: dict[int, list[float]] = {}
    for row, sub in enumerate(_parents_first(sub_questions)):
        parents = [places[id] for id in sub.parents if id in places]
        layer = 1 + max((parent.layer for parent in parents), default=-1)
        in_layer = taken.setdefault(layer, [])
        wanted = sum(parent.column for parent in parents) / len(parents) if parents else 0.0
        column = _nearest_free(wanted, in_layer)
        in_layer.append(column)
        places[sub.id] = Place(column, layer, row, min(layer, _DEEPEST_INDENT))
    return places


def _parents_first(sub_questions: Iterable[SubQuestion]) -> Iterator[SubQuestion]:
    waiting = {sub.id: sub for sub in sub_questions}
    while waiting:
        ready = [sub for sub in waiting.values() if waiting.keys().isdisjoint(sub.parents)]
        for sub in ready or list(waiting.values()):
            yield waiting.pop(sub.id)


def _nearest_free(wanted: float, taken: list[float]) -> float:
    """The column nearest to the one wanted in which a box touches no other, the right of two."""
    halves = round(wanted * 2)
    for away in range(4 * len(taken) + 2):
        for candidate in (halves + away, halves - away):
            column = candidate / 2
            if column >= 0 and all(abs(column - other) >= 1 for other in taken):
                return column
    raise AssertionError("to the right of all there is always room")

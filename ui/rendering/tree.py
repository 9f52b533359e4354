"""The tree of states that a search over steps went through, drawn from left to right."""

from typing import NamedTuple
from xml.etree.ElementTree import Element

from ...agent.cli.wording import counted
from ...agent.drawing.fitting import BOLD, lines
from ...agent.drawing.layout import Place, laid_out
from ...agent.drawing.markup import element
from ...agent.drawing.telling import answer_of, figures_of, kind_of, new_steps, wording_of
from ...graphs.plan import REFERENCE
from ...graphs.tree_search.record import RecordedNode, TreeRecord
from ..run_view import RunView
from .elements import line

_BOX, _HEIGHT = 216.0, 84.0
_COLUMN, _ROW = 252.0, 98.0
_MARGIN, _PAD = 12.0, 12.0
_SMALL, _NORMAL = 11.0, 12.5


class _Drawn(NamedTuple):
    """What all boxes of a drawing share."""

    record: TreeRecord
    is_saved: bool
    chosen: frozenset[int]
    selected: str | None


def tree_figure(view: RunView, selected: str | None) -> Element:
    """Return the drawing of the search tree of a run, with a line about it."""
    ids = sorted(view.tree)
    states = counted(len(ids), "state")
    if ids != list(range(len(ids))):
        said = f"{states} since the run goes on; the whole tree is drawn when the search ends."
        return element("figure", element("figcaption", said))
    best = view.best if view.best in view.tree else None
    record = view.record or TreeRecord(
        question=view.question,
        method="",
        critic="",
        nodes=tuple(view.tree[id] for id in ids),
        steps={},
        evidence={},
        chosen=best,
    )
    way = () if record.chosen is None else record.path(record.chosen)
    drawn = _Drawn(record, view.record is not None, frozenset(n.id for n in way), selected)
    taken = "the way taken is bold" if drawn.is_saved else "the best way so far is bold"
    said = f"Search tree: {states}" + (f", {taken}" if way else "")
    return element(
        "figure",
        element("figcaption", f"{said}. The bar is the value backed up, the stroke the critic’s."),
        element(
            "div",
            _drawing(drawn),
            class_="sheet scrolls",
            tabindex=0,
            role="region",
            aria_label="Search tree, which scrolls",
        ),
    )


def _drawing(drawn: _Drawn) -> Element:
    places = laid_out(drawn.record)
    wide = max(place.depth for place in places) * _COLUMN + _BOX + 2 * _MARGIN
    high = max(place.row for place in places) * _ROW + _HEIGHT + 2 * _MARGIN
    edges = [_edge(places[at.parent], at, drawn) for at in places if at.parent is not None]
    return element(
        "svg",
        element("g", *edges, class_="edges"),
        element("g", *(_box(drawn, place) for place in places)),
        class_="states",
        role="group",
        aria_label="The states that were tried",
        viewBox=f"0 0 {wide:g} {high:g}",
        width=f"{wide:g}",
        height=f"{high:g}",
    )


def _corner(place: Place) -> tuple[float, float]:
    return _MARGIN + place.depth * _COLUMN, _MARGIN + place.row * _ROW


def _edge(start: Place, end: Place, drawn: _Drawn) -> Element:
    (x, y), (right, low) = _corner(start), _corner(end)
    x, y, low = x + _BOX, y + _HEIGHT / 2, low + _HEIGHT / 2
    middle = (x + right) / 2
    return element(
        "path",
        class_=" ".join(["edge", *_classes(end, drawn)]),
        d=f"M {x:g} {y:g} C {middle:g} {y:g} {middle:g} {low:g} {right:g} {low:g}",
    )


def _classes(place: Place, drawn: _Drawn) -> list[str]:
    is_chosen = place.nodes[0].id in drawn.chosen
    is_idle = not is_chosen and all(node.visits == 0 for node in place.nodes)
    return ["chosen"] * is_chosen + ["idle"] * is_idle


def _box(drawn: _Drawn, place: Place) -> Element:
    x, y = _corner(place)
    if len(place.nodes) > 1:
        count = f"+{len(place.nodes)} more moves"
        middle = _HEIGHT / 2
        return element(
            "g",
            element("title", "\n".join(_wording(drawn, each) for each in place.nodes)),
            element("rect", class_="box", width=_BOX, height=_HEIGHT, rx=8),
            _text(count, _PAD, middle - 3, "answer"),
            _text("never visited", _PAD, middle + 14, "soft"),
            class_=" ".join(["folded", *_classes(place, drawn)]),
            transform=f"translate({x:g} {y:g})",
        )
    node = place.nodes[0]
    id = f"#{node.id}"
    steps = new_steps(drawn.record, node) if drawn.is_saved else ()
    answer = line(answer_of(node, steps))
    wording = _wording(drawn, node)
    mark = ""
    if node.id in drawn.chosen and node.id:
        mark = "on the way"
        if node.id == drawn.record.chosen:
            mark = "✓ taken" if drawn.is_saved else "best so far"
    told = f"{id} {kind_of(node)}: {wording}" + (f" → {answer}" if answer else "")
    said = f"{told}, {figures_of(node)}" + (f", {mark}" if mark else "")
    room = _BOX - 2 * _PAD
    return element(
        "g",
        element("title", said),
        element("rect", class_="box", width=_BOX, height=_HEIGHT, rx=26 if node.terminal else 8),
        _text(f"{id} {kind_of(node)}", _PAD, 18, "soft"),
        _text(mark, _BOX - _PAD, 18, "mark", text_anchor="end") if mark else None,
        *(
            _text(each, _PAD, 34 + 14 * number, "question")
            for number, each in enumerate(lines(wording, room, _NORMAL, 1 if answer else 2))
        ),
        *(
            _text(each, _PAD, 50, "answer")
            for each in lines(f"→ {answer}" if answer else "", room / BOLD, _NORMAL, 1)
        ),
        _text(_figures(node), _PAD, 66, "soft"),
        *_bar(node, room),
        class_=" ".join(["node", *_classes(place, drawn), *["selected"] * (id == drawn.selected)]),
        role="button",
        tabindex=0,
        data_act="node",
        data_arg=id,
        aria_label=said,
        aria_pressed="true" if id == drawn.selected else "false",
        transform=f"translate({x:g} {y:g})",
    )


def _figures(node: RecordedNode) -> str:
    if node.visits == 0:
        return f"not visited · prior {node.prior:.2f}"
    return f"{counted(node.visits, 'visit')} · value {node.mean:.2f} · critic {node.value:.2f}"


def _wording(drawn: _Drawn, node: RecordedNode) -> str:
    if drawn.is_saved:
        return line(wording_of(drawn.record, node))
    if node.move is None:
        return line(drawn.record.question)
    # What the earlier steps came to is told when the search ends.
    text = node.move.text or " ".join(sub.text for sub in node.move.sub_questions)
    return line(REFERENCE.sub("…", text))


def _bar(node: RecordedNode, room: float) -> list[Element]:
    if not node.visits:
        return []
    mean, value = (min(max(each, 0.0), 1.0) for each in (node.mean, node.value))
    left, top = _PAD, 73
    return [
        element("rect", class_="track", x=left, y=top, width=room, height=3, rx=1.5),
        element("rect", class_="mean", x=left, y=top, width=f"{mean * room:g}", height=3, rx=1.5),
        element(
            "rect", class_="critic", x=f"{left + value * room - 1:g}", y=top - 3, width=2, height=9
        ),
    ]


def _text(text: str, x: float, y: float, class_: str, **attributes: object) -> Element:
    return element("text", text, x=f"{x:g}", y=f"{y:g}", class_=class_, **attributes)

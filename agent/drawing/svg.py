"""A search tree as SVG: a box for each state, the way to the answer in bold strokes."""

from collections.abc import Callable
from typing import NamedTuple
from xml.etree.ElementTree import Element, tostring

from ...graphs.tree_search.record import RecordedNode, TreeRecord
from .fitting import BOLD, lines, width
from .layout import Place, laid_out
from .markup import element, plain
from .telling import answer_of, figures_of, kind_of, new_steps, told, wording_of

_BOX, _HEIGHT = 250.0, 106.0
_COLUMN, _ROW = 312.0, 124.0
_PAD = 12.0
_MARGIN = 24.0
_HEAD = 84.0
_SMALL, _NORMAL, _LARGE = 11.0, 13.0, 18.0

STYLE = """
svg.tree { --paper: #fff; --ink: #1d2330; --soft: #5a6375; --line: #9aa4b5; --wash: #f4f6fa;
  --accent: #1f5fbf; --glow: #e8f0fc; font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg.tree { --paper: #14171d; --ink: #e4e8ef; --soft: #a0a9ba; --line: #5b6678; --wash: #1d222b;
    --accent: #8ab4f8; --glow: #1c2b44; }
}
svg.tree .paper { fill: var(--paper); }
svg.tree text { fill: var(--ink); font-size: 13px; }
svg.tree .head { font-size: 18px; font-weight: 600; }
svg.tree .soft { fill: var(--soft); font-size: 11px; }
svg.tree .kind { fill: var(--soft); font-size: 11px; letter-spacing: .03em; }
svg.tree .answer { font-weight: 600; }
svg.tree .box { fill: var(--wash); stroke: var(--line); stroke-width: 1; }
svg.tree .idle .box { stroke-dasharray: 4 4; fill: none; }
svg.tree .chosen .box { fill: var(--glow); stroke: var(--accent); stroke-width: 3.5; }
svg.tree .edge { fill: none; stroke: var(--line); stroke-width: 1.2; }
svg.tree .edge.chosen { stroke: var(--accent); stroke-width: 4.5; }
svg.tree .edge.idle { stroke-dasharray: 4 4; }
svg.tree .track { fill: var(--line); opacity: .4; }
svg.tree .mean { fill: var(--accent); }
svg.tree .critic { fill: var(--ink); }
svg.tree .mark { fill: var(--accent); font-size: 11px; font-weight: 700; }
"""
"""What the classes in a drawing look like, by light and in the dark."""

Address = Callable[[RecordedNode], str | None]


class Drawing(NamedTuple):
    """A drawing and its size in pixels."""

    root: Element
    width: float
    height: float


def svg(record: TreeRecord) -> str:
    """Return a tree as an SVG document that needs nothing else; the same tree gives the same.

    Every node shows its move, what came of it, its visits, the mean that was backed up (as a bar)
    and the critic's value (as a stroke across it). Pointing at it tells its passages and quotes.
    """
    drawing = drawn(record).root
    drawing.set("xmlns", "http://www.w3.org/2000/svg")
    style = Element("style")
    style.text = STYLE
    drawing.insert(1, style)
    return tostring(drawing, encoding="unicode") + "\n"


def drawn(record: TreeRecord, address: Address = lambda node: None) -> Drawing:
    """Return the drawing of a tree, without its style.

    Args:
        record: The tree.
        address: Where a node's box leads to, if anywhere.
    """
    places = laid_out(record)
    facts = _facts(record)
    columns = 1 + max(place.depth for place in places)
    across = max(
        (columns - 1) * _COLUMN + _BOX,
        min(width(facts, _SMALL), 3 * _COLUMN),
        2.5 * _COLUMN,
    )
    total = across + 2 * _MARGIN
    height = _HEAD + max(place.row for place in places) * _ROW + _HEIGHT + _MARGIN
    head = lines(plain(record.question), across / BOLD, _LARGE, 1)
    chosen = (
        frozenset(node.id for node in record.path(record.chosen))
        if record.chosen is not None
        else frozenset[int]()
    )
    root = element(
        "svg",
        element("title", f"Search tree: {record.question}"),
        element("rect", class_="paper", width="100%", height="100%"),
        *(_text(line, _MARGIN, _MARGIN + 14, "head") for line in head),
        *(_text(line, _MARGIN, 58, "soft") for line in lines(facts, across, _SMALL, 1)),
        *(
            _edge(places[place.parent], place, chosen)
            for place in places
            if place.parent is not None
        ),
        *(_box(record, place, chosen, address) for place in places),
        class_="tree",
        role="img",
        viewBox=f"0 0 {total:g} {height:g}",
        width=f"{total:g}",
        height=f"{height:g}",
    )
    return Drawing(root, total, height)


def _facts(record: TreeRecord) -> str:
    ended = record.ended_by.replace("_", " ")
    parts = [
        f"{record.method}, critic {record.critic}",
        f"{len(record.nodes)} states",
        f"{record.iterations} iterations, ended by {ended}",
        "bar: mean backed up, stroke: critic’s value",
        "bold: the way to the answer" if record.chosen is not None else "no answer was taken",
    ]
    return plain(" · ".join(parts))


def _corner(place: Place) -> tuple[float, float]:
    return _MARGIN + place.depth * _COLUMN, _HEAD + place.row * _ROW


def _edge(start: Place, end: Place, chosen: frozenset[int]) -> Element:
    (left, top), (right, low) = _corner(start), _corner(end)
    left, top, low = left + _BOX, top + _HEIGHT / 2, low + _HEIGHT / 2
    middle = (left + right) / 2
    return element(
        "path",
        class_=" ".join(["edge", *_classes(end, chosen)]),
        d=f"M {left:g} {top:g} C {middle:g} {top:g} {middle:g} {low:g} {right:g} {low:g}",
    )


def _classes(place: Place, chosen: frozenset[int]) -> list[str]:
    is_chosen = place.nodes[0].id in chosen
    is_idle = not is_chosen and all(node.visits == 0 for node in place.nodes)
    return ["chosen"] * is_chosen + ["idle"] * is_idle


def _box(record: TreeRecord, place: Place, chosen: frozenset[int], address: Address) -> Element:
    x, y = _corner(place)
    node = place.nodes[0]
    if len(place.nodes) > 1:
        inside = _folded(place, x, y)
        title = "\n".join(
            f"#{each.id} {wording_of(record, each)} · {figures_of(each)}" for each in place.nodes
        )
    else:
        inside = _inside(record, node, x, y, chosen)
        title = told(record, node)
    # The corners of an end are round.
    round_ = _HEIGHT / 2.6 if node.terminal else 6
    group = element(
        "g",
        element("title", title),
        element("rect", class_="box", x=x, y=y, width=_BOX, height=_HEIGHT, rx=round_),
        *inside,
        class_=" ".join(["node", *_classes(place, chosen)]),
    )
    target = address(node)
    return element("a", group, href=target) if target else group


def _inside(
    record: TreeRecord, node: RecordedNode, x: float, y: float, chosen: frozenset[int]
) -> list[Element]:
    left = x + _PAD + (8 if node.terminal else 0)
    room = _BOX - 2 * (left - x)
    answer = plain(answer_of(node, new_steps(record, node)))
    wording = lines(plain(wording_of(record, node)), room, _NORMAL, 2 if answer else 3)
    made = [_text(f"#{node.id} {kind_of(node)}", left, y + 18, "kind")]
    if node.id == record.chosen:
        made.append(_text("✓ chosen", x + _BOX - (left - x), y + 18, "mark", anchor="end"))
    elif node.id in chosen and node.id:
        made.append(_text("▸ on the way", x + _BOX - (left - x), y + 18, "mark", anchor="end"))
    made += [_text(line, left, y + 36 + 16 * number, None) for number, line in enumerate(wording)]
    made += [
        _text(line, left, y + 70, "answer")
        for line in lines(f"→ {answer}" if answer else "", room / BOLD, _NORMAL, 1)
    ]
    made.append(_text(figures_of(node), left, y + 87, "soft"))
    if node.visits:
        made += _bar(node, left, y + 94, room)
    return made


def _bar(node: RecordedNode, x: float, y: float, room: float) -> list[Element]:
    mean, value = (min(max(each, 0.0), 1.0) for each in (node.mean, node.value))
    return [
        element("rect", class_="track", x=x, y=y, width=room, height=4, rx=2),
        element("rect", class_="mean", x=x, y=y, width=f"{mean * room:g}", height=4, rx=2),
        element(
            "rect", class_="critic", x=f"{x + value * room - 1:g}", y=y - 3, width=2, height=10
        ),
    ]


def _folded(place: Place, x: float, y: float) -> list[Element]:
    middle = y + _HEIGHT / 2
    return [
        _text(f"+{len(place.nodes)} more moves", x + _PAD, middle - 2, "answer"),
        _text("never visited", x + _PAD, middle + 16, "soft"),
    ]


def _text(
    text: str, x: float, y: float, class_: str | None, *, anchor: str | None = None
) -> Element:
    return element("text", text, x=f"{x:g}", y=f"{y:g}", class_=class_, text_anchor=anchor)

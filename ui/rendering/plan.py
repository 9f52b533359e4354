"""The plan of a run, drawn: its sub-questions, with the chains that were tried."""

from collections.abc import Mapping, Sequence
from math import ceil
from xml.etree.ElementTree import Element

from ...agent.cli.progress import DRAFTS, StepProgress
from ...agent.cli.wording import counted
from ...agent.drawing.fitting import BOLD, lines
from ...agent.drawing.markup import element
from ...graphs.chain_tree import Branch
from ...graphs.plan import SubQuestion
from ..run_view import RunView
from .elements import html, icon, line
from .layers import Place, placed
from .tree import tree_figure
from .words import STATUS, seconds_words

WIDTH, HEIGHT = 264.0, 112.0
_GAP, _DROP, _ROW_GAP, _INDENT, _MARGIN = 28.0, 44.0, 20.0, 16.0, 14.0
_SMALL, _NORMAL = 11.0, 13.0
_PAD = 14.0
MOST_COLUMNS = 5
"""From so many columns on the boxes always stand in one."""


def room_for(columns: int) -> float:
    """Return how wide, in pixels, a plan is whose boxes stand in so many columns."""
    return columns * WIDTH + (columns - 1) * _GAP + 2 * _MARGIN


def plan_graph(view: RunView, selected: str | None = None) -> str:
    """Return the drawing of a run's plan.

    Args:
        view: The run.
        selected: Id of the sub-question, or ``#`` and the number of the state, whose detail is
            shown.
    """
    parts = []
    if view.tree:
        parts.append(tree_figure(view, selected))
    if view.steps:
        parts.append(_figure(view, selected))
    if not parts:
        said = "No plan was made." if view.is_over else "Planning …"
        parts.append(element("p", said, class_="empty"))
    return html(element("div", *parts, class_="clew clew-plan", data_thread=view.thread_id))


def _figure(view: RunView, selected: str | None) -> Element:
    places = placed(step.sub_question for step in view.steps.values())
    columns = min(ceil(max(place.column for place in places.values())) + 1, MOST_COLUMNS)
    caption = "The way taken" if view.tree else None
    return element(
        "figure",
        element("figcaption", caption) if caption else None,
        _branches(view),
        element("div", _drawing(view, places, selected), class_=f"sheet columns-{columns}"),
    )


def _drawing(view: RunView, places: Mapping[str, Place], selected: str | None) -> Element:
    layers = max(place.layer for place in places.values()) + 1
    indent = max(place.indent for place in places.values())
    last = max(place.column for place in places.values())
    wide = last * (WIDTH + _GAP) + WIDTH + 2 * _MARGIN
    high = layers * HEIGHT + (layers - 1) * _DROP + 2 * _MARGIN
    narrow = WIDTH + indent * _INDENT + 2 * _MARGIN
    long = len(places) * (HEIGHT + _ROW_GAP) - _ROW_GAP + 2 * _MARGIN
    subs = [step.sub_question for step in view.steps.values()]
    corrects = {
        id: node.corrects for id, node in view.chains.nodes.items() if node.corrects in places
    }
    return element(
        "svg",
        element("g", *_edges(subs, places, corrects, view, is_wide=True), class_="edges wide"),
        element("g", *_edges(subs, places, corrects, view, is_wide=False), class_="edges narrow"),
        element("g", *(_box(view, step, places, selected) for step in view.steps.values())),
        class_="plan",
        role="group",
        aria_label="The plan: its sub-questions, each with what came of it",
        style=f"--ww:{wide:g}px;--wh:{high:g}px;--nw:{narrow:g}px;--nh:{long:g}px",
    )


def _corner(place: Place, *, is_wide: bool) -> tuple[float, float]:
    if is_wide:
        return _MARGIN + place.column * (WIDTH + _GAP), _MARGIN + place.layer * (HEIGHT + _DROP)
    return _MARGIN + place.indent * _INDENT, _MARGIN + place.row * (HEIGHT + _ROW_GAP)


def _edges(
    subs: Sequence[SubQuestion],
    places: Mapping[str, Place],
    corrects: Mapping[str, str | None],
    view: RunView,
    *,
    is_wide: bool,
) -> list[Element]:
    drawn = []
    for sub in subs:
        for parent in sub.parents:
            if parent in places:
                path = (_downwards if is_wide else _beside)(places[parent], places[sub.id])
                is_left = view.steps[parent].is_left or view.steps[sub.id].is_left
                drawn.append(element("path", d=path, class_="edge left" if is_left else "edge"))
        if corrected := corrects.get(sub.id):
            path = (_across if is_wide else _beside)(places[corrected], places[sub.id])
            drawn.append(element("path", d=path, class_="edge correction"))
    return drawn


def _downwards(start: Place, end: Place) -> str:
    """The way from the bottom of a box to the top of one below it, past those between."""
    (x, y), (left, top) = _corner(start, is_wide=True), _corner(end, is_wide=True)
    x, left, y = x + WIDTH / 2, left + WIDTH / 2, y + HEIGHT
    bend = _DROP * 0.6
    if end.layer - start.layer == 1:
        return f"M {x:g} {y:g} C {x:g} {y + bend:g} {left:g} {top - bend:g} {left:g} {top:g}"
    lane = max(x, left) + (WIDTH + _GAP) / 2
    down, up = y + _DROP, top - _DROP
    return (
        f"M {x:g} {y:g} C {x:g} {y + bend:g} {lane:g} {down - bend:g} {lane:g} {down:g} "
        f"L {lane:g} {up:g} C {lane:g} {up + bend:g} {left:g} {top - bend:g} {left:g} {top:g}"
    )


def _across(start: Place, end: Place) -> str:
    """The way from the side of a box to the facing side of another."""
    (x, y), (left, top) = _corner(start, is_wide=True), _corner(end, is_wide=True)
    x, left = (x + WIDTH, left) if left > x else (x, left + WIDTH)
    y, top, middle = y + HEIGHT / 2, top + HEIGHT / 2, (x + left) / 2
    return f"M {x:g} {y:g} C {middle:g} {y:g} {middle:g} {top:g} {left:g} {top:g}"


def _beside(start: Place, end: Place) -> str:
    """The way to a box further down in the same column, on the left of both."""
    (x, y), (left, top) = _corner(start, is_wide=False), _corner(end, is_wide=False)
    top += HEIGHT / 2
    if end.indent > start.indent:
        x, y = x + _INDENT / 2, y + HEIGHT
        return (
            f"M {x:g} {y:g} V {top - 8:g} Q {x:g} {top:g} {min(x + 8, left):g} {top:g} H {left:g}"
        )
    y, lane = y + HEIGHT / 2, min(x, left) - 9
    return (
        f"M {x:g} {y:g} Q {lane:g} {y:g} {lane:g} {y + 9:g} V {top - 9:g} "
        f"Q {lane:g} {top:g} {left:g} {top:g}"
    )


def _box(
    view: RunView, step: StepProgress, places: Mapping[str, Place], selected: str | None
) -> Element:
    id, place = step.sub_question.id, places[step.sub_question.id]
    (wx, wy), (nx, ny) = _corner(place, is_wide=True), _corner(place, is_wide=False)
    status = "left" if step.is_left else step.status
    said = f"{STATUS[step.status]}, left for another chain" if step.is_left else STATUS[step.status]
    question = line(view.wording(step.text))
    answer = line(step.answer.text or "")
    after = f"after {', '.join(step.sub_question.parents)}" if step.sub_question.parents else ""
    room = WIDTH - 2 * _PAD
    texts = [
        _text(id, 38, 23, "id"),
        *(_text(each, 44 + 7 * len(id), 23, "soft") for each in lines(after, 90, _SMALL, 1)),
        _text(said.split(",")[0], WIDTH - _PAD, 23, "state", text_anchor="end"),
        *(
            _text(each, _PAD, 44 + 16 * number, "question")
            for number, each in enumerate(lines(question, room, _NORMAL, 2))
        ),
        *(
            _text(each, _PAD, 81, "answer")
            for each in lines(f"→ {answer}" if answer else "", room / BOLD, _NORMAL, 1)
        ),
        *(_text(each, _PAD, 100, "soft") for each in lines(_foot(view, step), room, _SMALL, 1)),
    ]
    told = f"{id}, {said}: {question}" + (f" → {answer}" if answer else "")
    return element(
        "g",
        element("title", told),
        element("rect", class_="box", width=WIDTH, height=HEIGHT, rx=10),
        icon(status, x=_PAD, y=10),
        *texts,
        class_=f"node {status}{' selected' if id == selected else ''}",
        role="button",
        tabindex=0,
        data_act="node",
        data_arg=id,
        aria_label=told,
        aria_pressed="true" if id == selected else "false",
        style=f"--wx:{wx:g}px;--wy:{wy:g}px;--nx:{nx:g}px;--ny:{ny:g}px",
    )


def _foot(view: RunView, step: StepProgress) -> str:
    """The last line of a box: how its draft fared, what the critic says, what it took."""
    id = step.sub_question.id
    corrected = [each for each, node in view.chains.nodes.items() if node.corrects == id]
    parts = []
    if corrected:
        parts.append(f"corrected as {corrected[0]}")
    elif step.outcome:
        parts.append(f"draft: {DRAFTS[step.outcome]}")
    elif step.draft:
        parts.append(f"draft: {line(step.draft)}")
    if step.score is not None:
        parts.append(f"critic {step.score:.2f}")
    if step.searches:
        parts.append(counted(len(step.searches), "search", "searches"))
    if step.usage.seconds:
        parts.append(seconds_words(step.usage.seconds))
    return " · ".join(parts)


def _branches(view: RunView) -> Element | None:
    """The chains in words, where there are several."""
    if len(view.chains.branches) < 2:
        return None
    items = (element("li", *_branch(view, each)) for each in view.chains.branches)
    return element("ol", *items, class_="chains")


def _branch(view: RunView, branch: Branch) -> tuple[Element, str]:
    is_current = branch.number == view.chains.current
    state = "left"
    if is_current:
        state = "taken" if branch.status == "accepted" else "worked on"
    value = "" if branch.value is None else f", critic {branch.value:.2f}"
    links = " → ".join(branch.nodes)
    name = element("strong" if is_current else "span", f"Chain {branch.number + 1}")
    return name, f" {links}: {state}{value}"


def _text(text: str, x: float, y: float, class_: str, **attributes: object) -> Element:
    return element("text", text, x=f"{x:g}", y=f"{y:g}", class_=class_, **attributes)

"""A search tree as a page: the drawing, the way to the answer, and every state with its evidence.

The page is one file, needs no script, loads nothing, and holds what others wrote as text only.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, tostring

from ...graphs.steps import Step
from ...graphs.tree_search.record import RecordedNode, TreeRecord
from ...tools.passages import Passage
from .markup import element, web_address
from .svg import STYLE, drawn
from .telling import answer_of, figures_of, kind_of, new_steps, quoted, wording_of

_STYLE = """
:root { --paper: #fff; --ink: #1d2330; --soft: #5a6375; --line: #d9dee7; --wash: #f4f6fa;
  --accent: #1f5fbf; --glow: #e8f0fc; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171d; --ink: #e4e8ef; --soft: #a0a9ba; --line: #333b49; --wash: #1d222b;
    --accent: #8ab4f8; --glow: #1c2b44; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.6rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .7rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
.soft, small { color: var(--soft); }
.result { font-size: 1.15rem; }
.text { max-width: 60rem; }
figure { margin: 1.2rem 0; overflow: auto; max-height: 85vh; border: 1px solid var(--line);
  border-radius: .6rem; }
figure:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 2px; }
figure svg { display: block; }
details { max-width: 60rem; border: 1px solid var(--line); border-radius: .6rem; margin: .5rem 0;
  scroll-margin-top: 1rem; }
details.chosen { border: 3px solid var(--accent); }
details:target { outline: 3px solid var(--accent); outline-offset: 2px; }
summary { cursor: pointer; padding: .55rem .9rem; }
summary small { display: block; }
details > div { padding: 0 .9rem .8rem; }
.step { margin: .8rem 0 0; }
blockquote { margin: .5rem 0; padding: .1rem .9rem; border-left: 3px solid var(--line); }
blockquote footer { color: var(--soft); font-size: .87rem; }
@media print { figure { max-height: none; } }
"""


def page(record: TreeRecord) -> str:
    """Return a tree as an HTML page that needs nothing else; the same tree gives the same."""
    chosen = () if record.chosen is None else record.path(record.chosen)
    on_the_way = {node.id for node in chosen}
    body = element(
        "body",
        element("h1", record.question),
        _result(record),
        element("p", "A box leads to what is known of its state, below.", class_="soft"),
        element("figure", drawn(record, _address).root, tabindex="0"),
        *_failures(record),
        element("h2", "The way to the answer" if chosen else "No way to an answer was found"),
        *(_state(record, node, is_chosen=True) for node in chosen if node.parent is not None),
        element("h2", "The other states"),
        *(
            _state(record, node, is_chosen=False)
            for node in _depth_first(record)
            if node.id not in on_the_way and node.parent is not None
        ),
    )
    root = element("html", _head(record), body, lang="en")
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _head(record: TreeRecord) -> Element:
    style = Element("style")
    style.text = _STYLE + STYLE
    content = "default-src 'none'; style-src 'unsafe-inline'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=content),
        element("title", f"Search tree: {record.question}"),
        style,
    )


def _address(node: RecordedNode) -> str | None:
    return None if node.parent is None else f"#node-{node.id}"


def _result(record: TreeRecord) -> Element:
    answer = None if record.chosen is None else record.nodes[record.chosen].answer
    if answer is None:
        return element("p", "No answer was taken.", class_="result")
    return element("p", "→ ", element("strong", answer), class_="result")


def _failures(record: TreeRecord) -> Iterator[Element]:
    if record.failures:
        listed = (element("li", failure) for failure in record.failures)
        yield element("div", "What did not work:", element("ul", *listed), class_="text")


def _depth_first(record: TreeRecord) -> Iterator[RecordedNode]:
    below: dict[int | None, list[RecordedNode]] = {}
    for node in reversed(record.nodes):
        below.setdefault(node.parent, []).append(node)
    waiting = below.get(None, [])
    while waiting:
        node = waiting.pop()
        yield node
        waiting += below.get(node.id, [])


def _state(record: TreeRecord, node: RecordedNode, *, is_chosen: bool) -> Element:
    steps = new_steps(record, node)
    answer = answer_of(node, steps)
    summary = element(
        "summary",
        f"#{node.id} {kind_of(node)}: {wording_of(record, node)} ",
        element("strong", f"→ {answer}") if answer else None,
        element("small", f"{figures_of(node)} · after #{node.parent}"),
    )
    inside = element(
        "div",
        element("p", f"The critic says: {node.explanation}") if node.explanation else None,
        *(_step(record, step) for step in steps),
        None if steps or node.explanation else element("p", _nothing(node), class_="soft"),
    )
    return element(
        "details",
        summary,
        inside,
        id=f"node-{node.id}",
        class_="chosen" if is_chosen else None,
        open="" if is_chosen else None,
    )


def _nothing(node: RecordedNode) -> str:
    if node.terminal:
        return "It rests on the steps before it."
    return "Nothing new was found." if node.visits else "It was never visited."


def _step(record: TreeRecord, step: Step) -> Element:
    score = "" if step.verdict is None else f" · critic {step.verdict.score:.2f}"
    said = step.verdict.explanation if step.verdict else ""
    return element(
        "div",
        element("div", f"{step.text} → ", element("strong", step.answer.text or "unknown")),
        element("small", f"{step.status}, confidence {step.answer.confidence:.2f}{score}"),
        element("p", f"The critic says: {said}") if said else None,
        *(
            element("blockquote", element("p", f"“{each.text}”"), _source(each.passage))
            for each in quoted(record, step)
        ),
        class_="step",
    )


def _source(passage: Passage) -> Element:
    address = web_address(passage.source)
    source: Element | str = passage.source
    if address is not None:
        source = element("a", address, href=address, rel="noopener noreferrer nofollow")
    made_up = " (made up by a model)" if passage.origin == "simulated" else ""
    return element("footer", f"{passage.title}{made_up} · ", source)

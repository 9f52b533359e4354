"""Pictures of search trees: what they show, and that nothing in them but text is others'."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from tree_examples import PASSAGES, STEPS, TREE

from clew.agent.drawing.page import page
from clew.agent.drawing.svg import svg
from clew.graphs.tree_search.record import TreeRecord
from clew.tools.passages import Passage

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title></style><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "]]> <!-- &amp; \x00\x1b[31m \ud800\uffff \u202e",
    "javascript:alert(1)",
    "{q1}\nhttps://example.org/",
)


def retold(text: str, source: str) -> TreeRecord:
    """Return the tree with a text in place of whatever others write."""
    steps = {}
    for key, step in STEPS.items():
        quotes = tuple(
            quote.model_copy(update={"text": text or "-"}) for quote in step.answer.quotes
        )
        answer = step.answer.model_copy(update={"text": text, "quotes": quotes})
        steps[key] = step.model_copy(
            update={
                "text": text,
                "reading": step.reading.model_copy(update={"answer": answer}),
                "verdict": step.verdict and step.verdict.model_copy(update={"explanation": text}),
            }
        )
    nodes = tuple(
        node.model_copy(
            update={
                "explanation": text,
                "answer": node.answer and text,
                "move": node.move and node.move.model_copy(update={"text": text}),
            }
        )
        for node in TREE.nodes
    )
    evidence = {
        each.id: Passage(id=each.id, source=source, title=text, text=each.text)
        for each in PASSAGES.values()
    }
    update = {
        "question": text, "method": text, "critic": text, "ended_by": text, "failures": (text,),
        "steps": steps, "nodes": nodes, "evidence": evidence,
    }  # fmt: skip
    return TREE.model_copy(update=update)


def boxes(drawing: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """Return the groups of a drawing by the first word of their tooltips, such as ``#3``."""
    groups = [each for each in drawing.iter() if "node" in each.get("class", "").split()]
    return {(each.findtext(f"{SVG}title") or "").split()[0]: each for each in groups}


def texts(group: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in group.iter(f"{SVG}text")]


def test_a_box_tells_how_a_state_fared() -> None:
    found = boxes(ElementTree.fromstring(svg(TREE)))
    assert texts(found["#2"]) == [
        "#2 ask",
        "Who led the expedition of the",
        "Endurance?",
        "→ Ernest Shackleton",
        "3 visits · mean 0.31 · critic 0.40",
    ]
    # References stand with their answers.
    assert texts(found["#5"])[1:3] == ["Where was Ernest Shackleton", "born?"]
    assert texts(found["#8"])[2] == "→ unknown"
    assert texts(found["#9"])[0] == "+3 more moves"
    bar = {each.get("class"): each for each in found["#2"].iter(f"{SVG}rect")}
    share = float(bar["mean"].get("width", 0)) / float(bar["track"].get("width", 0))
    assert share == pytest.approx(0.31)


def test_a_tooltip_tells_the_passages_behind_a_step() -> None:
    title = boxes(ElementTree.fromstring(svg(TREE)))["#2"].findtext(f"{SVG}title")
    assert title is not None and title.split("\n") == [
        "#2 ask: Who led the expedition of the Endurance?",
        "3 visits · mean 0.31 · critic 0.40",
        "The critic says: Who leads an expedition need not be the captain.",
        "Who led the expedition of the Endurance? → Ernest Shackleton",
        "“Ernest Shackleton led the expedition.” (Ernest Shackleton)",
        "The critic says: Who leads an expedition need not be the captain.",
    ]


def test_the_way_to_the_answer_stands_out_by_more_than_colour() -> None:
    drawing = ElementTree.fromstring(svg(TREE))
    found = boxes(drawing)
    chosen = {name for name, each in found.items() if "chosen" in each.get("class", "").split()}
    assert chosen == {"#0", "#1", "#3", "#7"}
    assert "✓ chosen" in texts(found["#7"]) and "▸ on the way" in texts(found["#3"])
    style = drawing.findtext(f"{SVG}style") or ""
    assert re.search(r"\.edge\.chosen {[^}]*stroke-width", style)
    edges = [each.get("class", "") for each in drawing.iter(f"{SVG}path")]
    assert edges.count("edge chosen") == 3 and len(edges) == len(found) - 1


def test_every_text_stays_in_its_box() -> None:
    wide = retold("WWWWWWWW 船長船長船長 " * 30, "test.jsonl")
    drawing = ElementTree.fromstring(svg(wide))
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    assert (drawing.get("width"), drawing.get("height")) == (f"{width:g}", f"{height:g}")
    for group in boxes(drawing).values():
        box = next(each for each in group.iter(f"{SVG}rect") if each.get("class") == "box")
        top = float(box.get("y", 0))
        bottom = top + float(box.get("height", 0))
        assert all(top < float(each.get("y", 0)) < bottom for each in group.iter(f"{SVG}text"))
        assert all(len(text) < 50 for text in texts(group)[:-1])
        assert bottom <= height and float(box.get("x", 0)) + float(box.get("width", 0)) <= width


def test_the_page_shows_the_way_and_every_state_with_its_sources() -> None:
    found = html.fromstring(page(retold_sources("https://example.org/polar?a=1&b=2")))
    assert found.findtext(".//h1") == TREE.question
    states = {each.get("id"): each for each in found.iter("details")}
    assert states.keys() == {f"node-{node.id}" for node in TREE.nodes[1:]}
    assert {id for id, each in states.items() if "open" in each.attrib} == {
        "node-1", "node-3", "node-7",
    }  # fmt: skip
    said = " ".join(states["node-3"].text_content().split())
    assert "Where was Frank Worsley born? → Akaroa" in said
    assert "“Frank Worsley was born in Akaroa, New Zealand, in 1872.”" in said
    (link,) = states["node-3"].iter("a")
    assert link.get("href") == "https://example.org/polar?a=1&b=2"
    assert "A ship is no captain." in states["node-4"].text_content()
    assert "one proposal could not be read" in found.text_content()
    targets = {each.get("href") for each in found.iter("a") if each.get("href", "")[0] == "#"}
    assert {target[1:] for target in targets} <= states.keys() and len(targets) == 9


def retold_sources(source: str) -> TreeRecord:
    evidence = {
        id: each.model_copy(update={"source": source}) for id, each in TREE.evidence.items()
    }
    return TREE.model_copy(update={"evidence": evidence})


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "data:text/html,x", "notes.md", "http:// x", "//example.org"]
)
def test_other_addresses_are_no_links(source: str) -> None:
    found = html.fromstring(page(retold_sources(source)))
    assert {each.get("href")[0] for each in found.iter("a")} == {"#"}
    assert source.split()[0] in found.text_content()


def is_harmless(text: str, source: str) -> None:
    record = retold(text, source)
    plain = ElementTree.fromstring(svg(record))
    assert {each.tag.removeprefix(SVG) for each in plain.iter()} == {
        "svg", "title", "style", "rect", "text", "path", "g",
    }  # fmt: skip
    found = html.fromstring(page(record))
    tags = {each.tag for each in found.iter()}
    assert not tags & {"script", "img", "iframe", "link", "object"} and len(tags) < 35
    for each in found.iter():
        assert not any(name.startswith("on") for name in each.attrib)
        address = each.get("href", "#")
        assert address.startswith("#") or re.match(r"https?://", address, re.IGNORECASE)
        assert each.get("src") is None
    assert len(list(found.iter("details"))) == len(TREE.nodes) - 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_pages_is_text(text: str) -> None:
    is_harmless(text, text)


@settings(max_examples=40)
@given(st.text(), st.text() | st.text().map("https://".__add__))
def test_any_text_is_text(text: str, source: str) -> None:
    is_harmless(text, source)


@pytest.mark.parametrize("draw", [svg, page])
def test_a_picture_needs_nothing_else_and_is_always_the_same(
    draw: Callable[[TreeRecord], str],
) -> None:
    picture = draw(TREE)
    assert draw(TREE) == picture
    assert not re.search(r"url\(|@import|src=|<script|<link", picture)
    assert "prefers-color-scheme: dark" in picture


def test_a_search_that_found_nothing_is_drawn() -> None:
    nothing = TreeRecord(
        question="Who?", method="mcts", critic="reward", nodes=TREE.nodes[:1], steps={}, evidence={}
    )
    assert "no answer was taken" in svg(nothing)
    assert "No way to an answer was found" in page(nothing)

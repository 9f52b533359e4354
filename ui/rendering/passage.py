"""A passage: its title and source, its text with the quoted spans marked, and what can be done."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from ...agent.drawing.markup import element
from ...graphs.steps import Quote
from ...tools.passages import Passage
from ..run_view import RunView
from .elements import button, html, marked, source_line, thumbs, title_of


def passage_html(view: RunView, passage_id: str, quotes: Iterable[Quote] = ()) -> str:
    """Return a passage in full.

    Args:
        view: The run that found it.
        passage_id: Which one.
        quotes: What is marked in it; by default all that the run's answer cites of it.
    """
    passage = view.passages.get(passage_id)
    if passage is None:
        said = "The text of this passage is shown when the run is over."
        return html(element("div", element("p", said, class_="empty"), class_="clew"))
    of_it = [each for each in quotes if each.passage_id == passage_id] or cited_in(view, passage_id)
    return html(
        element(
            "article",
            passage_head(passage),
            passage_text(passage, of_it),
            class_="clew clew-passage",
            data_thread=view.thread_id,
        )
    )


def cited_in(view: RunView, passage_id: str) -> list[Quote]:
    """Return what the answer of a run cites of a passage."""
    if view.answer is None:
        return []
    return [
        Quote(passage_id=passage_id, text=each.quote, start=each.start)
        for each in view.answer.citations
        if each.passage.id == passage_id and each.quote
    ]


def passage_head(passage: Passage) -> Element:
    """Return the title and the source of a passage."""
    return element(
        "header",
        element("strong", title_of(passage)),
        source_line(passage),
        class_="passage-head",
    )


def passage_text(passage: Passage, quotes: Sequence[Quote]) -> Element:
    """Return the text of a passage, its quotes marked."""
    return element("p", *marked(passage.text, quotes), class_="passage-text", dir="auto")


def passage_acts(step: str, passage_id: str) -> Element:
    """Return the buttons that steer what a step reads, and judge a passage."""
    arg = f"{step}|{passage_id}"
    return element(
        "span",
        button("pin", arg, "Read first", drawn="pin", shown=True),
        button("drop", arg, "Leave out", drawn="drop", shown=True),
        thumbs(f"passage|{arg}", "This passage"),
        class_="acts",
    )

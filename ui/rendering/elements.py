"""What every part of the page is built of: buttons, icons, source lines, highlighted text."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, tostring

from ...agent.cli.wording import clean, shortened
from ...agent.drawing.markup import Child, element, web_address
from ...graphs.steps import Quote
from ...tools.passages import Passage

LONGEST_LINE = 400
"""Characters that are shown of what should be a line: a title, a question, an answer."""
LONGEST_TEXT = 6_000
"""Characters that are shown of what may be a paragraph."""

_ICONS = {
    "waiting": "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11",
    "searching": "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9 M10.4 10.4L14 14",
    "reading": "M8 4C6.5 3 4.5 2.8 2 3v9.5c2.5-.2 4.5 0 6 1c1.5-1 3.5-1.2 6-1V3c-2.5-.2-4.5 0-6 1z"
    " M8 4v9.5",
    "answered": "M2.5 8.5L6.3 12.3L13.5 4",
    "unknown": "M5.2 5.6a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.1-1.6 2.2 M8 13v.3",
    "failed": "M3.5 3.5L12.5 12.5 M12.5 3.5L3.5 12.5",
    "unfinished": "M5.5 3v10 M10.5 3v10",
    "left": "M6 3L2.5 6.5L6 10 M2.5 6.5h7a4 4 0 0 1 0 7h-2",
    "up": "M5 7.2v6.3H2.5V7.2z M5 7.2L7.6 2c1.2 0 1.9.8 1.7 2L8.9 6.3h3.5c1 0 1.7.9 1.4 1.9"
    "l-1 4.1c-.2.7-.8 1.2-1.5 1.2H5",
    "down": "M5 8.8V2.5H2.5v6.3z M5 8.8L7.6 14c1.2 0 1.9-.8 1.7-2l-.4-2.3h3.5c1 0 1.7-.9 1.4-1.9"
    "l-1-4.1c-.2-.7-.8-1.2-1.5-1.2H5",
    "pin": "M5.5 2.5h5 M6.5 2.5v4L4 9.5h8l-2.5-3v-4 M8 9.5v4.5",
    "drop": "M3 4.5h10 M6.5 4.5v-2h3v2 M4.5 4.5l.6 9h5.8l.6-9",
    "edit": "M3 13l.6-2.9L10.8 2.9l2.3 2.3l-7.2 7.2z",
    "copy": "M5.5 5.5h8v8h-8z M10.5 5.5v-3h-8v8h3",
    "save": "M8 2.5v7.5 M4.7 7L8 10.3L11.3 7 M3 13.5h10",
    "out": "M9 2.5h4.5V7 M13.5 2.5L7.5 8.5 M11.5 9v4.5h-9v-9H7",
}


def html(*elements: Element) -> str:
    """Return elements as HTML."""
    return "".join(tostring(each, encoding="unicode", method="html") for each in elements)


def line(text: str) -> str:
    """Return a text as it is shown in a line: without what steers a reader, and not too long."""
    # What is far too long is cut first, for cleaning takes its time.
    return shortened(clean(text[: 4 * LONGEST_LINE]), LONGEST_LINE)


def icon(name: str, **attributes: object) -> Element:
    """Return a small drawing of 16 by 16, which says nothing that words beside it do not."""
    return element(
        "svg",
        element("path", d=_ICONS[name]),
        class_="icon",
        viewBox="0 0 16 16",
        width=16,
        height=16,
        aria_hidden="true",
        **attributes,
    )


def button(
    act: str, arg: str, label: str, *, drawn: str | None = None, shown: bool = False
) -> Element:
    """Return a button.

    Args:
        act: What it asks for.
        arg: What of.
        label: What it is called.
        drawn: Name of its icon.
        shown: Whether its label stands beside the icon; otherwise only pointing at it shows it.
    """
    return element(
        "button",
        icon(drawn) if drawn else None,
        element("span", label) if shown or not drawn else None,
        type="button",
        class_="act" if shown or not drawn else "act bare",
        data_act=act,
        data_arg=arg,
        title=None if shown or not drawn else label,
        aria_label=None if shown or not drawn else label,
    )


def thumbs(arg: str, what: str) -> Element:
    """Return the buttons that judge something, or correct it."""
    return element(
        "span",
        button("thumb-up", arg, f"{what} is good", drawn="up"),
        button("thumb-down", arg, f"{what} is bad", drawn="down"),
        button("correct", arg, f"Correct {what[:1].lower()}{what[1:]}", drawn="edit"),
        class_="thumbs",
    )


def figures(*parts: str | None) -> Element | None:
    """Return short facts side by side; None if there are none."""
    said = [part for part in parts if part]
    return element("p", *(element("span", part) for part in said), class_="facts") if said else None


def source_line(passage: Passage) -> Element:
    """Return where a passage comes from, linked to where it is an address of the web."""
    return element(
        "span",
        _origin(passage),
        element("span", line(passage.date), class_="date") if passage.date else None,
        class_="source",
    )


def title_of(passage: Passage) -> str:
    """Return the title of a passage, or else its source."""
    return line(passage.title) or near(passage.source) or "untitled"


def _origin(passage: Passage) -> Element:
    if passage.origin == "simulated":
        return element("span", "made up by a model, no source")
    address = web_address(passage.source)
    if address is None or len(address) > 2_000:
        return element("span", near(passage.source))
    return element(
        "a",
        _site(address),
        icon("out"),
        href=address,
        target="_blank",
        rel="noopener noreferrer nofollow",
        title=line(address),
    )


def near(source: str) -> str:
    """Return a source that is no address, without the folders that it lies in."""
    # Where files lie on this machine is nobody's business.
    return line(re.split(r"[/\\]", source)[-1] or source)


def _site(address: str) -> str:
    try:
        return line(urlsplit(address).hostname or address)
    except ValueError:
        return line(address)


def marked(text: str, quotes: Iterable[Quote]) -> list[Child]:
    """Return a passage's text with its quotes marked, cut around them where it is very long."""
    spans = sorted({(each.start, each.start + len(each.text)) for each in quotes})
    first = max(spans[0][0] - LONGEST_TEXT // 3, 0) if spans else 0
    last = min(first + LONGEST_TEXT, len(text))
    shown: list[Child] = ["… "] if first else []
    at = first
    for start, end in spans:
        start, end = max(start, at), min(end, last)
        if start < end and text[start:end].strip():
            shown += [text[at:start], element("mark", text[start:end])]
            at = end
    return [*shown, text[at:last], " …" if last < len(text) else None]

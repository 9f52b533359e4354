"""Elements of SVG and HTML: text put into them stays text, whatever it holds."""

import re
from xml.etree.ElementTree import Element

from ..cli.wording import clean

Child = Element | str | None

_NO_XML = re.compile("[\ufffe\uffff]")


def element(tag: str, *children: Child, **attributes: object) -> Element:
    """Return an element.

    Args:
        tag: Its name.
        *children: Elements and texts in order; None is passed over.
        **attributes: ``class_`` and ``stroke_width`` stand for class and stroke-width; one that is
            None is left out.
    """
    made = Element(
        tag,
        {
            name.rstrip("_").replace("_", "-"): plain(str(value))
            for name, value in attributes.items()
            if value is not None
        },
    )
    last: Element | None = None
    for child in children:
        if isinstance(child, str):
            text = "\n".join(map(_spaced, child.split("\n")))
            if last is None:
                made.text = (made.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        elif child is not None:
            made.append(child)
            last = child
    return made


def _spaced(line: str) -> str:
    # A space at an edge keeps a text apart from the element beside it.
    return f"{' ' * line.startswith(' ')}{plain(line)}{' ' * line.endswith(' ')}"


def plain(text: str) -> str:
    """Return text in one line, without characters that steer a reader or that XML forbids."""
    return _NO_XML.sub(" ", clean(text))


def web_address(source: str) -> str | None:
    """Return an address that may be linked to, or None: no scheme but http and https may."""
    return source if re.match(r"https?://[^\s\\]+$", source, re.IGNORECASE) else None

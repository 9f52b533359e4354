"""The main text of an HTML page, with its title, date and language."""

import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_MOST_ELEMENTS = 15_000
_LEAST_SHARE = 0.7
_LANGUAGE = re.compile(r"\s*([a-z]{2})(?![a-z])", re.IGNORECASE)
_NO_LETTERS = re.compile(r"[\W_]+")


class MainText(NamedTuple):
    """What a page says; parts that it does not tell are empty or None."""

    title: str
    text: str
    date: str | None
    language: str | None


def main_text(page: str, *, url: str = "", today: datetime | None = None) -> MainText:
    """Read the main text of an HTML page.

    Two extractions by trafilatura (Barbaresi, 2021) in its fast mode are compared, one tuned for
    precision and a balanced one. The precise one is taken if it holds nearly as much: it has less
    of what surrounds an article, but on some pages it loses the article too. Where neither finds
    anything, and on pages too large to be articles, the text is all that the page shows.

    Args:
        page: The markup.
        url: Address of the page, which may hold its date.
        today: No date after this one is believed; without it none is looked for.
    """
    from trafilatura import html2txt
    from trafilatura.utils import load_html

    for name in ("trafilatura", "htmldate"):
        # They tell of every page in which they find nothing.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    tree = load_html(page)
    if tree is None:
        # It takes a page without its outermost tags for none.
        tree = load_html(f"<html><body>{page}</body></html>")
    if tree is None:
        return MainText("", "", None, None)
    small = sum(1 for _ in tree.iter()) <= _MOST_ELEMENTS
    text = (_best(tree) if small else "") or html2txt(tree)
    return MainText(_title(tree), text, _date(tree, url, today) if today else None, _language(tree))


def _best(tree: "HtmlElement") -> str:
    balanced, precise = _extracted(tree, precise=False), _extracted(tree, precise=True)
    return precise if len(precise) >= _LEAST_SHARE * len(balanced) else balanced


def _extracted(tree: "HtmlElement", *, precise: bool) -> str:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    try:
        found = bare_extraction(tree, fast=True, include_comments=False, favor_precision=precise)
    # Broken markup makes it raise errors of every kind.
    except Exception:
        return ""
    return (found.text or "").strip() if isinstance(found, Document) else ""


def _title(tree: "HtmlElement") -> str:
    named = tree.xpath("//meta[@property='og:title']/@content") or tree.xpath("//title//text()")
    title = " ".join("".join(named[:1]).split())
    headings = tree.findall(".//h1")
    heading = " ".join("".join(headings[0].itertext()).split()) if len(headings) == 1 else ""
    letters, of_heading = _letters(title), _letters(heading)
    # The name of the site often follows the title proper, which is also the heading; a heading
    # that is the smaller part of a title is the name of the site itself.
    if of_heading and letters.startswith(of_heading) and 2 * len(of_heading) >= len(letters):
        return heading
    return title or heading


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _date(tree: "HtmlElement", url: str, today: datetime) -> str | None:
    from htmldate import find_date

    try:
        # The extensive search takes any date in the text for that of the page.
        return find_date(
            tree, url=url, original_date=True, extensive_search=False, max_date=f"{today:%Y-%m-%d}"
        )
    except Exception:
        return None


def _language(tree: "HtmlElement") -> str | None:
    named = [tree.get("lang") or "", *tree.xpath("//meta[@property='og:locale']/@content")]
    found = (_LANGUAGE.match(name) for name in named)
    return next((match[1].lower() for match in found if match), None)

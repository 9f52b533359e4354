"""Fetched pages into their main text, whatever kind of page they are."""

import os
import tempfile
from pathlib import Path

from ...errors import DocumentError
from ..corpus.decoding import clean
from .charsets import decode_page
from .page import Page, PageText, Unreadable
from .trimming import MOST_BYTES, trimmed

MOST_TEXT = 400_000
"""The most characters of a page's text that are kept."""

MOST_TITLE = 300
"""The most characters of a page's title that are kept."""

_KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/json": "json",
    "text/plain": "plain",
}


def extract(page: Page) -> PageText | Unreadable:
    """Return the main text of a page: HTML, PDF, JSON or plain text.

    It never raises. Large pages are read in part: scripts, and what lies beyond
    `trimming.MOST_BYTES` bytes, `MOST_TEXT` characters of text or `MOST_TITLE` of title, are left
    out. How long a hostile page takes is bounded only in an `ExtractionPool`.
    """
    try:
        return _extracted(page)
    except DocumentError as error:
        return Unreadable(reason=str(error))
    # Parsers meet with pages of every kind, and no page may stop the others.
    except Exception as error:
        return Unreadable(reason=f"the page cannot be read ({type(error).__name__}: {error})")


def _extracted(page: Page) -> PageText | Unreadable:
    date = language = None
    match _kind(page):
        case "html":
            from ..corpus.main_text import main_text

            markup = decode_page(trimmed(page.body), page.charset)
            title, text, date, language = main_text(
                markup, url=page.final_url, today=page.fetched_at
            )
        case "pdf":
            title, text = _pdf(page.body)
        case "json":
            title, text = _json(decode_page(page.body[:MOST_BYTES], page.charset))
        case "plain":
            title, text = "", decode_page(page.body[:MOST_BYTES], page.charset)
        case _:
            return Unreadable(reason=f"{page.content_type} is no kind of page that clew reads")
    text = _shortened(clean(text).strip(), MOST_TEXT, "\n")
    if not text:
        return Unreadable(reason="no text in it")
    title = _shortened(" ".join(clean(title).split()), MOST_TITLE, " ")
    return PageText(url=page.final_url, title=title, text=text, date=date, language=language)


def _kind(page: Page) -> str | None:
    kind = "pdf" if page.body.startswith(b"%PDF-") else _KINDS.get(page.content_type)
    # Some servers call everything HTML.
    return "plain" if kind == "html" and b"<" not in page.body else kind


def _json(content: str) -> tuple[str, str]:
    from .json_text import json_text

    try:
        return json_text(content)
    except (ValueError, RecursionError):
        # One object a line, or a document that was cut off, reads well enough as it is.
        return "", content


def _pdf(body: bytes) -> tuple[str, str]:
    from ..corpus.pdf import pdf_text

    handle, name = tempfile.mkstemp(suffix=".pdf", prefix="clew-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        title, text, _ = pdf_text(path)
    finally:
        path.unlink()
    return title or "", text


def _shortened(text: str, length: int, at: str) -> str:
    """Cut text off at the last separator that leaves most of it."""
    if len(text) <= length:
        return text
    end = text.rfind(at, length // 2, length)
    return text[: end if end > 0 else length].rstrip()

"""Values out of JSON that anyone may have written, and outcomes made of them."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..search.base import Empty, Failed
from ..web.urls import canonical_url
from .base import EngineOutcome, Results, SearchFilters, WebResult, distinct

_EMPHASIS = re.compile(r"</?(?:b|br|em|i|mark|p|span|strong|wbr)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+"
)
_DATE = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")
_LONGEST_TITLE = 300
_LONGEST_SNIPPET = 2_000


def at(data: Any, *path: str) -> Any:
    """Return what lies at a path of keys; None where a part of it is missing."""
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def rows_at(data: Any, *path: str) -> list[Any] | None:
    """Return the list at a path of keys; None where there is none."""
    found = at(data, *path)
    return found if isinstance(found, list) else None


def one_line(value: Any, longest: int) -> str:
    """Return a text in one line that can be stored and shown; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    whole = value[: 4 * longest].encode("utf-8", "replace").decode()
    return " ".join(_UNSEEN.sub(" ", whole).split())[:longest].rstrip()


def plain(value: Any, longest: int) -> str:
    """Return a text in one line, without the marks of HTML with which engines show matches."""
    if not isinstance(value, str):
        return ""
    return one_line(html.unescape(_EMPHASIS.sub("", value[: 4 * longest])), longest)


def web_result(url: Any, title: Any, snippet: Any, date: Any = None) -> WebResult | None:
    """Return a result made of what an engine says; None where the address cannot be used."""
    if not isinstance(url, str):
        return None
    try:
        canonical = canonical_url(url)
    except ValueError:
        return None
    day = _DATE.match(date) if isinstance(date, str) else None
    return WebResult(
        url=canonical,
        title=plain(title, _LONGEST_TITLE),
        snippet=plain(snippet, _LONGEST_SNIPPET),
        date=day[0] if day else None,
    )


def outcome_of(
    name: str,
    found: Sequence[WebResult | None],
    *,
    limit: int,
    filters: SearchFilters,
    ignored: Iterable[str],
) -> EngineOutcome:
    """Return what a search came to.

    Pages beside the site that was asked for are dropped: not every engine keeps to ``site:``.

    Args:
        name: Name of the engine.
        found: What it named, best first; None for what could not be read.
        limit: The most pages to name.
        filters: What the search was narrowed to.
        ignored: Names of the filters that the engine does not have; those that were not asked
            for are left out.
    """
    readable = [each for each in found if each is not None]
    if found and not readable:
        return unexpected(name)
    kept = distinct([each for each in readable if _is_on(each.url, filters.site)], limit)
    if not kept:
        return Empty()
    asked = tuple(each for each in ignored if getattr(filters, each) is not None)
    return Results(results=kept, ignored=asked)


def unexpected(name: str) -> Failed:
    """Return the failure of an engine whose answer has another shape than documented."""
    return Failed(
        reason=f"{name} answered in a form that clew does not know; "
        "it may have changed: try another engine or a newer clew"
    )


def _is_on(url: str, site: str | None) -> bool:
    host = urlsplit(url).hostname or ""
    return site is None or host == site or host.endswith(f".{site}")

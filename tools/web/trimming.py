"""Large pages made small enough to be parsed."""

import re

_HIDDEN = ((b"<script", b"</script"), (b"<style", b"</style"), (b"<!--", b"-->"))
_LARGE = 500_000
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{10000,}>?")
MOST_BYTES = 2_000_000
"""The most bytes of a page that are read; the rest is cut off."""


def trimmed(body: bytes) -> bytes:
    """Return a page without what nobody reads, if it is large, and without its overlong end.

    Scripts go from large pages only: in others, they may hold the text and the date as JSON-LD.
    Overlong tags always go: lxml's time grows with the square of their attributes.
    """
    if len(body) > _LARGE:
        for opening, closing in _HIDDEN:
            body = _without(body, opening, closing)
    return _LONG_TAG.sub(b"", body[:MOST_BYTES])


def _without(body: bytes, opening: bytes, closing: bytes) -> bytes:
    """Cut out all that is between two marks, in one pass; what is never closed ends the page."""
    lowered = body.lower()
    kept: list[bytes] = []
    position = 0
    while (start := lowered.find(opening, position)) >= 0:
        kept.append(body[position:start])
        end = lowered.find(closing, start)
        position = lowered.find(b">", end) + 1
        if end < 0 or position == 0:
            return b"".join(kept)
    kept.append(body[position:])
    return b"".join(kept)

"""Pages for tests of extraction, and what is read from them."""

from datetime import UTC, datetime

from clew.tools.web.extracting import extract
from clew.tools.web.page import Page, PageText, Unreadable

URL = "https://example.org/arctic/nansen"
PARAGRAPH = (
    "Fridtjof Nansen crossed the ice of Greenland on skis in 1888, and nobody had done it before. "
    "Five years later he let his ship, the Fram, freeze in and drift towards the pole. "
)
ARTICLE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><title>Nansen on the ice - Polar Gazette</title>
<meta property="article:published_time" content="2021-03-04T08:00:00Z"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/shop">Shop</a></li></ul></nav>
<article><h1>Nansen on the ice</h1>
<p>{PARAGRAPH}</p><p>{PARAGRAPH[::-1]}</p><p>He was later awarded the Nobel Peace Prize.</p>
</article><footer>All rights reserved by the Gazette</footer></body></html>"""


def page(body: bytes | str, content_type: str = "text/html", charset: str | None = None) -> Page:
    return Page(
        url=URL,
        final_url=URL,
        content_type=content_type,
        charset=charset,
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def read(
    body: bytes | str, content_type: str = "text/html", charset: str | None = None
) -> PageText:
    text = extract(page(body, content_type, charset))
    assert isinstance(text, PageText), text
    return text


def reason(body: bytes | str, content_type: str = "text/html") -> str:
    text = extract(page(body, content_type))
    assert isinstance(text, Unreadable), text
    return text.reason


def html(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"

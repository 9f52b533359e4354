import gzip
import json
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from extraction import score
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.memory_index import MemoryIndex
from clew.tools.corpus.readers import Document
from clew.tools.web.charsets import decode_page, web_encoding
from clew.tools.web.extracting import MOST_TEXT, MOST_TITLE, extract
from clew.tools.web.page import Page, PageText, Unreadable
from clew.tools.web.trimming import MOST_BYTES

PAGES = Path(__file__).resolve().parents[3] / "../shared/data/html"
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


def test_an_article_comes_without_what_surrounds_it() -> None:
    text = read(ARTICLE)
    assert text.url == URL
    assert text.title == "Nansen on the ice"
    assert text.date == "2021-03-04"
    assert text.language == "en"
    assert "crossed the ice of Greenland" in text.text
    assert "Nobel Peace Prize" in text.text
    assert "Shop" not in text.text
    assert "rights reserved" not in text.text


def test_paragraphs_are_lines() -> None:
    lines = read(ARTICLE).text.splitlines()
    assert PARAGRAPH.strip() in lines
    assert "He was later awarded the Nobel Peace Prize." in lines


def test_a_page_with_hardly_any_text_is_read_whole() -> None:
    assert read(html("<div>Closed on Mondays</div>")).text == "Closed on Mondays"


@pytest.mark.parametrize("fragment", ["<p>A ship.", "<h1>A ship.</h1>", "<div>A ship.</div>"])
def test_a_page_without_its_outermost_tags_is_read(fragment: str) -> None:
    assert read(fragment).text == "A ship."


def test_the_text_is_read_where_scripts_would_build_it() -> None:
    body = json.dumps({"@type": "NewsArticle", "articleBody": PARAGRAPH * 3})
    script = f'<script type="application/ld+json">{body}</script>'
    assert "drift towards the pole" in read(html('<div id="app"></div>', script)).text


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>The Fram</title>", "<p>A ship.</p>", "The Fram"),
        ("<title>The Fram | Ships</title>", "<h1>The Fram</h1><p>A ship.</p>", "The Fram"),
        ("<title>The Fram</title>", "<h1>Our shop</h1><p>A ship.</p>", "The Fram"),
        ("<title>  The\n Fram </title>", "<h1>A</h1><h1>B</h1><p>A ship.</p>", "The Fram"),
        ("", "<h1>The <i>Fram</i></h1><p>A ship.</p>", "The Fram"),
        ("", "<p>A ship.</p>", ""),
        ('<meta property="og:title" content="Fram &amp; Co">', "<p>A ship.</p>", "Fram & Co"),
    ],
)
def test_the_title_is_that_of_the_page_and_not_of_the_site(
    head: str, body: str, title: str
) -> None:
    assert read(html(body, head)).title == title


def test_a_date_in_the_future_or_only_in_the_text_is_none_of_the_page() -> None:
    future = '<meta property="article:published_time" content="2031-03-04T08:00:00Z">'
    assert read(html(f"<p>{PARAGRAPH}</p>", future)).date is None
    assert read(html("<p>The battle of 14 October 2006 was long ago.</p>" * 9)).date is None


@pytest.mark.parametrize(
    ("opening", "language"),
    [
        ("<html lang='de'>", "de"),
        ("<html lang='pt-BR'>", "pt"),
        ("<html lang='EN_us'>", "en"),
        ("<html lang=''>", None),
        ("<html lang='ast'>", None),
        ("<html><head><meta property='og:locale' content='fr_CA'></head>", "fr"),
    ],
)
def test_the_language_is_the_one_that_the_page_names(opening: str, language: str | None) -> None:
    assert read(f"{opening}<body><p>{PARAGRAPH}</p></body></html>").language == language


RUSSIAN = "Нансен пересёк Гренландию на лыжах в 1888 году. " * 8
JAPANESE = "ナンセンは一八八八年にグリーンランドを横断した。" * 8


@pytest.mark.parametrize(
    ("text", "encoding", "server", "meta"),
    [
        (RUSSIAN, "utf-8", None, ""),
        (RUSSIAN, "utf-8", "windows-1251", ""),
        (RUSSIAN, "cp1251", "windows-1251", ""),
        (RUSSIAN, "cp1251", "x-cp1251", ""),
        (RUSSIAN, "cp1251", None, '<meta charset="windows-1251">'),
        (RUSSIAN, "koi8-r", None, '<meta content="text/html; charset=koi8-r">'),
        (RUSSIAN, "koi8-r", "koi8-r", '<meta charset="utf-8">'),
        (RUSSIAN, "cp1251", "nonsense", ""),
        (RUSSIAN, "utf-16", None, ""),
        (RUSSIAN, "utf-16-le", "utf-16le", ""),
        (RUSSIAN, "utf-8", "utf-16le", ""),
        ("Nansen sailed.", "utf-8", "utf-16", ""),
        (JAPANESE, "shift_jis", "Shift_JIS", ""),
        (JAPANESE, "euc-jp", None, "<meta charset=euc-jp>"),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp", ""),
        ("Nansen’s “Fram” — 86° " * 8, "cp1252", "iso-8859-1", ""),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str, server: str | None, meta: str) -> None:
    body = html(f"<p>{text}</p>", meta).encode(encoding)
    assert text.strip() in read(body, charset=server).text


def test_a_broken_byte_does_not_change_the_encoding() -> None:
    body = RUSSIAN.encode("cp1251") + b"\x98" + RUSSIAN.encode("cp1251")
    assert decode_page(body, "windows-1251") == f"{RUSSIAN}\ufffd{RUSSIAN}"


@pytest.mark.parametrize(
    "label",
    ["utf-7", "base64", "unicode_escape", "idna", "punycode", "zlib", "nonsense", "", "\0", "ü"],
)
def test_only_encodings_of_the_web_are_used(label: str) -> None:
    assert web_encoding(label) is None


def test_a_page_cannot_name_two_bytes_a_character_in_single_bytes() -> None:
    body = html("<p>Nansen sailed the Fram. \xe9</p>", '<meta charset="utf-16">').encode("cp1252")
    assert "Nansen sailed the Fram." in read(body).text


def test_plain_text_stays_as_it_is() -> None:
    text = read("First line\r\nsecond <b>line</b>\r\n", "text/plain")
    assert (text.text, text.title) == ("First line\nsecond <b>line</b>", "")


def test_plain_text_that_is_called_html_is_read() -> None:
    assert read("Nansen sailed the Fram.").text == "Nansen sailed the Fram."


def test_json_is_read_as_lines() -> None:
    forecast = {
        "title": "Weather in Oslo",
        "current": {"wind": {"speed": 12.5, "unit": "km/h"}, "dry": True, "warning": None},
        "tags": ["snow", "cold"],
        "days": [{"date": "2026-01-03", "high": -2}, {"date": "2026-01-04", "high": 0}],
        "empty": [],
    }
    text = read(json.dumps(forecast), "application/json")
    assert text.title == "Weather in Oslo"
    assert text.text.splitlines() == [
        "title: Weather in Oslo",
        "current.wind.speed: 12.5",
        "current.wind.unit: km/h",
        "current.dry: true",
        "current.warning: null",
        "tags: snow, cold",
        "days.date: 2026-01-03",
        "days.high: -2",
        "",
        "days.date: 2026-01-04",
        "days.high: 0",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('"Fram"', "Fram"),
        ("[1, 2]", "1, 2"),
        ('{"a": 1}\n{"a": 2}', '{"a": 1}\n{"a": 2}'),
        ("[" * 100_000, "[" * 100_000),
        ('{"a": ' * 900 + "1" + "}" * 900, "a.a.a: 1"),
    ],
)
def test_any_json_is_read(content: str, text: str) -> None:
    assert read(content, "application/json").text == text


def pdf(*pages: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    file = BytesIO()
    canvas = Canvas(file)
    canvas.setTitle("Farthest North")
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


@pytest.mark.parametrize("content_type", ["application/pdf", "text/html"])
def test_a_pdf_is_read(content_type: str) -> None:
    text = read(pdf("Nansen sailed the Fram.", "She froze in."), content_type)
    assert text.title == "Farthest North"
    assert [line for line in text.text.splitlines() if line] == [
        "Nansen sailed the Fram.",
        "She froze in.",
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"", "text/html", "no text"),
        (html(""), "text/html", "no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "image/png is no kind of page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR<\0", "text/html", "binary data"),
        (b"%PDF-1.7 and nothing else", "application/pdf", "broken PDF"),
        (pdf(""), "application/pdf", "a scan?"),
        (b"   \n", "text/plain", "no text"),
        (b"{}", "application/json", "no text"),
    ],
)
def test_what_cannot_be_read_is_said(body: bytes | str, content_type: str, said: str) -> None:
    assert said in reason(body, content_type)


P = f"<p>{PARAGRAPH}</p>"
HOSTILE = {
    "deep": html("<div>" * 100_000 + P * 20),
    "deep lists": html("<ul><li>" * 20_000 + P * 20),
    "deep tables": html("<table><tr><td>" * 20_000 + P * 20),
    "many paragraphs": html(P * 15_000),
    "many cells": html("<table>" + ("<tr>" + "<td>cell text</td>" * 20 + "</tr>") * 4_000),
    "many breaks": html("word<br>" * 150_000),
    "empty elements": html("<br>" * 500_000),
    "long attributes": html("".join(f'<p class="{"c " * 30}" id="{n}">t' for n in range(14_000))),
    "an attribute each": html("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">t</p>" + P),
    "a giant title": html(P * 9, f"<title>{'word ' * 1_000_000}</title>"),
    "a giant word": html("<p>" + "x" * 3_000_000),
    "a giant script": html(P * 9, "<script>" + "let a = '<p>';" * 3_600_000 + "</script>"),
    "open scripts": html(P * 9 + "<script>" * 400_000),
    "open comments": html(P * 9 + "<!--" * 500_000),
    "open titles": html("<title>" * 300_000),
    "open tags": html("<p <a <b " * 100_000 + P),
    "angles": html("<" * 1_000_000 + P),
    "entities": html("&amp;" * 400_000),
    "digits": html("<p>" + "20191" * 300_000),
    "nested JSON": html(
        P * 9, '<script type="application/ld+json">' + '{"a":' * 80_000 + "</script>"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_stays_within_its_limits(name: str) -> None:
    body = HOSTILE[name].encode()
    started = time.process_time()
    text = extract(page(body))
    # All take less than five seconds on an idle machine; without the limits, some take minutes.
    assert time.process_time() - started < 20
    if isinstance(text, PageText):
        assert len(text.text) <= MOST_TEXT
        assert len(text.title) <= MOST_TITLE


def test_the_text_beside_a_giant_script_is_read() -> None:
    script = "<script>" + "let a = '<p>';" * 400_000 + "</SCRIPT >"
    body = html(
        f"Before <!-- not shown --> and {script} after<style>p {{}}</style>" + P * 9, script
    )
    assert len(body) > 2 * MOST_BYTES
    text = read(body).text
    assert "drift towards the pole" in text
    assert not any(hidden in text for hidden in ("let a", "not shown", "{", ">"))


def test_long_titles_and_texts_are_shortened_between_words_and_lines() -> None:
    text = read(html(P * 9, f"<title>{'Greenland ' * 99}</title>"))
    assert len(text.title) <= MOST_TITLE
    assert set(text.title.split()) == {"Greenland"}

    lines = "".join(f"This is line {n} of many.\n" for n in range(30_000))
    text = read(lines, "text/plain")
    assert MOST_TEXT - 100 < len(text.text) <= MOST_TEXT
    assert text.text.endswith(" of many.")


PIECES = """
<p> </p> <div > <table> <td> <script> </script> <!-- --> <title> &#xD800; &#0; <svg> <body> </html>
' " = <html lang= <meta charset=utf-16> text, <h1> <![CDATA[ <?xml ?>
""".split()
MARKUP = st.lists(
    st.sampled_from([*PIECES, "\0", " "]) | st.text(max_size=20),
    max_size=60,
).map("".join)
TYPES = st.sampled_from(["text/html", "text/plain", "application/json", "application/pdf", "x"])


@settings(max_examples=150)
@given(
    MARKUP.map(lambda markup: markup.encode("utf-8", "surrogatepass")) | st.binary(max_size=300),
    TYPES,
    st.none() | st.sampled_from(["utf-8", "latin1", "utf-16", "gb2312"]) | st.text(max_size=9),
)
def test_extracting_never_raises(body: bytes, content_type: str, charset: str | None) -> None:
    text = extract(page(body, content_type, charset))
    if isinstance(text, PageText):
        assert text.text == text.text.strip() != ""
        assert text.model_dump_json()
    else:
        assert text.reason


def test_pages_are_searched_as_they_are(encoder: Encoder) -> None:
    texts = [
        read(ARTICLE),
        read(html(f"<p>{'Amundsen reached the South Pole in 1911. ' * 60}</p>")),
        read("The \x07 bell and \x1b[31m red text. " + PARAGRAPH, "text/plain"),
    ]
    documents = [
        Document(source=f"{text.url}/{n}", title=text.title, text=text.text)
        for n, text in enumerate(texts)
    ]
    index = MemoryIndex.of_documents(documents, encoder)
    (id, _), *_ = index.search_terms("Nobel Peace Prize of Nansen", 3)
    (passage,) = index.passages([id])
    assert passage.source == f"{URL}/0"
    assert passage.title == "Nansen on the ice"
    end = passage.start + len(passage.text)
    assert texts[0].text[passage.start : end] == passage.text


@pytest.mark.skipif(not PAGES.is_dir(), reason="the pages of ../shared/data/html are not there")
def test_real_pages_are_read() -> None:
    truth = json.loads((PAGES / "ground-truth.json").read_text("utf-8"))
    for name in sorted(truth)[::20]:
        text = read(gzip.decompress((PAGES / "html" / f"{name}.html.gz").read_bytes()))
        wanted = set(truth[name]["articleBody"].split())
        assert len(wanted & set(text.text.split())) > 0.7 * len(wanted)
        assert text.title


@pytest.mark.parametrize(
    ("true", "text", "precision", "recall"),
    [
        ("a b c d e", "a, b. C d e", 0, 0),
        ("a b c d e", "a, b. c-d e!", 1, 1),
        ("a b c d e", "x a b c d e", 2 / 3, 1),
        ("a b c d e f", "a b c d", 1, 1 / 3),
        ("a b c d a b c d", "a b c d", 1, 1 / 5),
        ("a b c d", "a b c d a b c d", 1 / 5, 1),
        ("a b", "a b", 1, 1),
    ],
)
def test_the_benchmark_compares_runs_of_four_words(
    true: str, text: str, precision: float, recall: float
) -> None:
    assert score(true, text) == (precision, recall)
    assert score(true, "")[1] == 0

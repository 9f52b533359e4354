import json
import sys
import time
from io import BytesIO

import pytest
from extraction import score
from hypothesis import given, settings
from hypothesis import strategies as st
from page_examples import ARTICLE, PARAGRAPH, URL, html, page, read, reason

from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.memory_index import MemoryIndex
from clew.tools.corpus.readers import Document
from clew.tools.web.extracting import MOST_TEXT, MOST_TITLE, extract
from clew.tools.web.page import PageText
from clew.tools.web.trimming import MOST_BYTES


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


def test_without_pypdf_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "clew[pdf]" in reason(pdf("Nansen sailed the Fram."), "application/pdf")


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

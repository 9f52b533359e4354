import gzip
import json
from pathlib import Path

import pytest
from page_examples import ARTICLE, PARAGRAPH, URL, html, read

PAGES = Path(__file__).resolve().parents[3] / "../shared/data/html"


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


@pytest.mark.skipif(not PAGES.is_dir(), reason="the pages of ../shared/data/html are not there")
def test_real_pages_are_read() -> None:
    truth = json.loads((PAGES / "ground-truth.json").read_text("utf-8"))
    for name in sorted(truth)[::20]:
        text = read(gzip.decompress((PAGES / "html" / f"{name}.html.gz").read_bytes()))
        wanted = set(truth[name]["articleBody"].split())
        assert len(wanted & set(text.text.split())) > 0.7 * len(wanted)
        assert text.title

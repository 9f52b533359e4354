"""Queries and filters, made safe to send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.engines.asking import on_site, usable_filters, words_of
from clew.tools.engines.base import SearchFilters
from clew.tools.search.base import Failed


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("  who was\n\tCaptain? ", "who was Captain?"),
        ("a\x00b\u202ec", "a b c"),
        ("\ud800", ""),
        ("東京 🚢", "東京 🚢"),
        ("one two three", "one two"),
        ("x" * 30, "x" * 10),
    ],
)
def test_queries_are_one_line_and_cut_at_a_word(query: str, words: str) -> None:
    longest = 10 if len(query) == 30 or query.startswith("one") else 100
    assert words_of(query, longest) == words


def test_words_are_counted() -> None:
    assert words_of("a " * 80, 400, most_words=50).split() == ["a"] * 50


@given(st.text(st.characters(exclude_categories=[])), st.integers(1, 50))
def test_any_query_can_be_sent(query: str, longest: int) -> None:
    words = words_of(query, longest)
    assert len(words) <= longest and words == " ".join(words.split())
    assert words.encode("utf-8").decode() == words


def test_a_site_comes_first_so_that_it_is_not_cut_off() -> None:
    assert on_site("who was", "nasa.gov") == "site:nasa.gov who was"
    assert on_site("who was", None) == "who was"


@pytest.mark.parametrize(
    ("given_site", "site"),
    [
        ("nasa.gov", "nasa.gov"),
        (" NASA.gov. ", "nasa.gov"),
        ("https://www.nasa.gov/", "www.nasa.gov"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("https://münchen.de", "xn--mnchen-3ya.de"),
    ],
)
def test_sites_are_bare_hosts(given_site: str, site: str) -> None:
    usable = usable_filters(SearchFilters(site=given_site))
    assert isinstance(usable, SearchFilters) and usable.site == site


@pytest.mark.parametrize(("code", "language"), [("en", "en"), ("de-AT", "de"), (" PT_br", "pt")])
def test_languages_are_bare_codes(code: str, language: str) -> None:
    usable = usable_filters(SearchFilters(language=code, time_range="week"))
    assert usable == SearchFilters(language=language, time_range="week")


@pytest.mark.parametrize(
    "filters",
    [
        *(
            SearchFilters(site=each)
            for each in ("", "nasa", "a b.org", "x.org/y", "x.org:80", "é" * 99)
        ),
        *(SearchFilters(language=each) for each in ("", "english", "e", "en/../x", "en.evil.org#")),
    ],
)
def test_what_cannot_be_meant_is_refused(filters: SearchFilters) -> None:
    assert isinstance(usable_filters(filters), Failed)


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_filter_is_usable_or_refused(site: str, language: str) -> None:
    usable = usable_filters(SearchFilters(site=site, language=language))
    if isinstance(usable, SearchFilters):
        assert usable.site and usable.language
        assert usable.site.isascii() and usable.language.isalpha()
    else:
        assert "write it like" in usable.reason

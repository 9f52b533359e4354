"""Values out of JSON that anyone may have written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.engines.base import NO_FILTERS, Results, SearchFilters, WebResult
from clew.tools.engines.reading import at, outcome_of, plain, rows_at, web_result
from clew.tools.search.base import Empty, Failed

PAGE = WebResult(url="https://a.example.org/1", title="One")


def test_values_are_found_by_path() -> None:
    data = {"web": {"results": [1]}, "x": 5}
    assert at(data, "web", "results") == [1] and rows_at(data, "web", "results") == [1]
    assert at(data, "x", "y") is None and at([], "x") is None
    assert rows_at(data, "x") is None and rows_at(data, "missing", "too") is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<strong>Fram</strong> &amp; Endurance<br/>", "Fram & Endurance"),
        ('a <span class="searchmatch">b</span> c', "a b c"),
        ("vector<int> is a type", "vector<int> is a type"),
        ("a\n\u200b b\x1b[31m\u202e", "a b [31m"),
        ("\ud800", "?"),
        (5, ""),
        (None, ""),
    ],
)
def test_texts_lose_emphasis_and_what_cannot_be_seen(text: Any, shown: str) -> None:
    assert plain(text, 100) == shown


def test_texts_are_bounded() -> None:
    assert plain("word " * 10**6, 12) == "word word wo"


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2024-03-05T10:00:00Z", "2024-03-05"),
        ("2024-03-05", "2024-03-05"),
        ("3 days ago", None),
        ("2024-13-05", None),
        ("2024-03-055", None),
        (1_700_000_000, None),
    ],
)
def test_dates_are_days(date: Any, day: str | None) -> None:
    result = web_result("https://a.example.org/", "A", "b", date)
    assert result is not None and result.date == day


@pytest.mark.parametrize("url", ["", "ftp://a.org/", "javascript:alert(1)", "a.org", None, 5, []])
def test_what_is_no_address_is_no_result(url: Any) -> None:
    assert web_result(url, "A", "b") is None


@given(st.text(st.characters(exclude_categories=[])), st.text(), st.none() | st.text())
def test_any_text_makes_a_result_or_none(url: str, title: str, date: str | None) -> None:
    for address in (url, f"https://a.example.org/{url}"):
        result = web_result(address, title, url, date)
        assert result is None or WebResult.model_validate_json(result.model_dump_json()) == result


def test_unreadable_rows_are_left_out_unless_all_are() -> None:
    some = outcome_of("e", [None, PAGE, None], limit=5, filters=NO_FILTERS, ignored=())
    assert some == Results(results=(PAGE,))
    none = outcome_of("e", [None, None], limit=5, filters=NO_FILTERS, ignored=())
    assert isinstance(none, Failed)
    assert outcome_of("e", [], limit=5, filters=NO_FILTERS, ignored=()) == Empty()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/", True),
        ("https://www.example.org:8080/x", True),
        ("https://notexample.org/", False),
        ("https://example.org.evil.net/", False),
        ("https://evil.net/example.org", False),
    ],
)
def test_a_site_means_its_host_and_those_below(url: str, kept: bool) -> None:
    filters = SearchFilters(site="example.org")
    found = [WebResult(url=url)]
    outcome = outcome_of("e", found, limit=5, filters=filters, ignored=())
    assert isinstance(outcome, Results if kept else Empty)


def test_only_filters_that_were_asked_for_are_named_as_ignored() -> None:
    filters = SearchFilters(language="de")
    lacks = ("time_range", "language")
    outcome = outcome_of("e", [PAGE], limit=5, filters=filters, ignored=lacks)
    assert isinstance(outcome, Results) and outcome.ignored == ("language",)

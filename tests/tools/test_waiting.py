"""When to come back, by what headers say."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.waiting import retry_after, seconds_in


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e309", None),
        ("9" * 400, 999_999_999.0),
        ("nan", None),
    ],
)
def test_seconds_and_dates_are_understood(value: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({"Retry-After": value})) == seconds


def test_without_the_header_nothing_is_known() -> None:
    assert retry_after(httpx.Headers()) is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_any_header_is_a_time_or_none(value: str) -> None:
    seconds = retry_after(httpx.Headers({"Retry-After": value}))
    assert seconds is None or seconds >= 0


def test_lists_of_seconds() -> None:
    assert seconds_in("1, 1419704") == [1.0, 1_419_704.0]
    assert seconds_in("") == [] and seconds_in("x, 2") == [2.0]

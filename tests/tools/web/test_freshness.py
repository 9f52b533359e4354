"""Which questions are about the present, and what that does to a ranking."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.tools.passages import Passage
from clew.tools.search.base import Hit
from clew.tools.web.freshness import HALF_LIFE, WORTH, asks_about_now, fresher_first

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "query",
    [
        "Who is the current president of Chile?",
        "What is the latest version of Python?",
        "Which team leads the league this season?",
        "most recent eruption of Etna",
        "Who is the incumbent mayor of Leeds",
        "population of Lagos today",
        "World Cup 2026 winner",
        "Is the Otter still afloat?",
    ],
)
def test_questions_about_the_present(query: str) -> None:
    assert asks_about_now(query, TODAY)


@pytest.mark.parametrize(
    "query",
    [
        "Who was president of Chile in 1971?",
        "Where was the captain of the Endurance born?",
        "latest battle of the campaign of 1812",
        "What is known of Ann Rask?",
        "What direction does the electric current in the coil take?",
        "Who directed the film Nowhere in Africa?",
        "winner of the 2019 World Cup",
        "Who directed Apocalypse Now?",
        "inventor of alternating current",
        "Who founded USA Today?",
        "Which still life did he paint first?",
    ],
)
def test_other_questions(query: str) -> None:
    assert not asks_about_now(query, TODAY)


def hit(day: str | None, score: float = 0.5) -> Hit:
    return Hit(passage=Passage(id=str(day), source="s", title="", text="t", date=day), score=score)


def days(hits: list[Hit]) -> list[str | None]:
    return [each.passage.date for each in hits]


def test_of_equally_relevant_pages_the_newer_comes_first() -> None:
    hits = [hit("2001-01-01"), hit(None), hit("2026-11-01"), hit("2025-01-01")]
    ordered = fresher_first(hits, TODAY)
    assert days(ordered) == ["2026-11-01", None, "2025-01-01", "2001-01-01"]


def test_relevance_still_decides() -> None:
    ordered = fresher_first([hit("2026-11-22", 0.3), hit("1990-01-01", 0.8)], TODAY)
    assert days(ordered) == ["1990-01-01", "2026-11-22"]


def test_what_age_costs() -> None:
    year_ago = (TODAY - timedelta(days=HALF_LIFE)).isoformat()
    (old,) = fresher_first([hit(year_ago, 1.0)], TODAY)
    assert old.score == pytest.approx(1 - WORTH / 2)
    (new,) = fresher_first([hit(TODAY.isoformat(), 1.0)], TODAY)
    assert new.score == 1.0


@given(
    st.lists(
        st.tuples(st.none() | st.dates().map(str) | st.text(max_size=12), st.floats(0, 1)),
        max_size=8,
    )
)
def test_any_date_leaves_every_hit_in_with_no_more_than_its_score(
    given: list[tuple[str | None, float]],
) -> None:
    hits = [hit(day, score) for day, score in given]
    ordered = fresher_first(hits, TODAY)
    assert sorted(map(str, days(ordered))) == sorted(map(str, days(hits)))
    scores = [each.score for each in ordered]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= sum(score for _, score in given) + 1e-9

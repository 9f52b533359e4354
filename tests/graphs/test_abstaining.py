"""An abstention says in plain words what was missing, what failed and what was searched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CHAIN, QUESTION

from clew.graphs.abstaining import abstention, failures_if_all_failed
from clew.graphs.budget import Usage
from clew.graphs.plan import REFERENCE, make_plan
from clew.graphs.state import State
from clew.graphs.steps import SearchRecord, Step, Verdict

PLAN = make_plan(CHAIN)


def search(outcome: str, reason: str = "", query: str = "captain") -> SearchRecord:
    return SearchRecord(backend="web", query=query, outcome=outcome, reason=reason)  # type: ignore[arg-type]


def step(number: int, status: str, *searches: SearchRecord, **more: object) -> Step:
    sub = CHAIN[number - 1]
    return Step(sub_question=sub, text=sub.text, status=status, searches=searches, **more)  # type: ignore[arg-type]


def said(*steps: Step, stopped_by: str | None = None, unsupported: bool = False) -> str:
    known = {each.sub_question.id: each for each in steps}
    state = State(question=QUESTION, plan=PLAN, steps=known)
    sentences = abstention(state, stopped_by, Usage(), unsupported=unsupported, good_enough=0.5)
    assert all(each.text[-1] in ".?!" and not each.citations for each in sentences)
    return " ".join(each.text for each in sentences)


def test_failed_searches_are_named_with_their_reason() -> None:
    text = said(
        step(1, "unknown", search("failed"), search("failed", "no route"), search("empty")),
    )
    assert "Some searches did not work: web (no route)." in text
    assert "Searched for: captain." in text
    assert "Some searches did not work: web." in said(step(1, "unknown", search("throttled")))
    assert "did not work" not in said(step(1, "unknown", search("empty")))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "The evidence found does not answer this question."),
        ({"stopped_by": "policy_calls"}, "The budget (policy calls) ended before"),
        ({"unsupported": True}, "What was written as an answer is not supported"),
    ],
)
def test_the_reason_comes_first(more: dict[str, object], told: str) -> None:
    assert told in said(step(1, "unknown", search("empty")), **more)  # type: ignore[arg-type]


def test_without_any_search_it_says_that_there_was_none() -> None:
    assert "Nothing was searched for" in said(step(1, "unknown"))


def test_what_builds_on_a_search_that_failed_is_described() -> None:
    text = said(step(1, "failed", search("failed")), step(2, "unknown"))
    assert (
        "No answer was found to: Where was the answer of "
        "“Who was the captain of the Endurance?” born?" in text
    )


def test_failing_everywhere_is_told_apart_from_finding_nothing() -> None:
    failed = step(1, "failed", search("failed", "no route"))
    assert failures_if_all_failed({"q1": failed}) == ["web: no route"]
    assert failures_if_all_failed({"q1": failed, "q2": step(2, "unknown", search("empty"))}) == []
    assert failures_if_all_failed({"q1": step(1, "unknown")}) == []


STATUSES = st.sampled_from(["unknown", "failed", "unfinished"])
QUERIES = st.sampled_from(["ship", "{q1}", "Where was {q1} born?", "{q2} {q1}"])


@given(
    statuses=st.tuples(STATUSES, STATUSES),
    queries=st.lists(QUERIES, max_size=3),
    score=st.floats(0, 1),
)
def test_no_reference_is_ever_shown(
    statuses: tuple[str, str], queries: list[str], score: float
) -> None:
    searches = [search("empty", query=query) for query in queries]
    steps = [
        step(number, status, *searches, verdict=Verdict(score=score))
        for number, status in enumerate(statuses, start=1)
    ]
    assert not REFERENCE.search(said(*steps))

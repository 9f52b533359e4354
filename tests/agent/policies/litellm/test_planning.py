"""Plans are fitted to what was planned before, or refused with a word on what is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.litellm.planning import (
    MOST_AT_ONCE,
    findings_of,
    overview_of,
    proposal_of,
)
from clew.agent.policies.litellm.structured import UnusableOutput
from clew.agent.policies.litellm.wire import PlanOutput
from clew.graphs.plan import Plan, SubQuestion, make_plan
from clew.graphs.protocols import PlanRequest
from clew.graphs.steps import Reading, Step, StepAnswer

SO_FAR = make_plan(CHAIN)


def planned(id: str, question: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "question": question, **more}


def proposed(
    *subs: dict[str, Any], plan: Plan | None = None, recall: bool = True
) -> tuple[SubQuestion, ...]:
    output = PlanOutput.model_validate({"sub_questions": list(subs)})
    return proposal_of(output, plan or Plan(), recall=recall).sub_questions


def test_references_are_needs_too() -> None:
    first, second = proposed(
        planned("q1", "Who led it?"), planned("q2", "Where was {q1} born?", needs=[])
    )
    assert first.parents == () and second.parents == ("q1",)


def test_ids_of_the_plan_so_far_are_renamed_with_all_that_refers_to_them() -> None:
    first, second, third = proposed(
        planned("q2", "Who built the Fram?"),
        planned("a", "Where was {q2} born?", needs=["q2"]),
        planned("b", "Was {q1} born there?", needs=["q1", "a"]),
        plan=SO_FAR,
    )
    assert first.id not in {"q1", "q2", "a", "b"}
    assert second.text == f"Where was {{{first.id}}} born?" and second.parents == (first.id,)
    assert third.parents == ("q1", "a") and "{q1}" in third.text
    SO_FAR.extended([first, second, third])


def test_a_free_id_is_free() -> None:
    plan = make_plan([SubQuestion(id=f"q{n}", text=f"Question {n}?") for n in (1, 3, 4)])
    subs = proposed(planned("q1", "A?"), planned("q3", "B?"), planned("q5", "C?"), plan=plan)
    assert len({sub.id for sub in (*subs, *plan.sub_questions)}) == 6


@pytest.mark.parametrize(
    ("subs", "says"),
    [
        ((), "at least one"),
        ((planned("a", "A?"), planned("a", "B?")), "used twice: a"),
        ((planned("a", "When was {b} born?"),), "unknown parent: b"),
        ((planned("a", "A?", needs=["z"]),), "unknown parent: z"),
        ((planned("a", "{b}?"), planned("b", "{a}?")), "cycle"),
        ((planned("a", "What of {a}?"),), "cycle"),
        ((planned("a", " \n "),), "at least 1 character"),
    ],
)
def test_what_is_no_plan_is_refused(subs: tuple[dict[str, Any], ...], says: str) -> None:
    with pytest.raises(UnusableOutput, match=says):
        proposed(*subs)


def test_recall_needs_permission_and_an_answer() -> None:
    sub = planned("a", "How many days has a leap year?", kind="recall", answer="366")
    (recalled,) = proposed(sub)
    assert (recalled.kind, recalled.answer) == ("recall", "366")
    for given_sub, recall in ((sub, False), ({**sub, "answer": None}, True)):
        (searched,) = proposed(given_sub, recall=recall)
        assert (searched.kind, searched.answer) == ("search", None)


def test_answers_of_other_kinds_are_dropped_and_reasons_need_parents() -> None:
    searched, concluded, alone = proposed(
        planned("a", "A?", answer="a guess"),
        planned("b", "Is {a} early?", kind="reason", answer="yes"),
        planned("c", "Is it so?", kind="reason"),
    )
    assert searched.answer is None and concluded.answer is None
    assert (concluded.kind, alone.kind) == ("reason", "search")


@pytest.mark.parametrize("text", [CHAIN[0].text, CHAIN[0].text.upper(), f"  {CHAIN[0].text}\n"])
def test_what_was_asked_before_is_refused(text: str) -> None:
    with pytest.raises(UnusableOutput, match="asked before"):
        proposed(planned("new", text), plan=SO_FAR)


def test_nothing_to_add_is_fine_once_there_is_a_plan() -> None:
    assert proposed(plan=SO_FAR) == ()


def test_no_more_are_added_than_asked_for() -> None:
    subs = [planned(f"s{n}", f"Question {n}?") for n in range(MOST_AT_ONCE + 3)]
    assert len(proposed(*subs)) == MOST_AT_ONCE


IDS = st.sampled_from(["q1", "q2", "q3", "q4", "a"])
SUBS = st.fixed_dictionaries(
    {
        "id": IDS,
        "question": st.lists(
            st.one_of(IDS.map("{{{}}}".format), st.text(min_size=1, max_size=5)), min_size=1
        ).map(" ".join),
        "needs": st.lists(IDS, max_size=3),
        "kind": st.sampled_from(["search", "reason", "recall"]),
        "answer": st.sampled_from([None, "", "an answer"]),
    }
)


@given(st.lists(SUBS, max_size=5), st.booleans(), st.booleans())
def test_every_proposal_extends_the_plan(
    subs: list[dict[str, Any]], extends: bool, recall: bool
) -> None:
    plan = SO_FAR if extends else Plan()
    try:
        added = proposed(*subs, plan=plan, recall=recall)
    except UnusableOutput:
        return
    assert len(plan.extended(added).sub_questions) == len(plan.sub_questions) + len(subs)
    assert recall or all(sub.kind != "recall" for sub in added)


def test_the_planner_sees_the_overview_at_first_and_the_findings_later() -> None:
    evidence = {each.id: each for each in POLAR}
    first = PlanRequest(question=QUESTION, evidence=evidence)
    assert [each["title"] for each in overview_of(first, 2)] == ["Endurance", "Frank Worsley"]
    assert findings_of(first) == []
    step = Step(
        sub_question=CHAIN[0],
        text=CHAIN[0].text,
        reading=Reading(answer=StepAnswer(text="Frank Worsley", recalled=True)),
        status="answered",
    )
    later = PlanRequest(question=QUESTION, plan=SO_FAR, steps={"q1": step}, evidence=evidence)
    assert overview_of(later, 2) == []
    (finding,) = findings_of(later)
    assert finding == {
        "id": "q1",
        "question": CHAIN[0].text,
        "answer": "Frank Worsley",
        "status": "answered",
        "recalled": True,
    }

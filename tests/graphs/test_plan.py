import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import PlanError
from clew.graphs.plan import Plan, SubQuestion, make_plan, parse_plan


def sub(id: str, *parents: str, text: str = "what?", **more: str) -> SubQuestion:
    return SubQuestion(id=id, text=text, parents=parents, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subs", "complaint"),
    [
        ([sub("q1", "q2"), sub("q2", "q1")], "cycle"),
        ([sub("q1", "q1")], "cycle"),
        ([sub("q1", "q9")], "unknown parent: q9"),
        ([sub("q1"), sub("q1")], "used twice: q1"),
        ([sub("q1"), sub("q2", text="born {q1}?")], "refers to {q1} without naming it"),
        ([sub("q1", kind="reason")], "has none"),
    ],
)
def test_an_unusable_plan_is_refused_with_its_reason(
    subs: list[SubQuestion], complaint: str
) -> None:
    with pytest.raises(PlanError, match=complaint):
        make_plan(subs)


def test_a_plan_cannot_be_extended_into_a_cycle() -> None:
    plan = make_plan([sub("q1")])
    with pytest.raises(PlanError, match="used twice"):
        plan.extended([sub("q1", "q2"), sub("q2", "q1")])


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", '{"steps": []}', '{"sub_questions": [{"id": "1 2", "text": "x"}]}'],
)
def test_a_plan_file_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="the plan is not usable"):
        parse_plan(text)


def test_a_plan_survives_json() -> None:
    plan = make_plan([sub("q1"), sub("q2", "q1", text="where was {q1} born?")])
    assert parse_plan(plan.model_dump_json()) == plan


def test_answers_are_put_in_and_unknown_ones_left() -> None:
    text = sub("q3", "q1", "q2", text="is {q1} older than {q2}?").resolved({"q1": "Ann {q2}"})
    assert text == "is Ann {q2} older than {q2}?"


def test_sinks_are_what_nothing_else_needs() -> None:
    plan = make_plan([sub("a"), sub("b", "a"), sub("c", "a")])
    assert [each.id for each in plan.sinks()] == ["b", "c"]


@st.composite
def acyclic(draw: st.DrawFn) -> list[SubQuestion]:
    size = draw(st.integers(0, 12))
    subs: list[SubQuestion] = []
    for number in range(size):
        ids = [each.id for each in subs]
        parents = draw(st.lists(st.sampled_from(ids), unique=True, max_size=3)) if ids else []
        subs.append(sub(f"q{number}", *parents))
    return draw(st.permutations(subs))


@given(acyclic())
def test_order_puts_parents_first(subs: list[SubQuestion]) -> None:
    plan = make_plan(subs)
    seen: set[str] = set()
    for each in plan.in_order():
        assert seen.issuperset(each.parents)
        seen.add(each.id)
    assert seen == {each.id for each in plan.sub_questions}


@given(
    st.lists(
        st.builds(
            sub,
            st.sampled_from(["a", "b", "c", "d"]),
            st.sampled_from(["a", "b", "c", "z"]),
            text=st.text(min_size=1, max_size=20),
        ),
        max_size=5,
    )
)
def test_wild_plans_are_either_refused_or_orderable(subs: list[SubQuestion]) -> None:
    try:
        plan = make_plan(subs)
    except PlanError:
        return
    assert len(plan.in_order()) == len(subs)
    assert isinstance(plan, Plan)


def test_what_is_recalled_comes_with_its_answer() -> None:
    known = SubQuestion(id="q1", text="How many days has a week?", kind="recall", answer="7")
    assert make_plan([known]).sub_questions == (known,)
    with pytest.raises(PlanError, match="recalls an answer but gives none"):
        make_plan([known.model_copy(update={"answer": None})])
    with pytest.raises(PlanError, match="only the kind recall may"):
        make_plan([known.model_copy(update={"kind": "search"})])

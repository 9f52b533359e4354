import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import PlanError
from clew.graphs.plan import (
    Plan,
    SubQuestion,
    free_id,
    make_plan,
    missing_from,
    parse_plan,
    renamed,
)


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


def test_renaming_takes_parents_and_references_along() -> None:
    subs = [sub("a"), sub("b", "a", "k", text="{a} of {k} or {a}?")]
    first, second = renamed(subs, {"a": "b", "b": "a"})
    assert (first.id, second.id) == ("b", "a")
    assert second.text == "{b} of {k} or {b}?" and second.parents == ("b", "k")


def test_what_renaming_makes_one_parent_is_named_once() -> None:
    (only,) = renamed([sub("c", "a", "b", text="{a} {b}")], {"a": "z", "b": "z"})
    assert only.parents == ("z",)


def test_what_a_plan_asks_already_is_not_missing_whatever_it_is_called() -> None:
    plan = make_plan([sub("z", text="Who led it?")])
    asked = [sub("a", text="Who led it?"), sub("b", "a", text="Where was {a} born?")]
    missing = missing_from(plan, asked)
    assert missing == {"b": sub("b", "z", text="Where was {z} born?")}
    assert missing_from(plan.extended(list(missing.values())), asked) == {}


def test_the_same_words_about_other_parents_are_another_question() -> None:
    plan = make_plan([sub("a", text="A?"), sub("b", text="B?"), sub("x", "a", text="When born?")])
    other = sub("y", "b", text="When born?")
    assert missing_from(plan, [other]) == {"y": other}


def test_missing_sub_questions_get_ids_that_are_free() -> None:
    plan = make_plan([sub("a", text="A?")])
    asked = [sub("a", text="B?"), sub("a_2", "a", text="C of {a}?")]
    missing = missing_from(plan, asked, taken=["a_3"])
    assert [each.id for each in missing.values()] == ["a_2", "a_2_2"]
    assert missing["a_2"].text == "C of {a_2}?" and missing["a_2"].parents == ("a_2",)
    plan.extended(list(missing.values()))


@given(acyclic(), acyclic(), st.sets(st.sampled_from(["q0", "q1", "q1_2", "q2_2"])))
def test_what_is_missing_always_fits(
    standing: list[SubQuestion], subs: list[SubQuestion], taken: set[str]
) -> None:
    plan = make_plan([each.model_copy(update={"text": f"{each.id}?"}) for each in standing])
    ordered = make_plan(subs).in_order()
    more = [each.model_copy(update={"text": f"is {each.id}?"}) for each in ordered]
    missing = missing_from(plan, more, taken=taken)
    extended = plan.extended(list(missing.values()))
    assert len(extended.sub_questions) == len(plan.sub_questions) + len(subs)
    assert not taken & {each.id for each in missing.values()}
    assert missing_from(extended, more) == {}


@given(st.text("ab_", max_size=32).map("q{}".format), st.integers(0, 4))
def test_a_free_id_is_free_and_an_id(id: str, taken: int) -> None:
    id, used = id[:32], set()
    for _ in range(taken):
        used.add(free_id(id, used))
    free = free_id(id, used)
    assert free not in used and len(used) == taken
    assert SubQuestion(id=free, text="what?").id == free
    assert (free == id) == (taken == 0)


def test_what_leads_to_a_sub_question_comes_in_order() -> None:
    plan = make_plan(
        [
            SubQuestion(id="c", text="{b}?", parents=("b",)),
            SubQuestion(id="b", text="{a}?", parents=("a",)),
            SubQuestion(id="a", text="Who?"),
            SubQuestion(id="d", text="{a}, where?", parents=("a",)),
        ]
    )
    assert [sub.id for sub in plan.leading_to(["b"])] == ["a", "b"]
    assert [sub.id for sub in plan.leading_to(["c", "a"])] == ["a", "b", "c"]
    assert plan.leading_to([]) == ()

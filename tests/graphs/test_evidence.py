from clew.graphs.evidence import ordered_evidence
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer
from clew.tools.passages import Passage


def step(sub: SubQuestion, quoted: str | None, *ranked: str) -> Step:
    quotes = (Quote(passage_id=quoted, text="x", start=0),) if quoted else ()
    return Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(
            answer=StepAnswer(text="x" if quoted else None, quotes=quotes),
            ranking=tuple(RankedPassage(passage_id=id, score=1.0) for id in ranked),
        ),
        status="answered" if quoted else "unknown",
    )


def test_quoted_first_then_the_steps_in_turn_each_passage_once() -> None:
    subs = [SubQuestion(id="q1", text="a"), SubQuestion(id="q2", text="b", parents=("q1",))]
    steps = {"q2": step(subs[1], "C", "D", "A"), "q1": step(subs[0], None, "A", "B", "C")}
    evidence = {id: Passage(id=id, source="s", title=id, text="x") for id in "ABCD"}
    order = ordered_evidence(make_plan(subs), steps, evidence)
    assert [passage.id for passage in order] == ["C", "A", "D", "B"]


def test_unfinished_plans_and_missing_passages_are_no_trouble() -> None:
    subs = [SubQuestion(id="q1", text="a"), SubQuestion(id="q2", text="b")]
    assert ordered_evidence(make_plan(subs), {"q1": step(subs[0], "A", "B")}, {}) == ()

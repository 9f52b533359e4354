from clew.graphs.evidence import ordered_evidence
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer, Verdict
from clew.tools.passages import Passage

SUBS = (SubQuestion(id="q1", text="a"), SubQuestion(id="q2", text="b", parents=("q1",)))
EVIDENCE = {id: Passage(id=id, source="s", title=id, text="x") for id in "ABCDEF"}


def step(sub: SubQuestion, quoted: str, verdict: float, *ranked: str) -> Step:
    return Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(
            answer=StepAnswer(text="x", quotes=(Quote(passage_id=quoted, text="x", start=0),)),
            ranking=tuple(RankedPassage(passage_id=id, score=1.0) for id in ranked),
        ),
        verdict=Verdict(score=verdict),
        status="answered",
    )


def order(steps: dict[str, Step], overview: str) -> str:
    passages = ordered_evidence(make_plan(SUBS), steps, EVIDENCE, tuple(overview))
    return "".join(passage.id for passage in passages)


def test_trusted_quotes_first_then_overview_and_steps_in_turn() -> None:
    steps = {"q2": step(SUBS[1], "C", 0.9, "D", "A"), "q1": step(SUBS[0], "B", 0.9, "A", "B")}
    assert order(steps, "EFA") == "BCEAFD"


def test_quotes_of_a_doubtful_step_do_not_jump_the_queue() -> None:
    assert order({"q1": step(SUBS[0], "C", 0.2, "A", "C")}, "EF") == "EAFC"


def test_an_overview_alone_is_kept_as_it_is() -> None:
    assert order({}, "FED") == "FED"


def test_passages_that_are_not_in_the_evidence_are_left_out() -> None:
    assert order({"q1": step(SUBS[0], "Z", 0.9, "Y", "A")}, "X") == "A"

"""States of a search over a run: what they hold, and when two are the same."""

from support import CHAIN, POLAR

from clew.graphs.plan import Plan, SubQuestion
from clew.graphs.researching import StepResult
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer, Verdict
from clew.graphs.tree_search.run_states import (
    RunState,
    Taken,
    content_key,
    deciding_step,
    evidence_of_all,
    research_key,
    step_of,
    steps_of,
)

CAPTAIN, BORN = CHAIN
ENDURANCE, WORSLEY = POLAR[:2]


def step(sub: SubQuestion, answer: str | None, *, text: str | None = None, start: int = 0) -> Step:
    """Return a step that quotes the first passage, if it has an answer."""
    quotes = (Quote(passage_id=ENDURANCE.id, text=ENDURANCE.text[start:], start=start),)
    return Step(
        sub_question=sub,
        text=text or sub.text,
        reading=Reading(answer=StepAnswer(text=answer, quotes=quotes if answer else ())),
        verdict=Verdict(score=0.9),
        status="answered" if answer else "unknown",
    )


def result(of: Step, *passages: int) -> StepResult:
    found = {POLAR[n].id: POLAR[n] for n in passages or (0,)}
    ranking = tuple(RankedPassage(passage_id=id, score=1.0) for id in found)
    reading = of.reading.model_copy(update={"ranking": ranking})
    return StepResult(
        step=of.model_copy(update={"reading": reading}), evidence=found, run_seconds=0.0
    )


def test_research_is_known_by_its_text_kind_try_and_what_its_parents_say() -> None:
    captain = step(CAPTAIN, "Frank Worsley")
    key = research_key("Where was Frank Worsley born?", "search", [captain], 0)
    assert key == research_key("Where was Frank Worsley born?", "search", [captain], 0)
    others = [
        research_key("Where was he born?", "search", [captain], 0),
        research_key("Where was Frank Worsley born?", "reason", [captain], 0),
        research_key("Where was Frank Worsley born?", "search", [captain], 1),
        research_key("Where was Frank Worsley born?", "search", [], 0),
        research_key("Where was Frank Worsley born?", "search", [step(CAPTAIN, "Colin Archer")], 0),
        # The same words, read elsewhere.
        research_key(
            "Where was Frank Worsley born?", "search", [step(CAPTAIN, "Frank Worsley", start=9)], 0
        ),
    ]
    assert len({key, *others}) == 1 + len(others)


def test_research_is_the_same_however_its_parents_are_called_or_came_about() -> None:
    renamed = CAPTAIN.model_copy(update={"id": "other"})
    ship = step(SubQuestion(id="q7", text="Which ship?"), "Endurance")
    first = [step(CAPTAIN, "Frank Worsley"), ship]
    again = [ship, step(renamed, "Frank Worsley").model_copy(update={"verdict": None})]
    assert research_key("Who?", "reason", first, 0) == research_key("Who?", "reason", again, 0)


def test_a_step_is_taken_as_it_was_found_or_with_another_answer() -> None:
    results = {"k": result(step(CAPTAIN, None))}
    assert step_of(CAPTAIN, Taken(key="k"), results) == results["k"].step
    other = StepAnswer(text="Colin Archer", confidence=0.2)
    changed = step_of(CAPTAIN, Taken(key="k", instead=other), results)
    assert changed.answer == other and changed.status == "answered"
    assert changed.verdict is None, "it was of the answer before"
    assert changed.reading.ranking == results["k"].step.reading.ranking


def test_shared_research_is_a_step_of_each_sub_question_that_asks_for_it() -> None:
    results = {"k": result(step(CAPTAIN, "Frank Worsley"))}
    other = CAPTAIN.model_copy(update={"id": "a"})
    state = RunState(plan=Plan(sub_questions=(other,)), taken={"a": Taken(key="k")})
    assert steps_of(state, results)["a"].sub_question == other


def test_steps_come_in_plan_order_and_only_those_there_are() -> None:
    results = {"1": result(step(CAPTAIN, "Frank Worsley")), "2": result(step(BORN, "Akaroa"))}
    plan = Plan(sub_questions=(BORN, CAPTAIN))
    both = RunState(plan=plan, taken={"q2": Taken(key="2"), "q1": Taken(key="1")})
    assert list(steps_of(both, results)) == ["q1", "q2"]
    one = RunState(plan=plan, taken={"q1": Taken(key="1")})
    assert list(steps_of(one, results)) == ["q1"]


def test_the_evidence_of_a_state_is_that_of_all_its_steps() -> None:
    results = {
        "1": result(step(CAPTAIN, "Frank Worsley"), 0, 2),
        "2": result(step(BORN, "Akaroa"), 1),
        "not taken": result(step(BORN, "Larvik"), 3),
    }
    taken = {"q1": Taken(key="1"), "q2": Taken(key="2")}
    found = evidence_of_all(RunState(plan=Plan(sub_questions=CHAIN), taken=taken), results)
    assert set(found) == {POLAR[n].id for n in (0, 1, 2)}


def test_the_latest_sink_that_knows_an_answer_decides() -> None:
    third = SubQuestion(id="q3", text="When was {q1} born?", parents=("q1",))
    plan = Plan(sub_questions=(*CHAIN, third))
    steps = {"q1": step(CAPTAIN, "Frank Worsley"), "q2": step(BORN, "Akaroa")}
    assert deciding_step(plan, steps) == steps["q2"], "the third was not researched"
    steps["q3"] = step(third, "1872")
    assert deciding_step(plan, steps) == steps["q3"]
    steps["q3"] = step(third, None)
    assert deciding_step(plan, steps) == steps["q2"]
    steps["q2"] = step(BORN, None)
    assert deciding_step(plan, steps) is None, "the first answers nothing that was asked"


def test_states_are_the_same_that_ask_answer_and_quote_the_same() -> None:
    answer = step(CAPTAIN, "Frank Worsley")
    results = {
        "1": result(answer),
        "reworded": result(answer, 0, 2),
        "elsewhere": result(step(CAPTAIN, "Frank Worsley", start=9)),
        "other": result(step(CAPTAIN, "Colin Archer")),
    }
    plan = Plan(sub_questions=(CAPTAIN,))

    def key(taken: Taken, *, ended: bool = False) -> str:
        state = RunState(plan=plan, taken={"q1": taken}, ended=ended)
        return content_key(state, results)

    same = key(Taken(key="1"))
    assert key(Taken(key="reworded", rewordings=1)) == same
    assert key(Taken(key="other", instead=answer.answer)) == same
    distinct = [
        key(Taken(key="elsewhere")),
        key(Taken(key="other")),
        key(Taken(key="1"), ended=True),
    ]
    assert len({same, *distinct}) == 4


def test_a_step_is_edited_by_another_answer_or_another_wording() -> None:
    assert not Taken(key="1").is_edited
    assert Taken(key="1", rewordings=1).is_edited
    assert Taken(key="1", instead=StepAnswer(text="x")).is_edited

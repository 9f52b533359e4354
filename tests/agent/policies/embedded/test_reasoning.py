"""Concluding from two sides, and writing it down."""

import asyncio
from typing import Any

import pytest

from clew.agent.policies.embedded.planning import proposals, split
from clew.agent.policies.embedded.queries import queries
from clew.agent.policies.embedded.reasoning import reason
from clew.agent.policies.embedded.wording import as_description, as_statement
from clew.agent.policies.embedded.writer import written
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import Judges, PlanRequest, RewriteRequest, WriteRequest
from clew.graphs.steps import Quote, Reading, Step, StepAnswer, Verdict


def step(sub: SubQuestion, text: str | None) -> Step:
    quotes = (Quote(passage_id=f"p{sub.id}", text="quoted", start=0),) if text else ()
    answer = StepAnswer(text=text, quotes=quotes, confidence=0.8 if text else 0.0)
    return Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(answer=answer),
        status="answered" if text else "unknown",
    )


def concluded(question: str, *answers: str | None) -> str | None:
    """Answer the searches of a question's split in order; return what its last step concludes."""
    *searches, last = split(question)
    steps = {sub.id: step(sub, answer) for sub, answer in zip(searches, answers, strict=True)}
    return reason(last, {id: steps[id] for id in last.parents}, ()).answer.text


CONCLUSIONS = [
    ("Who is older, Ann Lee or Bob Ray?", ("16 March 1941", "October 10, 1919"), "Bob Ray"),
    ("Who is younger, Ann Lee or Bob Ray?", ("16 March 1941", "1919"), "Ann Lee"),
    ("Who was born first, Ann Lee or Bob Ray?", ("c. 1490", "1489"), "Bob Ray"),
    ("Who was born first, Ann Lee or Bob Ray?", ("5 May 1900", "May 1900"), None),
    ("Who died later, Ann Lee or Bob Ray?", ("3 BC", "1 BC"), "Bob Ray"),
    ("Who lived longer, Ann Lee or Bob Ray?", ("1900 – 1950", "1 May 1900 – 3 June 1990"),
     "Bob Ray"),
    ("Which film came out first, Lola or Rose And Or?", ("1981", "1979"), "Rose And Or"),
    ("Which has more species, Aloe or Bactris?", ("over 500", "79"), "Aloe"),
    ("Were Ann Lee and Bob Ray of the same nationality?", ("American", "United States"), "yes"),
    ("Were Ann Lee and Bob Ray of the same nationality?", ("Hungarian- American", "American"),
     "yes"),
    ("Were Ann Lee and Bob Ray of the same nationality?", ("Dutch", "Danish"), "no"),
    ("Were Ann Lee and Bob Ray born in the same decade?", ("1901", "1910"), "no"),
    ("Did Ann Lee outlive Bob Ray?", ("1950", "1949"), "yes"),
    ("What occupation do Ann Lee and Bob Ray share?", ("actor and director", "film director"),
     "director"),
    ("Which film has the director born first, Lola or Faust?", ("A B", "C D", "1901", "1900"),
     "Faust"),
    ("Who was born earlier, the captain of the Endurance or the captain of the Karluk?",
     ("Frank Worsley", "Robert Bartlett", "1872", "1875"), "Frank Worsley"),
    ("Who is older, Ann Lee or Bob Ray?", ("16 March 1941", None), None),
]  # fmt: skip


@pytest.mark.parametrize(("question", "answers", "conclusion"), CONCLUSIONS)
def test_concludes(question: str, answers: tuple[str | None, ...], conclusion: str | None) -> None:
    assert concluded(question, *answers) == conclusion


def test_a_comparison_is_written_with_its_whole_path() -> None:
    question = "Which film has the director born first, Lola or Faust?"
    plan = make_plan(split(question))
    answers = ("Ann Lee", "Bob Ray", "1901", "1900", "Faust")
    steps = {
        sub.id: step(sub, answer) for sub, answer in zip(plan.sub_questions, answers, strict=True)
    }
    draft = written(WriteRequest(question=question, plan=plan, steps=steps, evidence={}))
    assert draft.short_answer == "Faust"
    assert len(draft.sentences) == len(plan.sub_questions)
    assert all(sentence.quotes for sentence in draft.sentences)
    assert "Faust" in draft.sentences[-1].text


def test_an_unknown_sink_is_an_abstention() -> None:
    plan = make_plan(split("Who is older, Ann Lee or Bob Ray?"))
    draft = written(WriteRequest(question="?", plan=plan, steps={}, evidence={}))
    assert draft.short_answer is None
    assert draft.sentences == ()


@pytest.mark.parametrize(
    ("judges", "scores", "answers"),
    [("step", (0.9, 0.31), True), ("step", (0.2, 0.9), False), ("path", (0.2, 0.06), True),
     ("path", (0.9, 0.04), False)],
)  # fmt: skip
def test_what_is_too_doubtful_to_say_depends_on_what_verdicts_speak_of(
    judges: Judges, scores: tuple[float, float], answers: bool
) -> None:
    question = "Where was the director of film Lola born?"
    plan = make_plan(split(question))
    steps = {
        sub.id: step(sub, answer).model_copy(update={"verdict": Verdict(score=score)})
        for sub, answer, score in zip(plan.sub_questions, ("Ann Lee", "Oslo"), scores, strict=True)
    }
    request = WriteRequest(question=question, plan=plan, steps=steps, evidence={}, judges=judges)
    assert (written(request).short_answer == "Oslo") is answers


def test_first_the_split_then_the_whole() -> None:
    request = PlanRequest(question="Where was the director of film Lola born?", limit=3)
    ways = proposals(request)
    assert [len(way.sub_questions) for way in ways] == [2, 1]


def test_a_broken_chain_is_gone_around_once() -> None:
    question = "Where was the director of film Lola born?"
    plan = make_plan(split(question))
    steps = {sub.id: step(sub, None) for sub in plan.sub_questions}
    (way,) = proposals(PlanRequest(question=question, plan=plan, steps=steps))
    (extra,) = way.sub_questions
    assert extra.text == "Where was the director of film Lola born?"
    longer = plan.extended(way.sub_questions)
    (again,) = proposals(PlanRequest(question=question, plan=longer, steps=steps))
    assert again.sub_questions == ()


def test_an_answered_plan_needs_no_more() -> None:
    plan = make_plan(split("Where was the director of film Lola born?"))
    steps = {sub.id: step(sub, "X") for sub in plan.sub_questions}
    (way,) = proposals(PlanRequest(question="?", plan=plan, steps=steps))
    assert way.sub_questions == ()


def test_queries_never_repeat_and_come_to_an_end() -> None:
    tried: list[str] = []
    question, text = "Where was the director of Lola born?", "Where was A B born?"
    while found := queries(_asking(question, text, tried=tuple(tried))):
        assert not set(found) & set(tried)
        tried += found
    assert 3 <= len(tried) <= 10


def test_an_unknown_parent_is_described_in_the_query() -> None:
    parent = step(SubQuestion(id="q1", text="Who is the director of film Lola?"), None)
    (query,) = queries(_asking("?", "Where was {q1} born?", parents={"q1": parent}))
    assert query == "Where was the director of film Lola born?"


def _asking(question: str, text: str, **more: Any) -> RewriteRequest:
    sub = SubQuestion(id="q2", text=text, parents=("q1",))
    return RewriteRequest(question=question, sub_question=sub, text=text, **more)


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Who is the director of film Lola?", "A B", "The director of film Lola is A B."),
        ("Where was A B born?", "Cork", "A B was born in Cork."),
        ("When was A B born?", "5 May 1900", "A B was born on 5 May 1900."),
        ("When was A B born?", "1900", "A B was born in 1900."),
        ("Which ship sank?", "Quest", "Which ship sank? Quest."),
    ],
)
def test_statements(question: str, answer: str, statement: str) -> None:
    assert as_statement(question, answer) == statement


def test_descriptions() -> None:
    assert as_description("Who wrote Lola?") == "the person who wrote Lola"


def test_protocol_methods_can_run_together() -> None:
    from clew.agent.policies.embedded import EmbeddedPolicy

    from .test_reading import WordEncoder

    policy = EmbeddedPolicy(WordEncoder())

    async def many() -> None:
        request = PlanRequest(question="Who is older, Ann Lee or Bob Ray?")
        results = await asyncio.gather(*(policy.plan(request) for _ in range(20)))
        assert all(result == results[0] for result in results)

    asyncio.run(many())

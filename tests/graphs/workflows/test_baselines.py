"""The workflows that the others must beat: no search, one search, one thing after the other."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from chain_runs import ANSWERS, Counting, assert_sound, parts_of, run, script
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.scripted import ScriptedPolicy
from clew.errors import PlanError, QuestionError
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import ChainRequest, PlanRequest, Proposal, ReadRequest
from clew.graphs.steps import Reading
from clew.graphs.workflows import workflow_named
from clew.tools.search.memory import MemorySearch

DIRECT, RAG, ITERATIVE = (workflow_named(name) for name in ("direct", "rag", "iterative"))


class Forbidden(MemorySearch):
    """Must not be asked."""

    def __init__(self) -> None:
        super().__init__(POLAR)

    async def search(self, query: str, **_: Any) -> Any:
        raise AssertionError(f"searched for {query!r}")


async def test_direct_answers_from_what_the_policy_thinks_and_marks_all_of_it() -> None:
    policy = script(q1="Frank Worsley", q2="Akaroa")
    answer, events = await run(DIRECT, parts_of(policy, backends=[Forbidden()]))
    assert answer.short_answer == "Akaroa" and not answer.citations
    assert [step.text for step in answer.steps] == [CHAIN[0].text, "Where was Frank Worsley born?"]
    assert all(each.recalled and not each.citations for each in answer.sentences)
    assert answer.usage.searches == 0 and answer.usage.policy_calls == 2
    assert [event.kind for event in events] == [
        "plan_extended",
        "chain_drafted",
        "step_finished",
        "step_finished",
        "run_finished",
    ]


async def test_direct_lets_the_policy_see_nothing() -> None:
    class Looking(ScriptedPolicy):
        async def chain(self, request: ChainRequest) -> Any:
            assert not request.evidence and not request.steps
            return await super().chain(request)

    answer, _ = await run(DIRECT, parts_of(Looking([Proposal(sub_questions=CHAIN)], {})))
    assert answer.abstained


@pytest.mark.parametrize("drafts", [{}, {"q1": "Frank Worsley"}])
async def test_direct_abstains_where_the_policy_does_not_know(drafts: dict[str, str]) -> None:
    answer, _ = await run(DIRECT, parts_of(script(**drafts), backends=[Forbidden()]))
    assert answer.abstained and answer.steps[-1].status == "unknown"
    assert_sound(answer)


async def test_direct_has_no_use_for_a_plan() -> None:
    with pytest.raises(PlanError, match="leave it out, or choose a workflow that searches"):
        await run(DIRECT, parts_of(script(q1="Frank Worsley")), plan=make_plan(CHAIN))


async def test_direct_without_policy_calls_says_that_the_budget_ended() -> None:
    answer, _ = await run(DIRECT, parts_of(script(q1="Worsley", q2="Akaroa")), policy_calls=0)
    assert answer.abstained and answer.stopped_by == "policy_calls"
    assert_sound(answer)


class Watched(ScriptedPolicy):
    """Counts what it is asked, and what it is asked at the same time."""

    def __init__(self, *plans: Sequence[SubQuestion], answers: dict[str, str]) -> None:
        super().__init__([Proposal(sub_questions=tuple(plan)) for plan in plans], answers)
        self.asked: list[str] = []
        self.plans: list[PlanRequest] = []
        self.reading = self.most_reading = 0

    async def plan(self, request: PlanRequest) -> Any:
        self.plans.append(request)
        return await super().plan(request)

    async def read(self, request: ReadRequest) -> Reading:
        self.asked.append(request.text)
        self.reading += 1
        self.most_reading = max(self.most_reading, self.reading)
        await asyncio.sleep(0.02)
        self.reading -= 1
        return await super().read(request)

    async def refine(self, request: Any) -> Any:
        raise AssertionError("a baseline does not refine")


async def test_rag_searches_each_backend_once_and_reads_once() -> None:
    backends = [Counting(), Counting()]
    policy = Watched(answers={"q1": "Frank Worsley"})
    question = "Who was the captain of the Endurance?"
    answer, _ = await run(RAG, parts_of(policy, backends=backends), question=question)
    assert [backend.queries for backend in backends] == [[question], [question]]
    assert policy.asked == [question] and not policy.plans
    assert answer.short_answer == "Frank Worsley" and answer.usage.searches == 2
    assert answer.steps[0].verdict is None
    assert_sound(answer)


async def test_rag_does_not_try_again_where_it_finds_nothing() -> None:
    backend = Counting()
    answer, _ = await run(RAG, parts_of(Watched(answers={}), backends=[backend]))
    assert answer.abstained and backend.queries == [QUESTION]
    assert f"Searched for: {QUESTION}" in answer.text


async def test_rag_researches_a_given_plan_as_it_is() -> None:
    backend = Counting()
    policy = Watched(answers=ANSWERS)
    answer, _ = await run(RAG, parts_of(policy, backends=[backend]), plan=make_plan(CHAIN))
    assert policy.asked == [CHAIN[0].text, "Where was Frank Worsley born?"]
    assert answer.short_answer == "Akaroa, New Zealand" and len(backend.queries) == 2


async def test_rag_takes_braces_for_text() -> None:
    backend = Counting()
    await run(RAG, parts_of(Watched(answers={}), backends=[backend]), question="Who is {q1}?")
    assert backend.queries == ["Who is (q1)?"]


async def test_iterative_asks_one_thing_after_the_other_with_all_that_was_found_in_sight() -> None:
    backend = Counting()
    policy = Watched(CHAIN, answers=ANSWERS)
    answer, _ = await run(ITERATIVE, parts_of(policy, backends=[backend]))
    assert policy.asked == [CHAIN[0].text, "Where was Frank Worsley born?"]
    assert [request.most for request in policy.plans] == [1, 1, 1]
    found = [[step.answer.text for step in request.steps.values()] for request in policy.plans]
    assert found == [[], ["Frank Worsley"], ["Frank Worsley", "Akaroa, New Zealand"]]
    # The scout's, and one for each sub-question.
    assert len(backend.queries) == 3 == answer.usage.searches
    assert answer.short_answer == "Akaroa, New Zealand"
    assert_sound(answer)


async def test_iterative_has_never_two_sub_questions_in_flight() -> None:
    apart = [SubQuestion(id=f"q{n}", text=f"What about Endurance {n}?") for n in range(5)]
    policy = Watched(apart, answers={})
    answer, _ = await run(ITERATIVE, parts_of(policy))
    assert len(policy.asked) == 5 and policy.most_reading == 1
    assert [step.sub_question.id for step in answer.steps] == [sub.id for sub in apart]


async def test_iterative_is_bounded_whatever_the_rounds_of_the_budget_are() -> None:
    endless = [SubQuestion(id=f"q{n}", text=f"What about Endurance {n}?") for n in range(50)]
    for rounds in (1, 20):
        policy = Watched(endless, answers={})
        answer, _ = await run(ITERATIVE, parts_of(policy), rounds=rounds)
        assert len(policy.asked) == len(policy.plans) == 8 == len(answer.steps)


@pytest.mark.parametrize("workflow", [RAG, ITERATIVE], ids=["rag", "iterative"])
@pytest.mark.parametrize("limit", [0, 1, 2])
async def test_searches_never_exceed_their_limit(workflow: Any, limit: int) -> None:
    backend = Counting()
    policy = Watched(CHAIN, answers=ANSWERS)
    answer, _ = await run(workflow, parts_of(policy, backends=[backend]), searches=limit)
    assert len(backend.queries) == answer.usage.searches <= limit
    assert_sound(answer)


@pytest.mark.parametrize("workflow", [DIRECT, RAG], ids=["direct", "rag"])
async def test_what_is_no_question_is_refused(workflow: Any) -> None:
    with pytest.raises(QuestionError):
        await run(workflow, parts_of(script()), question="  ")

"""Rollouts: what is drawn, what stays fixed, and which values the steps get."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
from support import CHAIN, POLAR, QUESTION

from clew.agent.policies.scripted import ScriptedPolicy
from clew.agent.search_agent import SearchAgent
from clew.agent.training.rollouts import Known, Rollouts
from clew.agent.training.sampled_policy import DRAW, Draw, SampledPolicy
from clew.agent.training.sampling_agent import NoJudge
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import PlanRequest, Policy, Proposal, ReadRequest
from clew.graphs.steps import Quote, Reading, StepAnswer
from clew.tools.search.memory import MemorySearch

KNOWN = Known("1", QUESTION, ("Akaroa",))
T = TypeVar("T")


def offered(request: ReadRequest) -> Sequence[StepAnswer]:
    """The names that passages say somebody was born in, or who was captain or designer."""
    found = []
    for passage in request.passages:
        for text in ("Frank Worsley", "Colin Archer", "Akaroa, New Zealand", "Larvik, Norway"):
            asks_place = "born" in request.text
            named = passage.title in request.text
            if text in passage.text and asks_place == ("," in text) and named | (not asks_place):
                quote = Quote(passage_id=passage.id, text=text, start=passage.text.find(text))
                found.append(StepAnswer(text=text, quotes=(quote,), confidence=0.5))
    return found


class First(ScriptedPolicy):
    """Plans by the script, and reads the first answer that is offered."""

    async def read(self, request: ReadRequest) -> Reading:
        return Reading(answer=(offered(request) or [StepAnswer()])[0])


def sampled(policy: Policy | None = None) -> SampledPolicy:
    return SampledPolicy(policy or First([Proposal(sub_questions=CHAIN)], {}), offered)


def rollouts(count: int = 4, policy: Policy | None = None) -> Rollouts:
    agent = SearchAgent(
        policy=sampled(policy),
        critic=NoJudge(),
        search=[MemorySearch(POLAR)],
        save_runs=False,
        check_support=False,
    )
    return Rollouts(agent, count=count)


def run(call: Callable[[], Awaitable[T]]) -> T:
    async def once() -> T:
        return await call()

    return asyncio.run(once())


def test_the_agents_own_run_draws_nothing() -> None:
    found = run(lambda: rollouts().run(KNOWN, None))
    assert found.right
    assert [step.answer.text for step in found.trace.steps] == [
        "Frank Worsley",
        "Akaroa, New Zealand",
    ]


def test_drawn_runs_differ_and_are_the_same_again() -> None:
    async def all_of() -> list[str | None]:
        runs = rollouts()
        return [(await runs.run(KNOWN, Draw(str(n)))).trace.prediction for n in range(8)]

    first = run(all_of)
    assert set(first) == {"Akaroa, New Zealand", "Larvik, Norway"}
    assert run(all_of) == first


def test_a_run_goes_on_from_the_steps_that_are_fixed() -> None:
    async def goes_on() -> None:
        runs = rollouts()
        drawn = [await runs.run(KNOWN, Draw(str(n))) for n in range(8)]
        for each in (next(r for r in drawn if r.right), next(r for r in drawn if not r.right)):
            again = await runs._finished(KNOWN, Draw("again"), (each, 1))
            assert again.trace.steps[0] == each.trace.steps[0]
            assert again.right == each.right
            whole = await runs._finished(KNOWN, Draw("again"), (each, 2))
            assert whole.trace.steps == each.trace.steps

    run(goes_on)


def test_steps_that_lead_astray_are_worth_less() -> None:
    traces = run(lambda: rollouts(6).labelled(KNOWN))
    assert len(traces) == 2
    right, wrong = traces
    assert right.start is not None and 0 < right.start < 1
    # Nothing is drawn after the captain: a place is born in by one name only.
    assert right.values == (1.0, 1.0)
    assert wrong.values == (0.0, 0.0)
    assert wrong.steps[0].answer.text == "Colin Archer"


def test_where_all_runs_end_alike_nothing_more_is_rolled_out() -> None:
    nobody = Known("2", QUESTION, ("Nobody",))
    (trace,) = run(lambda: rollouts(3).labelled(nobody))
    assert (trace.start, trace.values) == (0.0, (0.0, 0.0))


def test_a_run_that_extended_its_plan_goes_on_as_it_would_have() -> None:
    more = SubQuestion(id="x1", text="Where was Colin Archer born?")
    policy = First([Proposal(sub_questions=CHAIN), Proposal(sub_questions=(more,))], {})

    async def goes_on() -> None:
        runs = rollouts(policy=policy)
        begun = await runs.run(KNOWN, None)
        assert [len(plan.sub_questions) for plan in begun.plans] == [2, 3]
        for count in (1, 2):
            again = await runs._finished(KNOWN, None, (begun, count))
            assert [step.sub_question.id for step in again.trace.steps] == ["q1", "q2", "x1"]

    run(goes_on)


def test_other_ways_to_begin_are_drawn_now_and_then() -> None:
    class TwoWays(ScriptedPolicy):
        async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
            whole = SubQuestion(id="q1", text=request.question)
            return [Proposal(sub_questions=CHAIN), Proposal(sub_questions=(whole,))]

    policy = sampled(TwoWays([], {}))

    async def lengths() -> Counter[int]:
        counts: Counter[int] = Counter()
        for number in range(100):
            DRAW.set(Draw(str(number)))
            (proposal,) = await policy.plan(PlanRequest(question=QUESTION))
            counts[len(proposal.sub_questions)] += 1
        return counts

    counts = run(lengths)
    assert 60 < counts[2] < 95 and counts[1] == 100 - counts[2]


@pytest.mark.parametrize(("temperature", "least", "most"), [(1.0, 55, 95), (0.2, 97, 100)])
def test_likelier_answers_are_drawn_more_often_the_colder_the_more(
    temperature: float, least: int, most: int
) -> None:
    def unequal(request: ReadRequest) -> Sequence[StepAnswer]:
        return [
            each.model_copy(update={"confidence": 0.75 - 0.5 * number})
            for number, each in enumerate(offered(request))
        ]

    policy = SampledPolicy(First([], {}), unequal)
    request = ReadRequest(
        question=QUESTION, sub_question=CHAIN[0], text=CHAIN[0].text, passages=[POLAR[0], POLAR[2]]
    )

    async def likelier() -> int:
        count = 0
        for number in range(100):
            DRAW.set(Draw(str(number), temperature))
            count += (await policy.read(request)).answer.text == "Frank Worsley"
        return count

    assert least <= run(likelier) <= most

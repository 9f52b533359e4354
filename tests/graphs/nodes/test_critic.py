"""Where a judged step goes: back for another search, over to be reworked, or out."""

from collections.abc import Sequence
from typing import Any

import pytest
from chain_runs import ANSWERS, parts_of, run, script
from support import CHAIN, POLAR, ContentCritic

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.budget import ModelUsage
from clew.graphs.events import SearchFinished, StepJudged
from clew.graphs.judging import resources
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import Proposal, ReadRequest, RefineRequest, RewriteRequest
from clew.graphs.steps import Reading, Refinement, Step, Trajectory, Verdict
from clew.graphs.workflows import workflow_named

MINDSEARCH = workflow_named("mindsearch")
WHY = "the passage says where she studied"


class Doubting(ContentCritic):
    """Doubts the first reading of each step, and says why."""

    def __init__(self, first: Verdict) -> None:
        self._first = first
        self.seen: list[str] = []

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        id = trajectories[0].steps[-1].sub_question.id
        doubted = id not in self.seen
        self.seen.append(id)
        verdict = self._first if doubted else Verdict(score=0.9)
        return [[verdict for _ in each.steps] for each in trajectories]


class Reworking(ScriptedPolicy):
    """Notes what it is asked to refine and how often it reads; mends what it is told is wrong."""

    def __init__(self, *subs: SubQuestion, reworks: bool) -> None:
        super().__init__([Proposal(sub_questions=subs)], ANSWERS)
        self.reworks = reworks
        self.refined: list[Verdict | None] = []
        self.read_again = 0

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        return [request.text] if request.text not in request.tried else ["captain"]

    async def read(self, request: ReadRequest) -> Reading:
        self.read_again += 1
        return await super().read(request)

    async def refine(self, request: RefineRequest) -> Refinement:
        self.refined.append(request.verdict)
        answer = request.reading.answer
        if request.verdict and request.verdict.explanation and self.reworks:
            answer = answer.model_copy(update={"text": "mended"})
        return Refinement(reading=request.reading.model_copy(update={"answer": answer}))


DOUBT = Verdict(score=0.2, explanation=WHY)


@pytest.mark.parametrize(
    ("first", "reworked"),
    [
        (DOUBT, True),
        (Verdict(score=0.2), False),
        (Verdict(score=0.6, explanation=WHY), False),
        (Verdict(score=0.2, explanation=WHY, failure="it broke"), False),
    ],
)
async def test_an_explained_doubt_is_reworked_where_nothing_new_is_found(
    first: Verdict, reworked: bool
) -> None:
    policy = Reworking(CHAIN[0], reworks=True)
    answer, _ = await run(MINDSEARCH, parts_of(policy, critic=Doubting(first)), rounds=1)
    assert policy.refined == ([None, first] if reworked else [None])
    assert policy.read_again == 1  # the reading that is reworked is the one that was judged
    assert answer.steps[0].answer.text == ("mended" if reworked else "Frank Worsley")


async def test_a_policy_that_does_not_rework_is_not_asked_again() -> None:
    policy = Reworking(CHAIN[0], reworks=False)
    answer, _ = await run(MINDSEARCH, parts_of(policy, critic=Doubting(DOUBT)), rounds=1)
    assert policy.refined == [None]
    assert answer.steps[0].verdict == DOUBT and answer.usage.searches == 3


@pytest.mark.parametrize("reworks", [True, False])
async def test_a_conclusion_is_reworked_without_a_search(reworks: bool) -> None:
    concluded = SubQuestion(id="q2", text="Who was {q1}?", kind="reason", parents=("q1",))
    policy = Reworking(CHAIN[0], concluded, reworks=reworks)

    class OfConclusions(Doubting):
        async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
            if trajectories[0].steps[-1].sub_question.id == "q1":
                return [[Verdict(score=0.9)] for _ in trajectories]
            return await super().score(trajectories)

    critic = OfConclusions(DOUBT)
    answer, events = await run(MINDSEARCH, parts_of(policy, critic=critic), rounds=1)
    assert policy.refined == ([None, None, DOUBT] if reworks else [None, None])
    judged = [event for event in events if isinstance(event, StepJudged) and event.id == "q2"]
    assert [event.again for event in judged] == [False] * len(judged)
    assert len(judged) == (2 if reworks else 1)
    assert answer.usage.searches == 2


async def test_a_failed_verdict_sends_no_step_back() -> None:
    class Broken(ContentCritic):
        async def score(self, trajectories: Sequence[Trajectory]) -> Any:
            raise RuntimeError("no memory left")

    answer, events = await run(MINDSEARCH, parts_of(script(), critic=Broken()))
    judged = [event for event in events if isinstance(event, StepJudged)]
    assert len(judged) == 2 and not any(event.again for event in judged)
    for verdict in [event.verdict for event in judged] + list(answer.verdicts.values()):
        assert verdict.score == 0.5
        assert verdict.failure == "critic 'content' failed: RuntimeError: no memory left"
    assert answer.short_answer == "Akaroa, New Zealand"


async def test_what_a_critic_searches_and_spends_is_on_record() -> None:
    class Checking(ContentCritic):
        async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
            tally, look_up = resources()
            tally.note(ModelUsage(role="critic", model="m", calls=1))
            await look_up(["Is it so?"])
            return await super().score(trajectories)

    answer, events = await run(MINDSEARCH, parts_of(script(), critic=Checking()), rounds=1)
    told = [event.search.query for event in events if isinstance(event, SearchFinished)]
    assert told.count("Is it so?") == 2
    searched: list[Step] = [step for step in answer.steps if step.searches[-1].query == "Is it so?"]
    assert len(searched) == 2 and answer.usage.searches == len(told)
    assert [(each.role, each.calls) for each in answer.usage.models] == [("critic", 2)]
    assert {each.id for each in answer.evidence} <= {each.id for each in POLAR}

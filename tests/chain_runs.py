"""Runs of whole workflows over the passages of `POLAR`, for tests of several of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from support import CHAIN, POLAR, QUESTION, ContentCritic

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.answer import Answer
from clew.graphs.budget import Budget
from clew.graphs.events import Event
from clew.graphs.expansion import expansion_named
from clew.graphs.plan import Plan, SubQuestion
from clew.graphs.protocols import Judges, Parts, Proposal
from clew.graphs.queries.plain import Plain
from clew.graphs.state import Question
from clew.graphs.steps import StepAnswer, Trajectory, Verdict
from clew.graphs.workflows.base import Workflow
from clew.tools.search.base import SearchOutcome
from clew.tools.search.memory import MemorySearch

ANSWERS = {
    "q1": "Frank Worsley",
    "q2": "Akaroa, New Zealand",
    "q2_2": "Akaroa, New Zealand",
}
"""What the script reads; ``q2_2`` is the second link, asked anew."""


class Counting(MemorySearch):
    """Counts the searches, and remembers the queries."""

    def __init__(self) -> None:
        super().__init__(POLAR)
        self.queries: list[str] = []

    async def search(self, query: str, **more: Any) -> SearchOutcome:
        self.queries.append(query)
        return await super().search(query, **more)


class Scoring:
    """Scores a step by its answer."""

    name = "scoring"
    judges: Judges = "step"

    def __init__(self, scores: Mapping[str | None, float], others: float = 1.0) -> None:
        self._scores = scores
        self._others = others

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        return [
            [Verdict(score=self._scores.get(step.answer.text, self._others)) for step in each.steps]
            for each in trajectories
        ]


def draft(text: str) -> StepAnswer:
    """Return what a policy thinks without having looked."""
    return StepAnswer(text=text, confidence=0.5)


def script(
    subs: Sequence[SubQuestion] = CHAIN, answers: Mapping[str, str] = ANSWERS, **drafts: str
) -> ScriptedPolicy:
    """Return a policy that writes this chain with these drafts and reads these answers."""
    thought = {id: draft(text) for id, text in drafts.items()}
    return ScriptedPolicy([Proposal(sub_questions=tuple(subs))], answers, drafts=thought)


def parts_of(policy: Any, **replaced: Any) -> Parts:
    """Return parts with this policy over `POLAR`; any other part can be replaced."""
    parts = {"critic": ContentCritic(), "queries": Plain(), "backends": [MemorySearch(POLAR)]}
    return Parts(policy=policy, **{**parts, **replaced})


async def run(
    workflow: Workflow,
    parts: Parts,
    *,
    question: str = QUESTION,
    plan: Plan | None = None,
    expansion: str = "greedy",
    **budget: Any,
) -> tuple[Answer, list[Event]]:
    """Return the answer of a run, and all it told."""
    start = Question(question=question, budget=Budget(**budget))
    if plan is not None:
        start["plan"] = plan
    graph = workflow(parts, expansion_named(expansion)).compile()
    events: list[Event] = []
    event: Any
    async for _, event in graph.astream(start, stream_mode="custom", subgraphs=True):
        events.append(event)
    last = events[-1]
    assert last.kind == "run_finished"
    return last.answer, events


def assert_sound(answer: Answer) -> None:
    """Fail unless all that is cited stands where it is said to, and something is said."""
    assert answer.sentences
    for citation in answer.citations:
        assert citation.passage.text.startswith(citation.quote, citation.start)
    cited = {number for sentence in answer.sentences for number in sentence.citations}
    assert cited == {citation.number for citation in answer.citations}
    assert answer.abstained == (answer.short_answer is None)
    if not answer.abstained:
        assert any(each.citations or each.recalled for each in answer.sentences)

"""A policy with several ways to go on and to read, for tests of searches over a run's steps."""

import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

from chain_runs import ANSWERS
from langgraph.graph import END, START, StateGraph
from support import CHAIN

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import PlanRequest, Proposal, ReadRequest, RewriteRequest
from clew.graphs.steps import Quote, Reading, StepAnswer

T = TypeVar("T")

OTHER_CAPTAIN = {"q1": ("Colin Archer",)}
"""What the first link may be instead, in the passages that a search for it finds."""


class Branching(ScriptedPolicy):
    """Proposes several plans in the first round, and reads other answers beside the first.

    Args:
        plans: Ways to begin; after the first round it proposes nothing more.
        answers: Text to look for in passages, by sub-question's id.
        others: Texts that the answer may be instead, likeliest first, by id.
        endless: Whether there is always another sub-question to ask.
    """

    name = "branching"

    def __init__(
        self,
        plans: Sequence[Proposal] = (Proposal(sub_questions=CHAIN),),
        answers: Mapping[str, str] = ANSWERS,
        others: Mapping[str, Sequence[str]] = OTHER_CAPTAIN,
        *,
        endless: bool = False,
    ) -> None:
        super().__init__(plans, answers)
        self._others = others
        self._endless = endless
        self.calls: Counter[str] = Counter()
        self.read_texts: list[str] = []
        self.planned: list[PlanRequest] = []

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        self.calls["plan"] += 1
        self.planned.append(request)
        asked = request.plan.sub_questions
        if not asked:
            return self._plans[: request.limit]
        if self._endless:
            number = len(asked) + 1
            return [
                Proposal(
                    sub_questions=(SubQuestion(id=f"q{number}", text=f"Fact {number} {way}?"),)
                )
                for way in ("of the Fram", "of the Endurance", "of Norway")[: request.limit]
            ]
        return [Proposal()]

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Return wordings without end."""
        self.calls["rewrite"] += 1
        wordings = itertools.chain([request.text], (f"{request.text} {n}" for n in range(2, 99)))
        return [next(each for each in wordings if each not in request.tried)]

    async def read(self, request: ReadRequest) -> Reading:
        self.calls["read"] += 1
        self.read_texts.append(request.text)
        id, passages = request.sub_question.id, request.passages
        ranking = (await super().read(request)).ranking
        # Where the other man was born is known, whatever the sub-question is called.
        wanted = self._answers.get(id, "")
        if "Colin Archer born" in request.text:
            wanted = "Larvik, Norway"
        found = [
            answer
            for text, confidence in (
                (wanted, 0.6),
                *((other, 0.3 / n) for n, other in enumerate(self._others.get(id, ()), 1)),
            )
            if text and (answer := found_in(passages, text, confidence))
        ][: request.limit]
        if not found:
            return Reading(ranking=ranking)
        return Reading(answer=found[0], alternatives=tuple(found[1:]), ranking=ranking)


def found_in(passages: Sequence[Any], text: str, confidence: float) -> StepAnswer | None:
    """Return the answer with its quote, if a passage holds it."""
    for passage in passages:
        if (start := passage.text.find(text)) >= 0:
            quote = Quote(passage_id=passage.id, text=text, start=start)
            return StepAnswer(text=text, quotes=(quote,), confidence=confidence)
    return None


class _Nothing(TypedDict, total=False):
    nothing: str


async def in_a_run(work: Callable[[], Awaitable[T]]) -> T:
    """Do something inside a node of a graph, where tasks can be called."""
    came_to: list[T] = []

    async def node(state: _Nothing) -> _Nothing:
        came_to.append(await work())
        return _Nothing(nothing="")

    graph: StateGraph[_Nothing, None, Any, Any] = StateGraph(_Nothing)
    graph.add_node("node", node)
    graph.add_edge(START, "node")
    graph.add_edge("node", END)
    await graph.compile().ainvoke(_Nothing(nothing=""))
    return came_to[0]

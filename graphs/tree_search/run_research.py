"""Researching sub-questions for the states of a search: each content once."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from ...tools.passages import Passage
from ..meter import Meter, Tally
from ..plan import Plan, SubQuestion
from ..researching import StepResult
from ..step_graph import StepGraph
from ..step_research import research_step
from ..step_state import StepContext
from ..steps import Step, StepAnswer
from .run_moves import with_draft
from .run_states import Results, Taken, research_key, step_of
from .run_tasks import Saved, Tasks


class Earlier(NamedTuple):
    """What a sub-question came to before it is worked on again.

    Attributes:
        step: The step, with the critic's word on it.
        evidence: The passages that it ranks or quotes, by id.
    """

    step: Step
    evidence: Mapping[str, Passage]


class Wanted(NamedTuple):
    """What is to be researched.

    Attributes:
        plan: The plan that the sub-question is part of.
        sub_question: The sub-question.
        parents: What is taken for the answers of its parents, or will be, by id.
        draft: What the policy thought before searching, if it did.
        earlier: What it came to before, where it is to be searched for in other words.
        rewordings: How many times that was done.
    """

    plan: Plan
    sub_question: SubQuestion
    parents: Mapping[str, Taken | asyncio.Future[Taken]]
    draft: StepAnswer | None = None
    earlier: Earlier | None = None
    rewordings: int = 0


class SavedResearch(Saved):
    """What research came to, and under which key."""

    key: str
    result: StepResult


class Research:
    """What research came to, and what is under way.

    Args:
        step_graph: Researches one sub-question.
        question: The user's question.
        meter: What is left of the budget.
        tasks: What research is done in.
        answers: How many answers are wanted of a reading.
        evidence: The passages known before the search, by id.
        results: What research came to so far, by key.

    Attributes:
        known: All that research came to, by key.
        new: What it came to in this node's work.
    """

    def __init__(
        self,
        step_graph: StepGraph,
        *,
        question: str,
        meter: Meter,
        tasks: Tasks,
        answers: int,
        evidence: Mapping[str, Passage],
        results: Results,
    ) -> None:
        self._step_graph = step_graph
        self._question = question
        self._meter = meter
        self._tasks = tasks
        self._answers = answers
        self._evidence = evidence
        self._under_way: dict[str, asyncio.Future[StepResult]] = {}
        self.known = dict(results)
        self.new: dict[str, StepResult] = {}

    async def done(self, wanted: Wanted) -> Taken:
        """Research a sub-question once its parents are answered, unless that was done before."""

        async def research(tally: Tally) -> SavedResearch:
            sub = wanted.sub_question
            settled = {
                id: await parent if isinstance(parent, asyncio.Future) else parent
                for id, parent in wanted.parents.items()
            }
            steps = {id: step_of(wanted.plan[id], each, self.known) for id, each in settled.items()}
            answers = {id: each.answer.text for id, each in steps.items() if each.answer.text}
            key = research_key(sub.resolved(answers), sub.kind, steps.values(), wanted.rewordings)
            if key in self.known:
                return SavedResearch(key=key, result=self.known[key])
            if (other := self._under_way.get(key)) is not None:
                return SavedResearch(key=key, result=await other)
            found = {
                id: passage
                for each in settled.values()
                for id, passage in self.known[each.key].evidence.items()
            }
            self._under_way[key] = asyncio.ensure_future(
                self._researched(wanted, steps, found, tally)
            )
            return SavedResearch(key=key, result=await self._under_way[key])

        saved = await self._tasks.done(f"research {wanted.sub_question.id}", research)
        self.known.setdefault(saved.key, saved.result)
        self.new.setdefault(saved.key, saved.result)
        return Taken(key=saved.key, rewordings=wanted.rewordings)

    async def _researched(
        self, wanted: Wanted, steps: Mapping[str, Step], found: dict[str, Passage], tally: Tally
    ) -> StepResult:
        draft, earlier = wanted.draft, wanted.earlier
        if earlier is not None:
            found |= earlier.evidence
        step, evidence = await research_step(
            self._step_graph,
            self._question,
            wanted.sub_question,
            steps,
            found,
            StepContext(emit=lambda event: None, tally=tally, answers=self._answers),
            earlier=earlier.step if earlier else None,
        )
        if draft is not None and draft.text is not None:
            seen = dict(self._evidence)
            for result in self.known.values():
                seen |= result.evidence
            quotes = tuple(quote for quote in draft.quotes if quote.is_verbatim(seen))
            step = with_draft(step, draft.model_copy(update={"quotes": quotes}))
            evidence |= {quote.passage_id: seen[quote.passage_id] for quote in quotes}
        return StepResult(step=step, evidence=evidence, run_seconds=self._meter.seconds_spent)

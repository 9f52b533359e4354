"""A policy that follows a script: for tests, demonstrations and measuring everything around it."""

import asyncio
from collections.abc import Mapping, Sequence

from ...graphs.plan import missing_from
from ...graphs.protocols import (
    ChainRequest,
    Draft,
    DraftedQuestion,
    PlanRequest,
    Proposal,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    WriteRequest,
)
from ...graphs.stating import stated
from ...graphs.steps import Quote, RankedPassage, Reading, Refinement, StepAnswer


class ScriptedPolicy:
    """Proposes given plans and finds given answers where a passage holds them verbatim.

    Args:
        plans: What to propose in the first round, the second, and so on; then nothing.
        answers: For each sub-question id the text to look for in the passages.
        seconds: For each sub-question id how long reading takes; none by default.
        drafts: For each sub-question id what it thinks before searching; unknown by default.
    """

    name = "scripted"
    reworks = False

    def __init__(
        self,
        plans: Sequence[Proposal],
        answers: Mapping[str, str],
        seconds: Mapping[str, float] | None = None,
        drafts: Mapping[str, StepAnswer] | None = None,
    ) -> None:
        self._plans = plans
        self._answers = answers
        self._seconds = seconds or {}
        self._drafts = drafts or {}

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Propose the first plan of the script that is not in the plan, or as much as is wanted."""
        known = {sub.id for sub in request.plan.sub_questions}
        for proposal in self._plans:
            missing = tuple(sub for sub in proposal.sub_questions if sub.id not in known)
            if missing and request.most is not None:
                return [Proposal(sub_questions=missing[: request.most])]
            if missing:
                return [proposal]
        return [Proposal()]

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        """Write the sub-questions of the script that are not in the plan yet, with its drafts."""
        script = [sub for proposal in self._plans for sub in proposal.sub_questions]
        return [
            DraftedQuestion(sub_question=sub, draft=self._drafts.get(id, StepAnswer()))
            for id, sub in missing_from(request.plan, script).items()
        ]

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Return the sub-question's own text, once, and of any other wording two variants of it."""
        if request.wording == "query":
            options = [request.text]
        else:
            found = (each.title for each in request.passages)
            varied = " ".join([request.text, *found])
            options = [f"{varied} ({request.wording} {number})" for number in (1, 2)]
        return [each for each in options if each not in request.tried][: request.count]

    async def read(self, request: ReadRequest) -> Reading:
        """Look for the scripted answer in the passages."""
        await asyncio.sleep(self._seconds.get(request.sub_question.id, 0.0))
        ranking = tuple(
            RankedPassage(passage_id=passage.id, score=1 / rank)
            for rank, passage in enumerate(request.passages, start=1)
        )
        wanted = self._answers.get(request.sub_question.id)
        for passage in request.passages:
            if wanted and (start := passage.text.find(wanted)) >= 0:
                quote = Quote(passage_id=passage.id, text=wanted, start=start)
                answer = StepAnswer(text=wanted, quotes=(quote,), confidence=1.0)
                return Reading(answer=answer, ranking=ranking)
        return Reading(ranking=ranking)

    async def refine(self, request: RefineRequest) -> Refinement:
        """Leave the reading as it is."""
        return Refinement(reading=request.reading)

    async def write(self, request: WriteRequest) -> Draft:
        """State each step's answer; the last sub-question's is the short answer."""
        return stated(request.plan, request.steps)

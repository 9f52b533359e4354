"""The policy over language models: each task a prompt, each output held to its schema."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import date

from ....errors import BudgetExhausted, ModelUnavailable
from ....graphs.protocols import (
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
from ....graphs.queries.wording import untried
from ....graphs.stating import stated
from ....graphs.steps import Reading, Refinement, Verdict
from ....prompts.loader import Prompts
from ...effort import Effort
from ...models import ModelSettings, Role
from .asking import Asker
from .chaining import chain_of
from .client import ModelClient
from .guarding import to_the_point
from .planning import MOST_AT_ONCE, findings_of, overview_of, proposal_of
from .reading import parents_of, reading_of, unread, variables_of
from .utility import judged_useful, shuffled_orders, trimmed
from .wire import (
    ChainOutput,
    PlanOutput,
    ReadOutput,
    RefineOutput,
    RewriteOutput,
    WriteOutput,
)
from .writing import DraftListener, NumberedQuotes


class LiteLLMPolicy:
    """Plans, rewrites, reads, refines and writes with language models.

    What comes back unusable, after a repair turn too, gives way to the plainest step that keeps
    the run going: the question itself as plan and query, a reading that found nothing, the steps'
    answers as they are.

    Args:
        models: The language model of each role.
        prompts: What they are told.
        effort: How much is asked of them.
        own_knowledge: Whether the planner may answer a sub-question from what the model knows.
        seed: For servers that draw outputs at random.

    Raises:
        ModelUnavailable: If LiteLLM is missing, or a key that the settings name.
    """

    name = "litellm"
    reworks = True

    def __init__(
        self,
        models: Mapping[Role, ModelSettings],
        *,
        prompts: Prompts,
        effort: Effort,
        own_knowledge: bool,
        seed: int = 0,
    ) -> None:
        self._prompts = prompts
        self._effort = effort
        self._own_knowledge = own_knowledge
        self._askers = {
            role: Asker(ModelClient(role, settings, seed=seed), prompts)
            for role, settings in models.items()
        }

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        """Split the question; later add what is missing. Further proposals are sampled."""
        others = asyncio.gather(
            *(self._further_proposal(request, sample) for sample in range(1, request.limit))
        )
        try:
            first = await self._proposal(request)
        except BaseException:
            others.cancel()
            raise
        proposals = dict.fromkeys(each for each in (first, *await others) if each is not None)
        # Without any, the planner node takes the question itself, or goes on to write.
        return list(proposals) or [Proposal()]

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        """Write the links that follow those that stand, drafted from the model's knowledge."""

        def use(output: ChainOutput) -> list[DraftedQuestion]:
            links = chain_of(output, request.plan, recall=self._own_knowledge)
            kept = to_the_point([link.sub_question for link in links], request)
            return [link for link in links if link.sub_question in kept]

        links = await self._askers["planner"].ask(
            ChainOutput,
            lambda _: self._prompts.messages(
                "chain",
                question=request.question,
                today=date.today().isoformat(),
                recall=self._own_knowledge,
                most=MOST_AT_ONCE,
                findings=findings_of(request),
            ),
            0,
            use=use,
            tally=request.tally,
        )
        # Without any, the drafter goes on as the chain before would have.
        return links or []

    async def rewrite(self, request: RewriteRequest) -> Sequence[str]:
        """Word queries of the kind asked for.

        Where that is left to the policy, the sub-question itself is searched for first; the model
        words queries once that was tried, or at once if much effort is to be made.
        """
        left_to_us = request.wording == "query"
        own = [request.text] if left_to_us and request.text not in request.tried else []
        if own and not self._effort.rewrites_first:
            return own
        count = self._effort.queries if request.count is None else request.count

        def use(output: RewriteOutput) -> list[str]:
            words = (" ".join(query.split()) for query in output.queries)
            return untried(words, (*request.tried, *own))

        queries = await self._askers["searcher"].ask(
            RewriteOutput,
            lambda most: self._prompts.messages(
                "rewrite",
                question=request.question,
                sub_question=request.text,
                parents=parents_of(request),
                tried=[*request.tried, *own],
                wording=request.wording,
                passages=[
                    {"title": each.title, "text": each.text} for each in request.passages[:most]
                ],
                count=count,
            ),
            min(len(request.passages), self._effort.passages),
            use=use,
            tally=request.tally,
        )
        return [*own, *(queries or ())[:count]][: request.count]

    async def read(self, request: ReadRequest) -> Reading:
        """Answer from the passages, or from the parents' answers, in the model's words."""
        if not request.passages and not request.parents:
            return Reading()
        reading = await self._askers["searcher"].ask(
            ReadOutput,
            lambda most: self._prompts.messages("read", **variables_of(request, most)),
            min(len(request.passages), self._effort.passages),
            use=lambda output: reading_of(output, request),
            tally=request.tally,
            least=min(1, len(request.passages)),
        )
        return reading if reading is not None else unread(request.passages)

    async def refine(self, request: RefineRequest) -> Refinement:
        """Have an answer checked that the model was not sure of; search again without one.

        What the critic finds weak, and says why, is gone over whatever the model thought of it.
        With much effort the passages are judged for their usefulness too.
        """
        refinement = await self._checked(request)
        reading = refinement.reading
        if not self._effort.utility_orders or len(reading.ranking) < 2:
            return refinement
        votes = await judged_useful(
            request,
            reading.answer.text,
            shuffled_orders(request.passages[: self._effort.passages], self._effort.utility_orders),
            self._askers["refiner"],
            self._prompts,
        )
        return refinement.model_copy(update={"reading": trimmed(reading, votes)})

    async def _checked(self, request: RefineRequest) -> Refinement:
        answer = request.reading.answer
        plainest = Refinement(reading=request.reading, search_again=answer.text is None)
        verdict = request.verdict
        if verdict is not None and verdict.asks_for_rework:
            if not request.passages and not request.parents:
                return plainest
        elif answer.text is None or answer.confidence >= self._effort.sure:
            return plainest
        reading = json.dumps(_as_output(request), ensure_ascii=False)

        def use(output: RefineOutput) -> Refinement:
            return Refinement(reading=reading_of(output, request), search_again=output.search_again)

        refinement = await self._askers["refiner"].ask(
            RefineOutput,
            lambda most: self._prompts.messages(
                "refine",
                **variables_of(request, most),
                reading=reading,
                verdict=_told(verdict),
            ),
            min(len(request.passages), self._effort.passages),
            use=use,
            tally=request.tally,
            least=min(1, len(request.passages)),
        )
        return refinement or plainest

    async def write(self, request: WriteRequest) -> Draft:
        """Write the answer from the steps' quotes, told as it is written."""
        plainest = stated(request.plan, request.steps)
        if not plainest.sentences:
            return Draft()
        quotes = NumberedQuotes(request)
        responder = self._askers["responder"]
        draft = await responder.ask(
            WriteOutput,
            lambda most: self._prompts.messages(
                "write", **NumberedQuotes(request, most).variables()
            ),
            len(quotes.quotes),
            use=quotes.draft_of,
            tally=request.tally,
            listener=DraftListener(request.tell, withheld=responder.own_words.are_in),
        )
        return draft if draft is not None else plainest

    async def _proposal(self, request: PlanRequest, sample: int = 0) -> Proposal | None:
        overview = overview_of(request, self._effort.overview)
        at_once = min(request.most or MOST_AT_ONCE, MOST_AT_ONCE)

        def use(output: PlanOutput) -> Proposal:
            proposal = proposal_of(output, request.plan, recall=self._own_knowledge, most=at_once)
            kept = to_the_point(proposal.sub_questions, request)
            return Proposal(sub_questions=tuple(kept))

        return await self._askers["planner"].ask(
            PlanOutput,
            lambda most: self._prompts.messages(
                "plan",
                question=request.question,
                today=date.today().isoformat(),
                recall=self._own_knowledge,
                most=at_once,
                findings=findings_of(request),
                overview=overview[:most],
            ),
            len(overview),
            use=use,
            tally=request.tally,
            sample=sample,
        )

    async def _further_proposal(self, request: PlanRequest, sample: int) -> Proposal | None:
        try:
            request.tally.policy_call()
            return await self._proposal(request, sample)
        except (BudgetExhausted, ModelUnavailable):
            return None


def _told(verdict: Verdict | None) -> str:
    if verdict is None or verdict.failure:
        return ""
    return verdict.explanation or f"{verdict.score:.2f} of 1"


def _as_output(request: RefineRequest) -> dict[str, object]:
    """The reading in the words of the model's own output, as if it had just written it."""
    answer = request.reading.answer
    numbers = {passage.id: number for number, passage in enumerate(request.passages, start=1)}
    ranked = [each.passage_id for each in request.reading.ranking[:3]]
    return {
        "quotes": [
            {"passage": numbers[quote.passage_id], "text": quote.text}
            for quote in answer.quotes
            if quote.passage_id in numbers
        ],
        "answer": answer.text,
        "confidence": answer.confidence,
        "useful": [numbers[id] for id in ranked if id in numbers],
        "others": [
            {"answer": other.text, "passage": numbers[quote.passage_id], "text": quote.text}
            for other in request.reading.others
            for quote in other.quotes[:1]
            if quote.passage_id in numbers
        ],
    }

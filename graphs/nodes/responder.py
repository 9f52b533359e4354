"""The responder: has the answer written, and lets no claim through without its quote."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted, SearchUnavailable
from ...tools.passages import Passage
from ..abstaining import abstention, failures_if_all_failed, missing_backends
from ..answer import Answer, AnswerSentence
from ..budget import Usage
from ..citing import citable, shares_a_word
from ..conflicts import Dispute, disputes_of
from ..describing import described
from ..events import AnswerWriting, RunFinished
from ..evidence import ordered_evidence
from ..meter import Meter, Tally, time_limit
from ..numbering import Numbering
from ..plan import Plan
from ..protocols import Draft, Parts, WriteRequest
from ..state import State, meter_of, planned_steps
from ..stating import stated
from ..steps import GOOD_ENOUGH, Step
from ..stopping import RunContext
from ..supporting import Weighed, claim_of, path_of, stands, support_of, weighed


class Checked(NamedTuple):
    """What is left of a draft once it was checked.

    Attributes:
        sentences: Those that stay; none where the answer does not stand.
        disputes: The sub-questions on which sources disagree.
    """

    sentences: Sequence[Weighed]
    disputes: Sequence[Dispute]


def responder_node(parts: Parts) -> Any:
    """Return the node that writes the answer, with citations checked and numbered."""

    async def responder(state: State, runtime: Runtime[RunContext]) -> State:
        meter = meter_of(state, parts.budget)
        tally = Tally(meter, writing=True)
        plan, steps = state["plan"], planned_steps(state)
        evidence = state.get("evidence", {})
        limits = [each.limit for step in steps.values() for each in step.searches if each.limit]
        # Where the budget ended searches, no backend is to blame.
        if not limits and (failures := failures_if_all_failed(steps)):
            raise SearchUnavailable(
                f"every search failed, so nothing can be said ({'; '.join(failures)}); "
                "mend that or choose another backend, then ask again"
            )
        stopped_by = state.get("stopped_by") or next(iter(limits), None)
        request = WriteRequest(
            question=state["question"],
            plan=plan,
            steps=steps,
            evidence=evidence,
            judges=parts.critic.judges,
            tally=tally,
            tell=lambda text, attempt: runtime.stream_writer(
                AnswerWriting(text=text, attempt=attempt)
            ),
        )
        try:
            async with time_limit(meter.seconds_to_write):
                tally.policy_call()
                draft = await parts.policy.write(request)
        except BudgetExhausted as error:
            draft = stated(plan, steps)
            stopped_by = str(error)
        draft = _in_words(draft, plan, steps)
        sentences, disputes = await _checked(draft, plan, steps, evidence, meter)
        spent = state.get("usage", Usage()) + tally.usage
        numbering = Numbering(evidence)
        said = [_numbered(each, numbering) for each in sentences]
        if not sentences:
            unsupported = draft.short_answer is not None
            said = abstention(
                state, stopped_by, spent, unsupported=unsupported, good_enough=GOOD_ENOUGH
            )
        else:
            said += missing_backends(state)
        for dispute in disputes:
            said += dispute.sentences(numbering)
        answer = Answer(
            question=state["question"],
            short_answer=draft.short_answer if sentences else None,
            sentences=tuple(said),
            citations=numbering.citations,
            conflicts=tuple(dispute.conflict(numbering) for dispute in disputes),
            abstained=not sentences,
            plan=plan,
            steps=tuple(steps.values()),
            evidence=ordered_evidence(plan, steps, evidence, state.get("overview", ())),
            usage=spent,
            stopped_by=stopped_by,
            tree=state.get("tree"),
            search_tree=state.get("search_tree"),
            thread_id=_thread_id(runtime),
        )
        runtime.stream_writer(RunFinished(answer=answer))
        return State(answer=answer, usage=tally.usage)

    async def _checked(
        draft: Draft,
        plan: Plan,
        steps: Mapping[str, Step],
        evidence: Mapping[str, Passage],
        meter: Meter,
    ) -> Checked:
        from_memory = any(step.answer.recalled for step in steps.values())
        quoted = [
            each
            for sentence in draft.sentences
            if (each := citable(sentence, steps, evidence, from_memory=from_memory))
        ]
        kept, disputes = [Weighed(each) for each in quoted], disputes_of(plan, steps, evidence)
        if parts.claims is not None:
            claims = [claim_of(each, steps, evidence) for each in quoted]
            of_disputes = [claim for each in disputes for claim in each.claims(evidence)]
            wanted = [*filter(None, claims), *of_disputes]
            scores = iter(await _in_time(support_of(parts.claims, wanted), meter) or ())
            # What there was no time to check has no score, and is marked as such.
            supports = [next(scores, None) if claim else None for claim in claims]
            threshold = parts.claims.threshold
            path = path_of(draft.short_answer, plan, steps)
            related = {n for n, each in enumerate(quoted) if shares_a_word(each, evidence)}
            kept = weighed(quoted, supports, threshold, path, draft.short_answer, related=related)
            sides = [[next(scores, 0.0) for _ in each.sides] for each in disputes]
            disputes = [
                left
                for dispute, support in zip(disputes, sides, strict=True)
                if (left := dispute.checked(support, threshold))
            ]
        if draft.short_answer is None or not stands(
            draft.short_answer, draft.sentences, [each.sentence for each in kept]
        ):
            kept = []
        return Checked(kept, disputes)

    return responder


async def _in_time(scoring: Awaitable[list[float]], meter: Meter) -> list[float] | None:
    """The scores; None where the time for writing ends before they are there."""
    try:
        async with time_limit(meter.seconds_to_write):
            return await scoring
    except BudgetExhausted:
        return None


def _in_words(draft: Draft, plan: Plan, steps: Mapping[str, Step]) -> Draft:
    """The draft without references to sub-questions that have no answer."""
    return draft.model_copy(
        update={
            "sentences": tuple(
                each.model_copy(update={"text": described(each.text, plan, steps)})
                for each in draft.sentences
            )
        }
    )


def _numbered(each: Weighed, numbering: Numbering) -> AnswerSentence:
    sentence = each.sentence
    return AnswerSentence(
        text=sentence.text,
        citations=numbering.cite(sentence.quotes),
        recalled=sentence.recalled,
        support=each.support,
        weak=each.weak,
    )


def _thread_id(runtime: Runtime[RunContext]) -> str | None:
    return runtime.execution_info.thread_id if runtime.execution_info else None

"""The responder: has the answer written, and lets no claim through without its quote."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted, SearchUnavailable
from ...tools.passages import Passage
from ..answer import Answer, AnswerSentence, Citation
from ..budget import Usage
from ..events import AnswerWriting, RunFinished
from ..evidence import ordered_evidence
from ..meter import Tally
from ..protocols import CitedSentence, Parts, WriteRequest
from ..state import State, meter_of
from ..stating import stated
from ..steps import Step
from .critic import GOOD_ENOUGH


def responder_node(parts: Parts) -> Any:
    """Return the node that writes the answer, with citations checked and numbered."""

    async def responder(state: State, runtime: Runtime[None]) -> State:
        meter = meter_of(state, parts.budget)
        tally = Tally(meter, writing=True)
        plan, steps = state["plan"], state.get("steps", {})
        evidence = state.get("evidence", {})
        limits = [each.limit for step in steps.values() for each in step.searches if each.limit]
        # Where the budget ended searches, no backend is to blame.
        if not limits and (failures := _failures_if_all_failed(steps)):
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
            tally=tally,
            tell=lambda text, attempt: runtime.stream_writer(
                AnswerWriting(text=text, attempt=attempt)
            ),
        )
        timer = asyncio.timeout(meter.seconds_to_write)
        try:
            async with timer:
                tally.policy_call()
                draft = await parts.policy.write(request)
        except (BudgetExhausted, TimeoutError) as error:
            if isinstance(error, TimeoutError) and not timer.expired():
                raise
            draft = stated(plan, steps)
            stopped_by = str(error) if isinstance(error, BudgetExhausted) else "seconds"
        from_memory = any(step.answer.recalled for step in steps.values())
        supported = [
            kept
            for sentence in draft.sentences
            if (kept := _kept(sentence, evidence, from_memory=from_memory))
        ]
        abstained = draft.short_answer is None or not supported
        sentences, citations = _numbered(supported, evidence)
        if abstained:
            spent = state.get("usage", Usage()) + tally.usage
            sentences, citations = _abstention(state, steps, stopped_by, spent), ()
        usage = tally.usage
        answer = Answer(
            question=state["question"],
            short_answer=None if abstained else draft.short_answer,
            sentences=sentences,
            citations=citations,
            abstained=abstained,
            plan=plan,
            steps=tuple(steps[sub.id] for sub in plan.sub_questions if sub.id in steps),
            evidence=ordered_evidence(plan, steps, evidence, state.get("overview", ())),
            usage=state.get("usage", Usage()) + usage,
            stopped_by=stopped_by,
            thread_id=_thread_id(runtime),
        )
        runtime.stream_writer(RunFinished(answer=answer))
        return State(answer=answer, usage=usage)

    return responder


def _failures_if_all_failed(steps: Mapping[str, Step]) -> list[str]:
    """Why searching was in vain; nothing where some step could search, or none had to."""
    searched = [step for step in steps.values() if step.searches]
    if any(step.status != "failed" for step in searched):
        return []
    return sorted(
        {
            f"{search.backend}: {search.reason or search.outcome}"
            for step in searched
            for search in step.searches
        }
    )


def _kept(
    sentence: CitedSentence, evidence: Mapping[str, Passage], *, from_memory: bool
) -> CitedSentence | None:
    """The sentence with its verbatim quotes of sources only; None where it rests on nothing.

    One without a quote may stay if the policy says that it recalls it, and did recall something.
    What a model made up is no source: a sentence that quotes it rests on that model's knowledge.
    """
    verbatim = [quote for quote in sentence.quotes if quote.is_verbatim(evidence)]
    quotes = tuple(each for each in verbatim if evidence[each.passage_id].origin != "simulated")
    made_up = len(quotes) < len(verbatim)
    recalled = made_up or (sentence.recalled and from_memory)
    if not quotes and not recalled:
        return None
    return CitedSentence(text=sentence.text, quotes=quotes, recalled=recalled)


def _numbered(
    sentences: Sequence[CitedSentence], evidence: Mapping[str, Passage]
) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Number the passages from 1 in order of first use, one number a passage."""
    numbers: dict[str, int] = {}
    citations: dict[tuple[str, int, str], Citation] = {}
    written = []
    for sentence in sentences:
        for quote in sentence.quotes:
            number = numbers.setdefault(quote.passage_id, len(numbers) + 1)
            citations.setdefault(
                (quote.passage_id, quote.start, quote.text),
                Citation(
                    number=number,
                    passage=evidence[quote.passage_id],
                    quote=quote.text,
                    start=quote.start,
                ),
            )
        cited = dict.fromkeys(numbers[quote.passage_id] for quote in sentence.quotes)
        written.append(
            AnswerSentence(text=sentence.text, citations=tuple(cited), recalled=sentence.recalled)
        )
    return tuple(written), tuple(sorted(citations.values(), key=lambda each: each.number))


def _abstention(
    state: State, steps: Mapping[str, Step], stopped_by: str | None, spent: Usage
) -> tuple[AnswerSentence, ...]:
    """Say in plain words why there is no answer, and what was searched for."""
    sentences = ["The evidence found does not answer this question."]
    if stopped_by:
        limit = stopped_by.replace("_", " ")
        sentences = [f"The budget ({limit}) ended before an answer was found."]
    missing = [step.text for step in steps.values() if step.status == "unknown"]
    if missing:
        sentences.append(f"No answer was found to: {'; '.join(missing)}.")
    weak = [
        f"{step.text} {step.answer.text}"
        for step in steps.values()
        if step.answer.text and step.verdict and step.verdict.score < GOOD_ENOUGH
    ]
    if weak:
        sentences.append(f"Only weakly supported: {'; '.join(weak)}.")
    searches = list(state.get("scouting", ()))
    searches += [search for step in steps.values() for search in step.searches]
    failed = {each.backend for each in searches if each.outcome in ("throttled", "failed")}
    if failed:
        sentences.append(f"Some searches did not work: {', '.join(sorted(failed))}.")
    if unusable := sum(model.fallbacks for model in spent.models):
        sentences.append(f"Outputs of the language model that could not be used: {unusable}.")
    if queries := dict.fromkeys(search.query for search in searches):
        sentences.append(f"Searched for: {'; '.join(queries)}.")
    return tuple(AnswerSentence(text=sentence) for sentence in sentences)


def _thread_id(runtime: Runtime[None]) -> str | None:
    return runtime.execution_info.thread_id if runtime.execution_info else None

"""Researching one sub-question: what its small graph came to, whatever cut it short."""

from collections.abc import Mapping
from typing import Any, Literal

from ..errors import BudgetExhausted
from ..tools.passages import Passage
from .budget import Usage
from .events import StepStarted
from .meter import time_limit
from .plan import SubQuestion
from .step_graph import StepGraph
from .step_state import Attempt, StepContext, StepState
from .steps import RankedPassage, Reading, Step, StepAnswer

RECALLED_CONFIDENCE = 0.5
"""What an answer from the policy's own knowledge is trusted with: nothing was checked."""


async def research_step(
    step_graph: StepGraph,
    question: str,
    sub: SubQuestion,
    parents: Mapping[str, Step],
    found: dict[str, Passage],
    context: StepContext,
    *,
    earlier: Step | None = None,
) -> tuple[Step, dict[str, Passage]]:
    """Research a sub-question until it is answered or its budget has ended.

    Args:
        step_graph: Does it.
        question: The user's question.
        sub: The sub-question.
        parents: The steps that it needs, by id.
        found: The passages that those rank or quote, and those of an earlier try, by id.
        context: Shared with the run around it.
        earlier: What it came to before, where it is to be searched for in other words.

    Returns:
        The step, and the passages that it ranks or quotes, by id.
    """
    answers = {id: step.answer.text for id, step in parents.items() if step.answer.text}
    text = sub.resolved(answers)
    context.emit(StepStarted(id=sub.id, text=text))
    if sub.kind == "recall":
        answer = StepAnswer(text=sub.answer, confidence=RECALLED_CONFIDENCE, recalled=True)
        step = Step(sub_question=sub, text=text, reading=Reading(answer=answer), status="answered")
        return step, {}
    state = StepState(
        question=question, sub_question=sub, text=text, parents=parents, evidence=found
    )
    if earlier is not None:
        state["tried"] = tuple(dict.fromkeys(search.query for search in earlier.searches))
        state["searches"] = earlier.searches
        state["found"] = tuple(ranked.passage_id for ranked in earlier.reading.ranking)
        if earlier.verdict is not None:
            state["verdict"] = earlier.verdict
    unfinished = False
    try:
        async with time_limit(context.tally.seconds_left, context.tally.stop):
            # Streamed, so that what the step had come to is kept where the budget cuts it short.
            values: Any
            async for values in step_graph.astream(state, context=context, stream_mode="values"):
                state = values
    except BudgetExhausted:
        unfinished = True
    step = _step(state, unfinished, context.tally.usage)
    return step, evidence_of(step, state["evidence"])


def _step(state: StepState, unfinished: bool, usage: Usage) -> Step:
    attempts = state.get("attempts", ())
    best = max(attempts, key=_worth, default=None)
    reading = best["reading"] if best else state.get("reading", Reading())
    searches = state.get("searches", ())
    ranking = _complete_ranking(reading, attempts, state.get("found", ()))
    status: Literal["answered", "unknown", "failed", "unfinished"]
    if unfinished:
        status = "unfinished"
    elif reading.answer.text is not None:
        status = "answered"
    elif searches and all(search.outcome in ("throttled", "failed") for search in searches):
        status = "failed"
    else:
        status = "unknown"
    return Step(
        sub_question=state["sub_question"],
        text=state["text"],
        searches=searches,
        reading=reading.model_copy(update={"ranking": ranking}),
        verdict=best["verdict"] if best else None,
        status=status,
        usage=usage,
    )


def _worth(attempt: Attempt) -> tuple[bool, float]:
    return attempt["reading"].answer.text is not None, attempt["verdict"].score


def _complete_ranking(
    reading: Reading, attempts: tuple[Attempt, ...], found: tuple[str, ...]
) -> tuple[RankedPassage, ...]:
    """The best attempt's ranking, then what other attempts ranked, each passage once."""
    ranking = {ranked.passage_id: ranked for ranked in reading.ranking}
    lowest = min((ranked.score for ranked in reading.ranking), default=0.0)
    others = [ranked.passage_id for attempt in attempts for ranked in attempt["reading"].ranking]
    if not ranking and not others:
        others = list(found)
    for id in others:
        ranking.setdefault(id, RankedPassage(passage_id=id, score=lowest))
    return tuple(ranking.values())


def evidence_of(step: Step, evidence: Mapping[str, Passage]) -> dict[str, Passage]:
    """Return the passages that a step ranks or quotes, by id."""
    ids = [ranked.passage_id for ranked in step.reading.ranking]
    answers = (step.answer, *step.reading.others, *step.reading.alternatives)
    ids += [quote.passage_id for answer in answers for quote in answer.quotes]
    return {id: evidence[id] for id in dict.fromkeys(ids)}

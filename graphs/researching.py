"""Researching sub-questions side by side, each the moment its parents are answered.

LangGraph's supersteps are a barrier: nodes fanned out with ``Send`` wait for the slowest. So one
node runs all sub-questions with a task for each. A task's result is saved as it comes; a killed
run repeats only what was in flight.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from langgraph.func import task
from pydantic import BaseModel, ConfigDict

from ..errors import BudgetExhausted
from ..tools.passages import Passage
from .budget import Usage
from .events import BudgetEnded, StepFinished, StepStarted
from .meter import Meter, Tally, time_limit
from .plan import SubQuestion
from .state import State
from .step_graph import StepGraph
from .step_state import Attempt, StepContext, StepState
from .steps import RankedPassage, Reading, Step, StepAnswer

RECALLED_CONFIDENCE = 0.5
"""What an answer from the policy's own knowledge is trusted with: nothing was checked."""


class StepResult(BaseModel):
    """What a task saves.

    Attributes:
        step: The finished step.
        evidence: The passages that it ranks or quotes, by id.
        run_seconds: How long the run had taken when the step was finished.
    """

    model_config = ConfigDict(frozen=True)

    step: Step
    evidence: dict[str, Passage]
    run_seconds: float


class Researched(NamedTuple):
    """What researching several sub-questions came to.

    Attributes:
        steps: The finished steps, by id.
        evidence: The passages that they rank or quote, by id.
        usage: What all of it spent.
        stopped_by: The limit that cut it short, if one did.
    """

    steps: dict[str, Step]
    evidence: dict[str, Passage]
    usage: Usage
    stopped_by: str | None


async def researched(
    subs: Sequence[SubQuestion],
    state: State,
    step_graph: StepGraph,
    meter: Meter,
    emit: Callable[[Any], None],
) -> Researched:
    """Research sub-questions, to be called inside a node.

    Args:
        subs: What to research, each after its parents; those of its parents that are not among
            them have a step in the state.
        state: What is known.
        step_graph: Researches one of them.
        meter: What is left of the budget.
        emit: Tells what happens.
    """
    earlier_seconds = meter.seconds_spent
    known = state.get("steps", {})
    evidence = state.get("evidence", {})
    running: dict[str, asyncio.Future[StepResult]] = {}
    run_here: set[str] = set()

    async def finished(id: str) -> StepResult:
        result = await running[id]
        if id not in run_here:
            meter.restore(result.step.usage.model_copy(update={"seconds": result.run_seconds}))
            tell(result)
        return result

    def tell(result: StepResult) -> None:
        quoted = {quote.passage_id for quote in result.step.answer.quotes}
        passages = tuple(result.evidence[id] for id in sorted(quoted))
        emit(StepFinished(step=result.step, quoted=passages))

    async def research_step(sub: SubQuestion) -> StepResult:
        run_here.add(sub.id)
        parents, found = {}, {}
        for id in sub.parents:
            if id in running:
                result = await running[id]
                parents[id] = result.step
                found.update(result.evidence)
            else:
                parents[id] = known[id]
                found.update(_evidence_of(known[id], evidence))
        context = StepContext(emit=emit, tally=Tally(meter))
        step, quoted = await _research_step(
            step_graph, state["question"], sub, parents, found, context
        )
        result = StepResult(step=step, evidence=quoted, run_seconds=meter.seconds_spent)
        tell(result)
        return result

    # A resumed run finds saved results by their place in the order of calls, so all tasks are
    # called at once, in plan order, and wait for their parents inside.
    for sub in subs:
        named: Any = task(name=f"research {sub.id}")
        running[sub.id] = named(research_step)(sub)
    gathered = await asyncio.gather(*(finished(id) for id in running))
    results = dict(zip(running, gathered, strict=True))
    steps = {id: result.step for id, result in results.items()}
    spent = sum((step.usage for step in steps.values()), Usage())
    cut_short = any(step.status == "unfinished" for step in steps.values())
    limit = (meter.exhausted or "seconds") if cut_short else None
    if limit:
        emit(BudgetEnded(limit=limit))
    return Researched(
        steps=steps,
        evidence={
            id: passage for result in results.values() for id, passage in result.evidence.items()
        },
        # Steps run side by side, so their seconds do not add up to those of the run.
        usage=spent.model_copy(update={"seconds": meter.seconds_spent - earlier_seconds}),
        stopped_by=limit,
    )


async def _research_step(
    step_graph: StepGraph,
    question: str,
    sub: SubQuestion,
    parents: Mapping[str, Step],
    found: dict[str, Passage],
    context: StepContext,
) -> tuple[Step, dict[str, Passage]]:
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
    unfinished = False
    try:
        async with time_limit(context.tally.seconds_left):
            # Streamed, so that what the step had come to is kept where the budget cuts it short.
            values: Any
            async for values in step_graph.astream(state, context=context, stream_mode="values"):
                state = values
    except BudgetExhausted:
        unfinished = True
    step = _step(state, unfinished, context.tally.usage)
    return step, _evidence_of(step, state["evidence"])


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


def _evidence_of(step: Step, evidence: Mapping[str, Passage]) -> dict[str, Passage]:
    ids = [ranked.passage_id for ranked in step.reading.ranking]
    answers = (step.answer, *step.reading.others)
    ids += [quote.passage_id for answer in answers for quote in answer.quotes]
    return {id: evidence[id] for id in dict.fromkeys(ids)}

"""Researching sub-questions side by side, each the moment its parents are answered.

LangGraph's supersteps are a barrier: nodes fanned out with ``Send`` wait for the slowest. So one
node runs all sub-questions with a task for each. A task's result is saved as it comes; a killed
run repeats only what was in flight.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from langgraph.func import task
from pydantic import BaseModel, ConfigDict

from ..tools.passages import Passage
from .budget import Usage
from .events import BudgetEnded, StepFinished
from .meter import Meter, Tally
from .plan import SubQuestion
from .state import State
from .step_graph import StepGraph
from .step_research import evidence_of, research_step
from .step_state import StepContext
from .steps import Step


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

    async def research(sub: SubQuestion) -> StepResult:
        run_here.add(sub.id)
        parents, found = {}, {}
        for id in sub.parents:
            if id in running:
                result = await running[id]
                parents[id] = result.step
                found.update(result.evidence)
            else:
                parents[id] = known[id]
                found.update(evidence_of(known[id], evidence))
        context = StepContext(emit=emit, tally=Tally(meter))
        step, quoted = await research_step(
            step_graph, state["question"], sub, parents, found, context
        )
        result = StepResult(step=step, evidence=quoted, run_seconds=meter.seconds_spent)
        tell(result)
        return result

    # A resumed run finds saved results by their place in the order of calls, so all tasks are
    # called at once, in plan order, and wait for their parents inside.
    for sub in subs:
        named: Any = task(name=f"research {sub.id}")
        running[sub.id] = named(research)(sub)
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

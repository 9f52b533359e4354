"""The verifier: researches the open links of a chain and holds the drafts against what is found."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted
from ...tools.passages import Passage
from ..chain_tree import ChainNode
from ..events import NodeVerified, SearchFinished
from ..judging import judged
from ..meter import Meter, Tally, time_limit
from ..protocols import Parts
from ..researching import researched
from ..state import State, meter_of
from ..step_graph import StepGraph
from ..steps import Step, Trajectory
from ..stopping import RunContext
from ..verification import Verification


class Judging(NamedTuple):
    """What judging the drafts of one round shares.

    Attributes:
        tally: Counts what the critic spends.
        meter: What is left of the budget.
        emit: Tells what happens.
    """

    tally: Tally
    meter: Meter
    emit: Callable[[Any], None]


def verifier_node(parts: Parts, step_graph: StepGraph, verification: Verification) -> Any:
    """Return the node that settles those links of a branch whose parents are settled.

    They are researched side by side. Those that build on them wait for all of them, since a draft
    that turns out wrong changes what is asked next.

    Args:
        parts: What the workflow is assembled from.
        step_graph: Researches one sub-question.
        verification: How drafts are held against what is found.
    """

    async def verifier(state: State, runtime: Runtime[RunContext]) -> State:
        tree, meter = state["tree"], meter_of(state, parts.budget)
        earlier_seconds = meter.seconds_spent
        known = tree.steps(tree.branch)
        ready = [
            node
            for node in tree.path(tree.branch)
            if node.step is None and known.keys() >= set(node.sub_question.parents)
        ]
        found = await researched(
            [node.sub_question for node in ready],
            state,
            step_graph,
            meter,
            runtime.stream_writer,
        )
        evidence = {**state.get("evidence", {}), **found.evidence}
        judging = Judging(Tally(meter), meter, runtime.stream_writer)
        settled = await asyncio.gather(
            *(
                _settled(node, found.steps[node.sub_question.id], state, evidence, judging)
                for node in ready
            )
        )
        for node in settled:
            runtime.stream_writer(NodeVerified(node=node))
        return State(
            tree=tree.with_nodes(settled),
            steps={node.sub_question.id: node.step for node in settled if node.step},
            evidence=found.evidence,
            usage=(found.usage + judging.tally.usage).model_copy(
                update={"seconds": meter.seconds_spent - earlier_seconds}
            ),
            stopped_by=found.stopped_by,
        )

    async def _settled(
        node: ChainNode,
        found: Step,
        state: State,
        evidence: Mapping[str, Passage],
        judging: Judging,
    ) -> ChainNode:
        outcome = verification.outcome(node.draft, found.answer, parts.calibration)
        step = found
        if found.status == "failed":
            # What could not be looked up stays so, whatever was thought of it.
            outcome = "unknown"
        elif outcome in ("contradicted", "disputed", "unconfirmed", "unknown"):
            step = _with_draft(node, found, evidence)
            if step.status != "unfinished":
                step = await _judged(step, state, evidence, judging)
        return node.model_copy(update={"found": found, "outcome": outcome, "step": step})

    async def _judged(
        step: Step, state: State, evidence: Mapping[str, Passage], judging: Judging
    ) -> Step:
        """The step with the critic's word; without it where the time for it ran out."""
        tree = state["tree"]
        parents = [tree.nodes[id].step for id in step.sub_question.parents]
        steps = (*(each for each in parents if each is not None), step)
        trajectory = Trajectory(question=state["question"], steps=steps, evidence=evidence)
        try:
            async with time_limit(judging.meter.seconds_left, judging.meter.stop):
                found = await judged(
                    parts,
                    [trajectory],
                    tally=judging.tally,
                    tell=lambda search: judging.emit(
                        SearchFinished(id=step.sub_question.id, search=search)
                    ),
                )
        except BudgetExhausted:
            return step
        searches = (*step.searches, *found.searches)
        return step.model_copy(update={"verdict": found.verdicts[0][-1], "searches": searches})

    return verifier


def _with_draft(node: ChainNode, found: Step, evidence: Mapping[str, Passage]) -> Step:
    """The step with the draft for its answer, not judged yet."""
    draft = node.draft
    quotes = tuple(quote for quote in draft.quotes if quote.is_verbatim(evidence))
    # What a draft without quotes says was thought of, not found.
    draft = draft.model_copy(
        update={"quotes": quotes, "recalled": draft.text is not None and not quotes}
    )
    status = "unknown" if draft.text is None else "answered"
    return found.model_copy(
        update={
            "reading": found.reading.model_copy(update={"answer": draft}),
            "status": "unfinished" if found.status == "unfinished" else status,
            "verdict": None,
        }
    )

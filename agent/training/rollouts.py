"""Rollouts: running an agent on from the first steps of a run, to see how often it ends right."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from ...graphs.answer import Answer
from ...graphs.budget import Budget, Usage
from ...graphs.events import PlanExtended, RunFinished
from ...graphs.plan import Plan
from ...graphs.state import State
from ...graphs.steps import Step, Verdict
from ...tools.passages import Passage
from ..search_agent import SearchAgent
from .labels import is_right, rolled_out
from .sampled_policy import DRAW, Draw
from .traces import Trace, in_order

_HOTTER = 2.0
"""How much more evenly is drawn for questions that no rollout answered right."""

_SAVED = (Answer, Budget, Passage, Plan, Step, Usage, Verdict)


@dataclass(frozen=True)
class Known:
    """A question whose answer is known.

    Attributes:
        id: Its name.
        question: What is asked.
        answers: The right answers.
    """

    id: str
    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """What came of a question.

    Attributes:
        trace: The run as a trace.
        plans: The plan as it was made, and each time it was extended.
        right: Whether it ended with a right answer.
    """

    trace: Trace
    plans: Sequence[Plan]
    right: bool


class Rollouts:
    """Runs an agent on questions, from the beginning or from the first steps of a run.

    Args:
        agent: What is run; it must not save its runs. Where its policy is deterministic, give it
            one that draws (`SampledPolicy`).
        count: Rollouts from each place.
        temperature: Of what is drawn.
    """

    def __init__(self, agent: SearchAgent, *, count: int = 5, temperature: float = 1.0) -> None:
        self._agent = agent
        self._count = count
        self._temperature = temperature

    async def labelled(self, known: Known) -> list[Trace]:
        """Return runs of a question whose steps have values.

        They are the agent's own run, and, where some rollouts end right and some wrong, one that
        ended otherwise. Where all end the same, so does whatever begins with a step, and nothing
        more is rolled out (ReARTeR drops what is always right, and tries what is always wrong
        with a stronger generator; here it is tried again with chances evened out).

        Raises:
            ClewError: A run failed.
        """
        own = await self.run(known, None)
        drawn = await self._drawn(known, range(self._count), self._temperature)
        if not own.right and not any(run.right for run in drawn):
            again = range(self._count, 2 * self._count)
            drawn += await self._drawn(known, again, _HOTTER * self._temperature)
        start = sum(run.right for run in drawn) / len(drawn)
        runs = [own]
        others = [run for run in drawn if run.right != own.right and run.trace.steps]
        if others and own.trace.steps:
            runs.append(others[0])
        return [await self._with_values(run, known, start) for run in runs if run.trace.steps]

    async def _drawn(self, known: Known, numbers: Sequence[int], temperature: float) -> list[Run]:
        names = [f"{known.id}#{number}" for number in numbers]
        return [await self.run(known, Draw(name, temperature)) for name in names]

    async def run(self, known: Known, draw: Draw | None) -> Run:
        """Run the agent on a question from the beginning.

        Args:
            known: The question.
            draw: What is drawn by; None lets the agent choose as always.
        """
        return await self._finished(known, draw, None)

    async def _with_values(self, run: Run, known: Known, start: float) -> Trace:
        steps = len(run.trace.steps)
        if start == float(run.right):
            values: list[float | None] = [start] * steps
        else:

            async def share_at(count: int) -> float:
                return await self._share(run, known, count)

            values = await rolled_out(steps, run.right, share_at)
        return run.trace.model_copy(update={"start": start, "values": tuple(values)})

    async def _share(self, run: Run, known: Known, count: int) -> float:
        said = "\0".join(step.answer.text or "" for step in run.trace.steps[:count])
        right = 0
        for number in range(self._count):
            draw = Draw(f"{known.id}#{count}#{number}#{said}", self._temperature)
            right += (await self._finished(known, draw, (run, count))).right
        return right / self._count

    async def _finished(
        self, known: Known, draw: Draw | None, begun: tuple[Run, int] | None
    ) -> Run:
        # What is drawn by reaches the policy through all tasks that the graph starts from here.
        token = DRAW.set(draw)
        try:
            graph: Any = self._agent.graph
            config = RunnableConfig(recursion_limit=1_000)
            start: State | None = State(question=known.question, budget=_UNLIMITED)
            if begun is not None:
                serde = JsonPlusSerializer(allowed_msgpack_modules=list(_SAVED))
                graph = graph.copy({"checkpointer": InMemorySaver(serde=serde)})
                config["configurable"] = {"thread_id": "rollout"}
                state, node = _state_after(known, *begun)
                await graph.aupdate_state(config, state, as_node=node)
                start = None
            return await _collected(graph.astream(start, config, stream_mode="custom"), known)
        finally:
            DRAW.reset(token)


_UNLIMITED = Budget(
    seconds=None, searches=None, pages=None, policy_calls=None, tokens_in=None, tokens_out=None
)


def _state_after(known: Known, run: Run, count: int) -> tuple[State, str]:
    """The state of a run after some steps, and the node that it is as if it had just left."""
    steps = {step.sub_question.id: step for step in run.trace.steps[:count]}
    rounds, plan = next(
        (number, plan)
        for number, plan in enumerate(run.plans, 1)
        if steps.keys() <= {sub.id for sub in plan.sub_questions}
    )
    state = State(
        question=known.question,
        budget=_UNLIMITED,
        plan=plan,
        rounds=rounds,
        steps=steps,
        evidence={passage.id: passage for passage in run.trace.evidence},
    )
    return state, "expansion" if len(steps) < len(plan.sub_questions) else "research"


async def _collected(events: Any, known: Known) -> Run:
    plans: list[Plan] = []
    answer: Answer | None = None
    async with aclosing(events):
        async for event in events:
            if isinstance(event, PlanExtended):
                plans.append(event.plan)
            elif isinstance(event, RunFinished):
                answer = event.answer
    assert answer is not None
    trace = Trace(
        id=known.id,
        question=known.question,
        answers=known.answers,
        prediction=answer.short_answer,
        steps=in_order(answer.steps),
        evidence=answer.evidence,
    )
    return Run(trace, plans or [answer.plan], is_right(answer.short_answer, known.answers))

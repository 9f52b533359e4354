"""States of a search over a run: a plan with what came of its sub-questions.

A state names its steps by what they are a function of, so that states share the work: the same
sub-question asked of the same parents is researched once, wherever in the tree it comes up.
"""

import hashlib
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

from ...tools.passages import Passage
from ..plan import Plan, SubQuestion
from ..researching import StepResult
from ..steps import Step, StepAnswer

Results = Mapping[str, StepResult]
"""What research came to, by key."""


class Taken(BaseModel):
    """What a state takes for the answer of a sub-question.

    Attributes:
        key: The research that it comes from.
        rewordings: How many times the sub-question was searched for in other words.
        instead: The answer taken in place of the one found; None keeps that.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    rewordings: int = 0
    instead: StepAnswer | None = None

    @property
    def is_edited(self) -> bool:
        """Whether the sub-question was worked on again."""
        return self.instead is not None or self.rewordings > 0


class RunState(BaseModel):
    """A state of the search.

    Attributes:
        plan: The sub-questions so far.
        taken: What is taken for their answers, by id.
        rounds: How many times sub-questions were added.
        ended: Whether the state ends with what is known.
    """

    model_config = ConfigDict(frozen=True)

    plan: Plan = Plan()
    taken: Mapping[str, Taken] = {}
    rounds: int = 0
    ended: bool = False


def research_key(text: str, kind: str, parents: Iterable[Step], rewordings: int) -> str:
    """Return what research is a function of: its text, what it rests on, and which try it is.

    Parents count by what they answer and quote, however they came to it and whatever their ids.

    Args:
        text: The sub-question with its parents' answers put in.
        kind: The sub-question's kind.
        parents: Their steps.
        rewordings: How many times it was searched for in other words.
    """
    rested = sorted(f"{step.text}\0{step.answer.text}\0{step.answer.quotes}" for step in parents)
    content = "\0".join((text, kind, str(rewordings), *rested))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def step_of(sub: SubQuestion, taken: Taken, results: Results) -> Step:
    """Return a sub-question's step as a state takes it."""
    # Research is shared by sub-questions that ask the same under other ids.
    step = results[taken.key].step.model_copy(update={"sub_question": sub})
    if taken.instead is None:
        return step
    reading = step.reading.model_copy(update={"answer": taken.instead})
    return step.model_copy(update={"reading": reading, "status": "answered", "verdict": None})


def steps_of(state: RunState, results: Results) -> dict[str, Step]:
    """Return the steps of a state by id, in plan order."""
    return {
        sub.id: step_of(sub, state.taken[sub.id], results)
        for sub in state.plan.in_order()
        if sub.id in state.taken
    }


def evidence_of_all(state: RunState, results: Results) -> dict[str, Passage]:
    """Return the passages that the steps of a state rank or quote, by id."""
    return {
        id: passage
        for taken in state.taken.values()
        for id, passage in results[taken.key].evidence.items()
    }


def deciding_step(plan: Plan, steps: Mapping[str, Step]) -> Step | None:
    """Return the step that answers the question: the latest sink that knows an answer."""
    for sub in reversed(plan.sinks()):
        if (step := steps.get(sub.id)) is not None and step.answer.text is not None:
            return step
    return None


def content_key(state: RunState, results: Results) -> str:
    """Return what a state holds: two that ask, answer and quote the same are the same."""
    parts = [
        f"{step.text}\0{step.answer.text}\0{step.answer.quotes}"
        for step in steps_of(state, results).values()
    ]
    content = "\0".join((*sorted(parts), str(state.ended)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]

"""The state of the small graph that researches one sub-question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from ..tools.passages import Passage
from .meter import Tally
from .plan import SubQuestion
from .state import merged
from .steps import Reading, SearchRecord, Step, Verdict


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """What the nodes of a step share with the run they belong to.

    Attributes:
        emit: Sends an event out of the run.
        tally: Counts what the step spends against the run's budget.
        answers: How many answers reading may give, where something chooses among them.
    """

    emit: Callable[[Any], None]
    tally: Tally
    answers: int = 1


class Attempt(TypedDict):
    """A reading with the verdict on it."""

    reading: Reading
    verdict: Verdict


class StepState(TypedDict, total=False):
    """What is known while one sub-question is researched.

    Attributes:
        question: The user's question.
        sub_question: The sub-question as planned.
        text: Its text with the parents' answers put in.
        parents: The parents' steps, by id.
        evidence: Passages found by the parents and by this step, by id.
        found: Ids of the passages this step found, the fused best first.
        tried: Queries already searched for.
        searches: The searches made.
        nothing_new: Whether the latest searches brought no passage that was not known.
        reading: The latest reading.
        search_again: Whether the refiner wants other wordings tried.
        verdict: The critic's word on the latest reading.
        attempts: Readings with their verdicts, in order.
    """

    question: str
    sub_question: SubQuestion
    text: str
    parents: Mapping[str, Step]
    evidence: Annotated[dict[str, Passage], merged]
    found: tuple[str, ...]
    tried: tuple[str, ...]
    searches: tuple[SearchRecord, ...]
    nothing_new: bool
    reading: Reading
    search_again: bool
    verdict: Verdict
    attempts: tuple[Attempt, ...]

"""How far a run has come, put together from its events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ...graphs.answer import Answer
from ...graphs.budget import Usage
from ...graphs.chain_tree import ChainNode
from ...graphs.events import (
    AnswerWriting,
    BranchChosen,
    BudgetEnded,
    ChainDrafted,
    Event,
    NodeVerified,
    PlanExtended,
    ProposalRejected,
    RunFinished,
    RunStarted,
    SearchFinished,
    StepFinished,
    StepJudged,
    StepRead,
    StepStarted,
    TreeGrown,
)
from ...graphs.plan import SubQuestion
from ...graphs.steps import Quote, Reading, SearchRecord, Step, StepAnswer, Verdict
from ...graphs.stopping import STOPPED
from ...graphs.verification import Outcome
from ...tools.passages import Passage
from .wording import counted, grown

Status = Literal["waiting", "searching", "reading", "answered", "unknown", "failed", "unfinished"]

DRAFTS: Mapping[Outcome, str] = {
    "agreed": "what was found agrees",
    "completed": "found",
    "contradicted": "what was found says otherwise",
    "corrected": "corrected by what was found",
    "disputed": "what was found says otherwise, without being sure",
    "unconfirmed": "nothing was found about it",
    "unknown": "nothing was found",
}
"""How drafts fared, in plain words."""


@dataclass
class StepProgress:
    """How far one sub-question has come.

    Attributes:
        sub_question: The sub-question as planned.
        text: Its text, with the parents' answers put in once they are known.
        status: What is being done, or what came of it.
        searches: The searches made.
        reading: The best answer so far, and the passages that were ranked for it.
        verdict: The critic's word on it, once there is one.
        quoted: The passages that the answer quotes, once the step is finished.
        usage: What the step spent, once it is finished.
        draft: What the policy thought before searching, if it did.
        outcome: How the draft fared, once that is known.
        is_left: Whether the chain that it belongs to was left for another.
    """

    sub_question: SubQuestion
    text: str
    status: Status = "waiting"
    searches: Sequence[SearchRecord] = ()
    reading: Reading = field(default_factory=Reading)
    verdict: Verdict | None = None
    quoted: Mapping[str, Passage] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    draft: str | None = None
    outcome: Outcome | None = None
    is_left: bool = False

    @property
    def answer(self) -> StepAnswer:
        """The best answer so far."""
        return self.reading.answer

    @property
    def score(self) -> float | None:
        """The critic's score of it, once there is one."""
        return self.verdict.score if self.verdict else None

    @property
    def quote(self) -> tuple[Quote, Passage] | None:
        """The best quote with its passage, where both are known."""
        for quote in self.answer.quotes:
            if passage := self.quoted.get(quote.passage_id):
                return quote, passage
        return None

    @property
    def is_working(self) -> bool:
        """Whether something is being done about it right now."""
        return self.status in ("searching", "reading")

    def finish(self, step: Step, quoted: Sequence[Passage]) -> None:
        """Take over the record of the finished step."""
        self.text = step.text
        self.status = step.status
        self.searches = step.searches
        self.reading = step.reading
        self.verdict = step.verdict
        self.usage = step.usage
        self.quoted = {passage.id: passage for passage in quoted}

    def verify(self, node: ChainNode) -> None:
        """Take over how the draft fared, and what the chain goes on with."""
        self.draft, self.outcome = node.draft.text, node.outcome
        if node.step is not None:
            self.finish(node.step, tuple(self.quoted.values()))


@dataclass
class RunProgress:
    """How far a run has come.

    Attributes:
        question: The question asked.
        thread_id: Under which the run is saved, once known.
        steps: The sub-questions by id, in plan order.
        notes: What else is worth telling.
        draft: What is written of the answer so far, its citations not checked yet.
        draft_attempt: Which attempt at writing it that is.
        states: How many states a search over steps has come to.
        search: How far such a search has come, in words.
        answer: The answer, once the run is over.
    """

    question: str
    thread_id: str | None = None
    steps: dict[str, StepProgress] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    draft: str = ""
    draft_attempt: int = 0
    states: int = 0
    search: str | None = None
    answer: Answer | None = None

    def apply(self, event: Event) -> None:
        """Take in what an event tells."""
        match event:
            case RunStarted():
                self.question, self.thread_id = event.question, event.thread_id
                self._add(event.plan.sub_questions)
                for step in event.steps:
                    self._step(step.sub_question).finish(step, ())
            case PlanExtended():
                self._add(event.added)
            case ChainDrafted():
                for node in event.nodes:
                    self._step(node.sub_question).draft = node.draft.text
            case NodeVerified():
                corrected = self.steps.get(event.node.corrects or "")
                verified = self._step(event.node.sub_question)
                verified.quoted = corrected.quoted if corrected else verified.quoted
                verified.verify(event.node)
                if event.node.step and event.node.step.verdict:
                    self._note_failure(event.node.sub_question.id, event.node.step.verdict)
            case BranchChosen():
                for id, step_shown in self.steps.items():
                    step_shown.is_left = id not in event.branch.nodes
            case StepStarted():
                step_begun = self.steps[event.id]
                step_begun.text, step_begun.status = event.text, "searching"
            case SearchFinished(id=str(id)):
                searched = self.steps[id]
                searched.searches = (*searched.searches, event.search)
            case StepRead():
                read = self.steps[event.id]
                read.reading, read.status = event.reading, "reading"
            case StepJudged():
                judged = self.steps[event.id]
                judged.verdict = event.verdict
                self._note_failure(event.id, event.verdict)
                judged.status = "searching" if event.again else "reading"
            case StepFinished():
                self._step(event.step.sub_question).finish(event.step, event.quoted)
            case AnswerWriting():
                if event.attempt != self.draft_attempt:
                    self.draft, self.draft_attempt = "", event.attempt
                self.draft += event.text
            case TreeGrown():
                self.states += len(event.added)
                self.search = f"{counted(self.states, 'state')}, {grown(event)}"
            case ProposalRejected():
                self.notes.append(f"a proposed plan was left out: {event.reason}")
            case BudgetEnded():
                self.notes.append(why_ended(event.limit))
            case RunFinished():
                self.answer = event.answer
                # A resumed run tells nothing anew of what was done before it was stopped.
                for step in event.answer.steps:
                    if self._step(step.sub_question).status != step.status:
                        self._step(step.sub_question).finish(step, event.answer.evidence)

    def _add(self, sub_questions: Sequence[SubQuestion]) -> None:
        for sub_question in sub_questions:
            self._step(sub_question)

    def _note_failure(self, id: str, verdict: Verdict) -> None:
        note = f"{id} could not be judged: {verdict.failure}"
        if verdict.failure and note not in self.notes:
            self.notes.append(note)

    def _step(self, sub_question: SubQuestion) -> StepProgress:
        fresh = StepProgress(sub_question, sub_question.text)
        return self.steps.setdefault(sub_question.id, fresh)


def why_ended(limit: str) -> str:
    """Return in plain words what ended a search: a limit of the budget, or somebody's wish."""
    if limit == STOPPED:
        return "it was told to"
    return f"the limit of {limit.replace('_', ' ')} is used up"

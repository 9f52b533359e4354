"""The view for pipes and files: a plain line for everything that happens, as it happens."""

from types import TracebackType
from typing import Self

from ...graphs.events import (
    BranchChosen,
    ChainDrafted,
    Event,
    NodeVerified,
    PlanExtended,
    RunFinished,
    RunStarted,
    SearchFinished,
    StepFinished,
    StepJudged,
    StepStarted,
    TreeGrown,
)
from ...graphs.plan import SubQuestion
from ...graphs.steps import SearchRecord
from .answers import RECALLED, answer_lines
from .progress import DRAFTS, RunProgress
from .quotes import quoted_sentence, quoted_title
from .wording import clean, counted, grown


class PlainView:
    """Prints lines without control codes."""

    def __init__(self, question: str) -> None:
        """Start with what is known before the run begins."""
        self.progress = RunProgress(question)
        self._notes_told = 0
        self._steps_told: set[str] = set()

    def __enter__(self) -> Self:
        """Begin; nothing is to be prepared."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; every line is out already."""

    def note(self, text: str) -> None:
        """Tell something that no event tells."""
        _say(text)

    def show(self, event: Event) -> None:
        """Print what an event tells."""
        self.progress.apply(event)
        match event:
            case RunStarted():
                _say(f"question: {clean(event.question)}")
                self._plan(event.plan.sub_questions)
                for step in event.steps:
                    self._finished(step.sub_question.id)
            case PlanExtended():
                self._plan(event.added)
            case ChainDrafted():
                for node in event.nodes:
                    if node.draft.text:
                        _say(f"{node.sub_question.id} thought to be: {clean(node.draft.text)}")
            case NodeVerified(node=node) if node.outcome:
                _say(f"{node.sub_question.id} {DRAFTS[node.outcome]}")
            case BranchChosen() if event.left is not None:
                _say(f"chain {event.left} left for chain {event.branch.number}")
            case StepStarted():
                _say(f"{event.id} started: {clean(event.text)}")
            case SearchFinished():
                _say(f"{event.id or 'question'} searched {search_summary(event.search)}")
            case StepJudged() if event.again:
                _say(f"{event.id} searches again, score {event.verdict.score:.2f}")
            case TreeGrown():
                _say(f"tree: {grown(event)}")
            case StepFinished():
                self._finished(event.step.sub_question.id)
            case RunFinished():
                # Of steps finished before a run was stopped only the answer tells.
                for step in event.answer.steps:
                    if step.sub_question.id not in self._steps_told:
                        self._finished(step.sub_question.id)
                _say("")
                for line in answer_lines(event.answer):
                    _say(line.margin + line.text.plain)
        for note in self.progress.notes[self._notes_told :]:
            _say(f"note: {clean(note)}")
        self._notes_told = len(self.progress.notes)

    def _plan(self, sub_questions: tuple[SubQuestion, ...]) -> None:
        for sub in sub_questions:
            after = f" (after {', '.join(sub.parents)})" if sub.parents else ""
            _say(f"plan: {sub.id} {clean(sub.text)}{after}")

    def _finished(self, id: str) -> None:
        self._steps_told.add(id)
        step = self.progress.steps[id]
        if step.status != "answered":
            _say(f"{id} {step.status}")
            return
        score = f" ({step.score:.2f})" if step.score is not None else ""
        _say(f"{id} answer: {clean(step.answer.text or '')}{score}")
        if step.answer.recalled:
            _say(f"{id} {RECALLED}")
        if step.quote:
            quote, passage = step.quote
            sentence = "".join(quoted_sentence(passage, quote.text, quote.start))
            _say(f"{id} quote: “{sentence}” — {quoted_title(passage)}")


def search_summary(search: SearchRecord) -> str:
    """Return where was searched for what, and how it ended."""
    return f"{clean(search.backend)} for “{clean(search.query)}”: {search_outcome(search)}"


def search_outcome(search: SearchRecord) -> str:
    """Return in a few words how a search ended."""
    match search.outcome:
        case "found":
            found = counted(search.hits, "passage")
        case "empty":
            found = "nothing found"
        case _:
            found = search.outcome
    return found + (f" ({clean(search.reason)})" if search.reason else "")


def _say(line: str) -> None:
    # Flushed, since whoever reads a pipe wants to see lines when they happen.
    print(line, flush=True)

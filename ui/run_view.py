"""What the page knows of a run: its events folded together, or its saved answer taken over."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from ..agent.cli.progress import RunProgress, StepProgress
from ..graphs.answer import Answer
from ..graphs.budget import Usage
from ..graphs.chain_tree import ChainNode, ChainTree
from ..graphs.events import (
    BranchChosen,
    BudgetEnded,
    ChainDrafted,
    Event,
    NodeVerified,
    RunFinished,
    RunStarted,
    SearchFinished,
    StepFinished,
    TreeGrown,
)
from ..graphs.plan import REFERENCE, Plan
from ..graphs.steps import SearchRecord, Step
from ..graphs.tree_search.record import RecordedNode, TreeRecord
from ..tools.passages import Passage


@dataclass
class RunView(RunProgress):
    """All of a run that can be shown, at any moment of it.

    A run that was followed to its end and one made anew from its saved answer show the same.

    Attributes:
        passages: The passages whose text is known, by id.
        chains: The chains that were tried, where the workflow grows a tree of them.
        tree: The states of a search over steps, by id.
        best: The state whose answer is taken, or would be now.
        record: That search as it is saved, once the run is over.
        scouting: The searches for the whole question.
        stopped_by: The limit of the budget that ended the search, or ``stop``.
        awaiting_plan: The plan that waits to be approved, if one does.
        error: Why the run failed, if it did.
    """

    question: str = ""
    passages: dict[str, Passage] = field(default_factory=dict)
    chains: ChainTree = field(default_factory=ChainTree)
    tree: dict[int, RecordedNode] = field(default_factory=dict)
    best: int | None = None
    record: TreeRecord | None = None
    scouting: list[SearchRecord] = field(default_factory=list)
    stopped_by: str | None = None
    awaiting_plan: Plan | None = None
    error: str | None = None
    _began: float = field(default_factory=time.monotonic)
    _ended: float | None = None

    @classmethod
    def of_answer(cls, answer: Answer) -> Self:
        """Return the view of a run that is over."""
        view = cls(answer.question)
        view.take(RunFinished(answer=answer))
        return view

    def take(self, event: Event) -> None:
        """Take in what an event tells."""
        self.apply(event)
        match event:
            case RunStarted() | RunFinished():
                self.awaiting_plan = self.error = None
            case SearchFinished(id=None):
                self.scouting.append(event.search)
            case StepFinished():
                self._know(event.quoted)
            case ChainDrafted():
                self.chains = self.chains.with_nodes(event.nodes).with_branch(event.branch)
            case NodeVerified():
                self.chains = self.chains.with_nodes([event.node])
            case BranchChosen():
                self.chains = self.chains.with_branch(event.branch).turned_to(event.branch.number)
            case TreeGrown():
                self.tree |= {node.id: node for node in event.added}
                self.best = event.best
            case BudgetEnded():
                self.stopped_by = event.limit
        if isinstance(event, RunFinished):
            self._settle(event.answer)
        elif str(event.kind) == "plan_proposed":
            self.awaiting_plan = getattr(event, "plan", None)
            self._end()

    def fail(self, message: str) -> None:
        """Take in that the run ended without an answer.

        Args:
            message: Why, and what to do about it.
        """
        self.error = message
        for step in self.steps.values():
            if step.is_working:
                step.status = "unfinished"
        self._end()

    @property
    def key(self) -> str:
        """What tells the ids of this run's elements on a page from those of others."""
        name = self.thread_id or self.question
        return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes: it is answered, or it failed."""
        return self.answer is not None or self.error is not None

    @property
    def usage(self) -> Usage:
        """What the run has spent: all of it once there is an answer, before that what is known."""
        if self.answer is not None:
            return self.answer.usage
        spent = sum((step.usage for step in self.steps.values()), Usage())
        # A step tells what it spent when it is finished, but of every search at once.
        running = sum(len(s.searches) for s in self.steps.values() if s.usage == Usage())
        seconds = (self._ended or time.monotonic()) - self._began
        searches = spent.searches + running + len(self.scouting)
        return spent.model_copy(update={"seconds": seconds, "searches": searches})

    def wording(self, text: str) -> str:
        """Return a text with references to sub-questions replaced by answers, or words for them."""
        asked = {id: step.sub_question.text for id, step in self.steps.items()}

        def in_words(text: str, depth: int) -> str:
            def word(id: str, reference: str) -> str:
                step = self.steps.get(id)
                if step is not None and step.answer.text is not None:
                    return step.answer.text
                if id not in asked or depth > len(asked):
                    return reference
                return f"the answer of “{in_words(asked[id], depth + 1)}”"

            return REFERENCE.sub(lambda match: word(match[1], match[0]), text)

        return in_words(text, 0)

    def _know(self, passages: Iterable[Passage]) -> None:
        self.passages |= {passage.id: passage for passage in passages}

    def _end(self) -> None:
        self._ended = self._ended or time.monotonic()

    def _settle(self, answer: Answer) -> None:
        """Take over all that an answer tells of its run: a resumed one told only of its end."""
        self.question, self.thread_id = answer.question, answer.thread_id
        self.stopped_by = answer.stopped_by
        self._know(answer.evidence)
        self._know(citation.passage for citation in answer.citations)
        # In the order in which they came, so that nothing drawn moves at the end.
        chains = answer.tree or ChainTree()
        links = [node.sub_question for node in chains.nodes.values()]
        self.steps = {
            sub.id: self.steps.get(sub.id) or StepProgress(sub, sub.text)
            for sub in (*links, *answer.plan.sub_questions)
        }
        if answer.tree is not None:
            self.chains = answer.tree
            for node in answer.tree.nodes.values():
                self._settle_link(node, answer.tree)
        if answer.search_tree is not None:
            self.record = answer.search_tree
            self.tree = {node.id: node for node in answer.search_tree.nodes}
            self.best = answer.search_tree.chosen
            self._know(answer.search_tree.evidence.values())
        for step in answer.steps:
            self._finish(step)
        self._end()

    def _settle_link(self, node: ChainNode, chains: ChainTree) -> None:
        sub = node.sub_question
        shown = self.steps.setdefault(sub.id, StepProgress(sub, sub.text))
        shown.draft, shown.outcome = node.draft.text, node.outcome
        shown.is_left = sub.id not in chains.branch.nodes
        if node.step is not None:
            self._finish(node.step)

    def _finish(self, step: Step) -> None:
        sub = step.sub_question
        shown = self.steps.setdefault(sub.id, StepProgress(sub, sub.text))
        shown.finish(step, tuple(self.passages.values()))

"""The view for terminals: a tree that shows all sub-questions and what is being done about them."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.segment import Segment, Segments
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from ...graphs.events import Event
from .answers import RECALLED, answer_lines, quotation
from .plain import search_outcome
from .progress import DRAFTS, RunProgress, Status, StepProgress
from .quotes import quoted_sentence, quoted_title
from .wording import clean, shortened

_GLYPHS: dict[Status, tuple[str, str]] = {
    "waiting": ("·", "dim"),
    "answered": ("✓", "bold green"),
    "unknown": ("✗", "bold yellow"),
    "failed": ("✗", "bold red"),
    "unfinished": ("…", "bold yellow"),
}
_OUTCOMES: dict[Status, str] = {
    "unknown": "unknown: the passages found do not tell",
    "failed": "no search worked",
    "unfinished": "not finished: a limit was used up first",
}
_LONGEST_TEXT = 400
"""Characters of a sub-question or answer that are shown."""


class LiveView:
    """Redraws a tree as events come; at the end leaves it, and the answer, on the screen.

    Args:
        question: What is asked, shown before the run begins.
        console: The terminal.
    """

    def __init__(self, question: str, console: Console | None = None) -> None:
        """Prepare the view; drawing begins when it is entered."""
        self.progress = RunProgress(question)
        self._console = console or Console(highlight=False, emoji=False)
        self._preparing: str | None = "Getting ready"
        # One spinner for all, so that it turns on while the tree around it is drawn anew.
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            console=self._console,
            get_renderable=self._fitting,
            refresh_per_second=12,
            transient=True,
            # What clew itself prints meanwhile goes through the view.
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        """Begin drawing."""
        self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing, and print what there is for good."""
        self._preparing = None
        self._live.stop()
        if self.progress.steps or self.progress.answer:
            self._console.print(self._tree(compact=False, moving=False))
        if self.progress.answer:
            self._console.print()
            for line in answer_lines(self.progress.answer):
                margin = Text(line.margin[:-1], style="cyan")
                self._console.print(_beside(margin, line.text) if line.margin else line.text)

    def note(self, text: str) -> None:
        """Say what is being prepared, until something happens."""
        self._preparing = text

    def show(self, event: Event) -> None:
        """Take in what an event tells."""
        self._preparing = None
        self.progress.apply(event)

    def _fitting(self) -> RenderableType:
        """Return the tree, shortened if it is too tall for the terminal to redraw."""
        # What fills the last line makes the terminal scroll, and cannot be erased any more.
        room = max(self._console.height - 2, 1)
        for compact in (False, True):
            tree = self._tree(compact=compact, moving=True)
            lines = self._console.render_lines(tree, pad=False)
            if len(lines) <= room:
                return tree
        newline = Segment.line()
        return Segments(segment for line in lines[:room] for segment in (*line, newline))

    def _tree(self, *, compact: bool, moving: bool) -> RenderableType:
        question = shortened(clean(self.progress.question), _LONGEST_TEXT)
        tree = Tree(Text(question, style="bold"), guide_style="dim")
        for step in self.progress.steps.values():
            tree.add(self._step(step, compact=compact, moving=moving))
        for note in self.progress.notes:
            tree.add(Text(clean(note), style="yellow"))
        if moving and (doing := self._between_steps()):
            tree.add(_beside(self._spinner, Text(doing, style="dim")))
        if moving and self.progress.draft and not self.progress.answer:
            tree.add(Text(clean(self.progress.draft), style="italic dim"))
        return tree

    def _between_steps(self) -> str | None:
        """Return what goes on while no sub-question is worked on."""
        if self._preparing is not None or self.progress.answer:
            return self._preparing
        steps = self.progress.steps.values()
        if any(step.is_working for step in steps):
            return None
        if any(step.status == "waiting" for step in steps):
            return "Going on"
        if self.progress.draft:
            return "Writing, citations not checked yet"
        if self.progress.search and not steps:
            return f"Searching: {self.progress.search}"
        return "Thinking about what is known" if steps else "Planning"

    def _step(self, step: StepProgress, *, compact: bool, moving: bool) -> RenderableType:
        glyph: RenderableType
        if step.is_left:
            return _beside(Text("↩", style="dim"), Text(_left(step), style="dim"))
        if step.is_working:
            glyph = self._spinner if moving else Text("…", style="dim")
        else:
            glyph = Text(*_GLYPHS[step.status])
        lines = [_heading(step)]
        if not compact:
            lines += _details(step)
        return _beside(glyph, Group(*lines))


def _beside(glyph: RenderableType, content: RenderableType) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(glyph, content)
    return grid


def _heading(step: StepProgress) -> Text:
    waiting = step.status == "waiting"
    text = Text(shortened(clean(step.text), _LONGEST_TEXT), style="dim" if waiting else "")
    if step.answer.text is not None:
        text.append("  → ", style="dim")
        style = "bold green" if step.status == "answered" else "green"
        text.append(shortened(clean(step.answer.text), _LONGEST_TEXT), style=style)
        if step.score is not None:
            text.append(f"  {step.score:.2f}", style="cyan")
    elif outcome := _OUTCOMES.get(step.status):
        text.append(f"  → {outcome}", style="yellow")
    elif waiting and step.sub_question.parents:
        text.append(f"  after {', '.join(step.sub_question.parents)}", style="dim")
    return Text().append(f"{step.sub_question.id}  ", style="dim").append_text(text)


def _left(step: StepProgress) -> str:
    """Return a line about a step of a chain that was left for another."""
    answer = f" → {step.answer.text}" if step.answer.text is not None else ""
    outcome = f"; {DRAFTS[step.outcome]}" if step.outcome else ""
    text = f"{step.sub_question.id}  {clean(step.text)}{clean(answer)}{outcome}"
    return shortened(text, _LONGEST_TEXT)


def _details(step: StepProgress) -> list[Text]:
    lines = []
    if step.outcome:
        thought = f"“{clean(step.draft)}” was thought" if step.draft else "not known before"
        lines.append(Text(f"{thought}; {DRAFTS[step.outcome]}", style="dim"))
    if step.answer.recalled:
        lines.append(Text(RECALLED, style="yellow"))
    for search in step.searches:
        line = Text(f"{clean(search.backend)}: {search_outcome(search)}", style="dim")
        if search.query != step.text:
            line.append(f" for “{shortened(clean(search.query), _LONGEST_TEXT)}”")
        lines.append(line)
    if step.quote:
        quote, passage = step.quote
        sentence = quoted_sentence(passage, quote.text, quote.start, step.answer.text)
        lines.append(quotation(*sentence).append(f"  {quoted_title(passage)}", style="italic dim"))
    return lines

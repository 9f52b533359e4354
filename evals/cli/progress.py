"""The progress bar of a run: rate, running score, time left; nothing outside a terminal."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from ..watching import Watcher

if TYPE_CHECKING:
    from ...tools.corpus.reports import IndexProgress
    from ..predictions import Prediction


class RunView(Watcher):
    """Shows how a run goes.

    Args:
        shown: Whether to show anything, in a terminal.

    Attributes:
        total: How many questions there are, once known.
        done: How many have their outcome.
    """

    def __init__(self, *, shown: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not (shown and console.is_terminal),
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, figures="")
        self.total: int | None = None
        self.done = 0
        self._asked = 0
        self._failed = 0
        self._f1 = 0.0
        self._em = 0.0

    def __enter__(self) -> Self:
        """Begin showing."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End showing, and leave the screen tidy."""
        self._bar.stop()

    def note(self, text: str) -> None:
        """Say what is being done."""
        self._bar.update(self._task, description=text)

    def indexing(self) -> "Callable[[IndexProgress], None]":
        """Return what shows the indexing of a corpus."""

        def show(progress: "IndexProgress") -> None:
            self._bar.update(
                self._task,
                description=f"Indexing: {progress.stage}",
                completed=progress.done,
                total=progress.total or None,
            )

        return show

    def begun(self, total: int, predictions: "Sequence[Prediction]") -> None:
        """Show what is there already."""
        self.total = total
        for prediction in predictions:
            self._count(prediction)
        self._bar.reset(self._task, total=total, completed=self.done, description="Asking")
        self._show()

    def came(self, prediction: "Prediction") -> None:
        """Show one more."""
        self._count(prediction)
        self._asked += 1
        self._show()

    def _count(self, prediction: "Prediction") -> None:
        from ..scoring import scores

        of_it = scores(prediction)
        self.done += 1
        self._failed += prediction.error is not None
        self._em += of_it["em"]
        self._f1 += of_it["f1"]

    def _show(self) -> None:
        figures = []
        elapsed = self._bar.tasks[0].elapsed
        if self._asked and elapsed:
            figures.append(f"{self._asked / elapsed:.2f}/s")
        if self.done:
            figures.append(f"EM {100 * self._em / self.done:.1f}")
            figures.append(f"F1 {100 * self._f1 / self.done:.1f}")
        if self._failed:
            figures.append(f"{self._failed} failed")
        self._bar.update(self._task, completed=self.done, figures="  ".join(figures))

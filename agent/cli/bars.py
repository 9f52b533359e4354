"""The bar that shows how far long work has come: in a terminal, and nowhere else."""

from typing import Self


class Bar:
    """A bar on standard error that is gone when the work is done.

    Args:
        shown: Whether to show it at all; outside a terminal it never is.
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
        self._progress = Progress(
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
        self._task = self._progress.add_task("Getting ready", total=None, figures="")

    def __enter__(self) -> Self:
        """Begin showing."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End showing, and leave the screen tidy."""
        self._progress.stop()

    def show(self, what: str, done: int = 0, total: int = 0, figures: str = "") -> None:
        """Show how far it is.

        Args:
            what: What is being done.
            done: How much of it is.
            total: How much there is; 0 where that is not known.
            figures: What else is worth showing beside the bar.
        """
        self._progress.update(
            self._task,
            description=what,
            completed=done,
            total=total or None,
            figures=figures,
        )

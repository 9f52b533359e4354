"""How a run goes, as a terminal shows it: rate, running score, time left."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from ...agent.cli.bars import Bar
from ...agent.cli.wording import clean, counted
from ..watching import Watcher

if TYPE_CHECKING:
    from ...tools.corpus.reports import IndexProgress
    from ..config import RunConfig
    from ..predictions import Prediction


_NAMED = 3


class RunView(Watcher):
    """Shows how a run goes.

    Args:
        shown: Whether to show anything, in a terminal.

    Attributes:
        total: How many questions there are, once known.
        done: How many have their outcome.
    """

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bar = Bar(shown=shown)
        self.total: int | None = None
        self.done = 0
        self._began = 0.0
        self._before = 0
        self._failed = 0
        self._em = 0.0
        self._f1 = 0.0

    def __enter__(self) -> Self:
        """Begin showing."""
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """End showing."""
        self._bar.__exit__()

    def indexing(self) -> "Callable[[IndexProgress], None]":
        """Return what shows the indexing of a corpus."""

        def show(progress: "IndexProgress") -> None:
            self._bar.show(f"Indexing: {progress.stage}", progress.done, progress.total)

        return show

    def begun(self, config: "RunConfig", predictions: "Sequence[Prediction]") -> None:
        """Show what is there already, and warn of what no figure will tell."""
        if self._shown and config.corpus and (lacking := config.corpus.lacking_gold):
            named = ", ".join(map(clean, lacking[:_NAMED])) + (", …" if lacking[_NAMED:] else "")
            print(
                f"note: the corpus {clean(config.corpus.name)} lacks gold passages of "
                f"{counted(len(lacking), 'question')} ({named}); their recall cannot be full",
                file=sys.stderr,
            )
        self.total, self._before = config.dataset.questions, len(predictions)
        self._began = time.monotonic()
        for prediction in predictions:
            self._count(prediction)
        self._show()

    def came(self, prediction: "Prediction") -> None:
        """Show one more."""
        self._count(prediction)
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
        if asked := self.done - self._before:
            figures.append(f"{asked / max(time.monotonic() - self._began, 1e-9):.2f}/s")
        if self.done:
            figures.append(f"EM {100 * self._em / self.done:.1f}")
            figures.append(f"F1 {100 * self._f1 / self.done:.1f}")
        if self._failed:
            figures.append(f"{self._failed} failed")
        self._bar.show("Asking", self.done, self.total or 0, "  ".join(figures))

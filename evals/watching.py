"""Watching a run."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..tools.corpus.reports import IndexProgress
    from .predictions import Prediction


class Watcher:
    """Is told how a run goes; does nothing by itself."""

    def indexing(self) -> "Callable[[IndexProgress], None] | None":
        """Return what is called while a corpus is indexed, if anything is."""
        return None

    def begun(self, total: int, predictions: "Sequence[Prediction]") -> None:
        """Hear how many questions there are, and what has come of some of them before."""

    def came(self, prediction: "Prediction") -> None:
        """Hear what came of a question."""

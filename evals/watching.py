"""Watching a run."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..tools.corpus.reports import IndexProgress
    from .config import RunConfig
    from .predictions import Prediction


class Watcher:
    """Is told how a run goes; does nothing by itself."""

    def indexing(self) -> "Callable[[IndexProgress], None] | None":
        """Return what is called while a corpus is indexed, if anything is."""
        return None

    def begun(self, config: "RunConfig", predictions: "Sequence[Prediction]") -> None:
        """Hear what is run, and what has come of some questions before."""

    def came(self, prediction: "Prediction") -> None:
        """Hear what came of a question."""

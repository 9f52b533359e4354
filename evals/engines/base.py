"""What an engine is."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, runtime_checkable

from ...agent.settings import Settings
from ..answering import AgentFactory, Task
from ..predictions import Outcome


@runtime_checkable
class Engine(Protocol):
    """Spreads questions over whatever works on them.

    Each task has exactly one outcome, in whatever order they come. Leaving the generator early
    stops the work.
    """

    @property
    def name(self) -> str:
        """Name that users select the engine by."""
        ...

    @property
    def workers(self) -> int:
        """How many questions it works on at once."""
        ...

    def outcomes(
        self, tasks: Sequence[Task], settings: Settings, make_agent: AgentFactory
    ) -> AsyncGenerator[Outcome, None]:
        """Yield what comes of the tasks, as it comes.

        Raises:
            ClewError: If work cannot begin; once it has, an error is the outcome of its task.
        """
        ...

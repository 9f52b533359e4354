"""Work of a search that is saved as it is done, so that a killed search repeats only the rest."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from langgraph.func import task
from pydantic import BaseModel, ConfigDict

from ..budget import Usage
from ..meter import Meter, Tally


class Saved(BaseModel):
    """What a task of a search saves.

    Attributes:
        usage: What it spent.
        run_seconds: How long the run had taken when it was done.
    """

    model_config = ConfigDict(frozen=True)

    usage: Usage = Usage()
    run_seconds: float = 0.0


T = TypeVar("T", bound=Saved)


class Tasks:
    """The tasks of one node's work.

    A node that is run again finds what was saved by the order of the calls, which must be the same.

    Args:
        meter: What is left of the budget.

    Attributes:
        usage: What the tasks spent, their seconds aside.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.usage = Usage()

    async def done(self, name: str, work: Callable[[Tally], Awaitable[T]]) -> T:
        """Do something as a task, unless the run did it before it was stopped."""
        done_here: list[T] = []

        async def run() -> T:
            tally = Tally(self._meter)
            came_to = await work(tally)
            saved = came_to.model_copy(
                update={"usage": tally.usage, "run_seconds": self._meter.seconds_spent}
            )
            done_here.append(saved)
            return saved

        named: Any = task(name=name)
        saved: T = await named(run)()
        if not done_here:
            self._meter.restore(saved.usage.model_copy(update={"seconds": saved.run_seconds}))
        self.usage += saved.usage.model_copy(update={"seconds": 0.0})
        return saved

"""The agent's methods for callers that are not async."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Self, TypeVar

from ..errors import ClewError
from ..graphs.answer import Answer
from ..graphs.events import Event
from ..graphs.plan import Plan
from ..graphs.stopping import Stop
from .blocking import blocking, blocking_iterator

T = TypeVar("T")


class SyncFace(ABC):
    """Each async method once more as one that waits, whether or not a loop is running."""

    @abstractmethod
    async def aask(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        plan: Plan | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question."""

    @abstractmethod
    async def aresume(self, thread_id: str, *, stop: Stop | None = None) -> Answer:
        """Finish a run that was stopped."""

    @abstractmethod
    async def abatch(
        self, questions: Sequence[str], *, concurrency: int = 4
    ) -> list[Answer | ClewError]:
        """Answer many questions."""

    @abstractmethod
    def astream(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        plan: Plan | None = None,
        stop: Stop | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Answer a question, telling what happens."""

    @abstractmethod
    def astream_resume(
        self, thread_id: str, *, stop: Stop | None = None
    ) -> AsyncGenerator[Event, None]:
        """Go on with a stopped run, telling what happens."""

    @abstractmethod
    async def aclose(self) -> None:
        """End what the agent keeps running."""

    @abstractmethod
    async def _leave_loop(self) -> None:
        """Close what belongs to the running event loop."""

    def close(self) -> None:
        """End the processes that read pages; leaving ``with agent`` does the same."""
        blocking(self.aclose)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the agent."""
        self.close()

    def ask(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        plan: Plan | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question; see `aask`."""
        return self._blocking(
            lambda: self.aask(question, thread_id=thread_id, plan=plan, stop=stop)
        )

    def resume(self, thread_id: str, *, stop: Stop | None = None) -> Answer:
        """Finish a run that was stopped; see `aresume`."""
        return self._blocking(lambda: self.aresume(thread_id, stop=stop))

    def batch(self, questions: Sequence[str], *, concurrency: int = 4) -> list[Answer | ClewError]:
        """Answer many questions; see `abatch`."""
        return self._blocking(lambda: self.abatch(questions, concurrency=concurrency))

    def stream(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        plan: Plan | None = None,
        stop: Stop | None = None,
    ) -> Iterator[Event]:
        """Answer a question, telling what happens; see `astream`."""
        return self._blocking_stream(
            lambda: self.astream(question, thread_id=thread_id, plan=plan, stop=stop)
        )

    def stream_resume(self, thread_id: str, *, stop: Stop | None = None) -> Iterator[Event]:
        """Go on with a stopped run, telling what happens; see `astream_resume`."""
        return self._blocking_stream(lambda: self.astream_resume(thread_id, stop=stop))

    def _blocking(self, call: Callable[[], Awaitable[T]]) -> T:
        async def once() -> T:
            try:
                return await call()
            finally:
                await self._leave_loop()

        return blocking(once)

    def _blocking_stream(self, make: Callable[[], AsyncGenerator[Event, None]]) -> Iterator[Event]:
        async def events() -> AsyncGenerator[Event, None]:
            try:
                async with aclosing(make()) as stream:
                    async for event in stream:
                        yield event
            finally:
                await self._leave_loop()

        return blocking_iterator(events)

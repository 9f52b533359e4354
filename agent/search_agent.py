"""The face to callers: ask a question, watch it being answered, go on where a run stopped."""

import asyncio
import threading
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.graph.state import CompiledStateGraph

from ..errors import ClewError, QuestionError, SettingsError, ThreadTaken, UnknownThread
from ..graphs.answer import Answer
from ..graphs.events import Event, RunFinished, RunStarted
from ..graphs.expansion import expansion_named
from ..graphs.plan import Plan
from ..graphs.protocols import Critic, Policy
from ..graphs.state import Question, State
from ..graphs.workflows import workflow_named
from ..graphs.workflows.base import RunGraph
from ..tools.search.base import SearchBackend
from .assembly import Assembly
from .blocking import blocking, blocking_iterator
from .settings import Settings
from .threads import METADATA_KEY, open_threads

LONGEST_QUESTION = 10_000
"""Characters; longer text is a document, not a question."""

CompiledRun = CompiledStateGraph[State, None, Question, State]


class SearchAgent:
    """Answers questions that no single search answers.

    Example:
        >>> agent = SearchAgent(corpus="sample")
        >>> answer = agent.ask("Where was the captain of the Endurance born?")
        >>> print(answer.text)

    An agent may be used from several threads and event loops at once. Models and corpus are
    loaded at the first question.

    Args:
        settings: Where they come from; read from ``clew.toml`` and the environment by default.
        policy: What proposes: a policy, or the name of one.
        critic: What scores: a critic, or the name of one.
        search: Where to search: backends, or their names.
        **overrides: Any field of `Settings`, such as ``corpus="mine"``.

    Raises:
        SettingsError: If a setting is unknown or unusable.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        policy: Policy | str | None = None,
        critic: Critic | str | None = None,
        search: Sequence[SearchBackend | str] | None = None,
        **overrides: Any,
    ) -> None:
        named: dict[str, Any] = {}
        if isinstance(policy, str):
            named["policy"], policy = policy, None
        if isinstance(critic, str):
            named["critic"], critic = critic, None
        if names := [each for each in search or () if isinstance(each, str)]:
            named["search"] = names
        overrides |= named
        self.settings = settings.replaced(**overrides) if settings else Settings.load(**overrides)
        self._workflow = workflow_named(self.settings.workflow)
        self._expansion = expansion_named(self.settings.expansion)
        self._assembly = Assembly(self.settings, policy=policy, critic=critic, search=search)
        self._built: RunGraph | None = None
        self._building = threading.Lock()

    @property
    def graph(self) -> CompiledRun:
        """The compiled LangGraph, without a checkpointer, to embed in another graph."""
        return self._graph().compile(name="clew")

    async def aask(
        self, question: str, *, thread_id: str | None = None, plan: Plan | None = None
    ) -> Answer:
        """Answer a question.

        Args:
            question: What to answer.
            thread_id: Name to save the run under; a fresh one by default.
            plan: Sub-questions to start from, instead of the policy's first plan.

        Raises:
            QuestionError: If the question is empty or too long.
            ThreadTaken: If a run of that thread id exists.
            SearchUnavailable: If every search failed.
            ClewError: If a model or the corpus cannot be used.
        """
        return await _answer(self.astream(question, thread_id=thread_id, plan=plan))

    async def aresume(self, thread_id: str) -> Answer:
        """Finish a run that was stopped; return the saved answer of one that is finished.

        Raises:
            UnknownThread: If no run of that id is saved.
            SettingsError: If the run was made with other settings than this agent's.
            ClewError: As for `aask`.
        """
        return await _answer(self.astream_resume(thread_id))

    async def astream(
        self, question: str, *, thread_id: str | None = None, plan: Plan | None = None
    ) -> AsyncGenerator[Event, None]:
        """Answer a question, telling what happens; arguments and errors as for `aask`.

        Yields:
            Events, from `RunStarted` to `RunFinished`, which holds the answer.
        """
        start = Question(question=_checked(question), budget=self.settings.budget)
        if plan is not None:
            start["plan"] = plan
        thread_id = thread_id or str(uuid.uuid4())
        async with open_threads(self.settings.home) as saver:
            if await saver.aget_tuple(_config(thread_id)) is not None:
                raise ThreadTaken(
                    f"a run is saved under {thread_id!r}; resume it, or choose another thread id"
                )
            yield RunStarted(question=start["question"], thread_id=thread_id)
            async with aclosing(self._events(start, thread_id, saver)) as events:
                async for event in events:
                    yield event

    async def astream_resume(self, thread_id: str) -> AsyncGenerator[Event, None]:
        """Go on with a stopped run, telling what happens; errors as for `aresume`.

        Yields:
            Events, from `RunStarted`, which tells what was known, to `RunFinished`.
        """
        async with open_threads(self.settings.home) as saver:
            saved = await saver.aget_tuple(_config(thread_id))
            if saved is None:
                raise _unknown(thread_id)
            self._require_same_settings(_saved_settings(saved))
            await asyncio.to_thread(self._graph)
            state: Any = (await self._compiled(saver).aget_state(_config(thread_id))).values
            yield RunStarted(
                question=state.get("question") or _asked(saved),
                thread_id=thread_id,
                plan=state.get("plan", Plan()),
                steps=tuple(state.get("steps", {}).values()),
            )
            if answer := state.get("answer"):
                yield RunFinished(answer=answer)
                return
            async with aclosing(self._events(None, thread_id, saver)) as events:
                async for event in events:
                    yield event

    async def abatch(
        self, questions: Sequence[str], *, concurrency: int = 4
    ) -> list[Answer | ClewError]:
        """Answer many questions, several at a time.

        Args:
            questions: What to answer.
            concurrency: How many to work on at once.

        Returns:
            For each question its answer, or the error that it ended with.
        """
        slots = asyncio.Semaphore(concurrency)

        async def one(question: str) -> Answer | ClewError:
            async with slots:
                try:
                    return await self.aask(question)
                except ClewError as error:
                    return error

        return await asyncio.gather(*(one(question) for question in questions))

    def ask(
        self, question: str, *, thread_id: str | None = None, plan: Plan | None = None
    ) -> Answer:
        """Answer a question; see `aask`."""
        return blocking(lambda: self.aask(question, thread_id=thread_id, plan=plan))

    def resume(self, thread_id: str) -> Answer:
        """Finish a run that was stopped; see `aresume`."""
        return blocking(lambda: self.aresume(thread_id))

    def batch(self, questions: Sequence[str], *, concurrency: int = 4) -> list[Answer | ClewError]:
        """Answer many questions; see `abatch`."""
        return blocking(lambda: self.abatch(questions, concurrency=concurrency))

    def stream(
        self, question: str, *, thread_id: str | None = None, plan: Plan | None = None
    ) -> Iterator[Event]:
        """Answer a question, telling what happens; see `astream`."""
        return blocking_iterator(lambda: self.astream(question, thread_id=thread_id, plan=plan))

    def stream_resume(self, thread_id: str) -> Iterator[Event]:
        """Go on with a stopped run, telling what happens; see `astream_resume`."""
        return blocking_iterator(lambda: self.astream_resume(thread_id))

    def _graph(self) -> RunGraph:
        with self._building:
            if self._built is None:
                self._built = self._workflow(self._assembly.parts(), self._expansion)
            return self._built

    def _compiled(self, saver: BaseCheckpointSaver[Any]) -> CompiledRun:
        return self._graph().compile(checkpointer=saver, name="clew")

    async def _events(
        self, start: Question | None, thread_id: str, saver: BaseCheckpointSaver[Any]
    ) -> AsyncGenerator[Event, None]:
        await asyncio.to_thread(self._graph)
        config = _config(thread_id)
        config["metadata"] = {METADATA_KEY: self.settings.model_dump_json()}
        finished: RunFinished | None = None
        event: Any
        async for event in self._compiled(saver).astream(start, config, stream_mode="custom"):
            # Held back until the last checkpoint is written, since callers leave at this event.
            if isinstance(event, RunFinished):
                finished = event
            else:
                yield event
        if finished is not None:
            yield finished

    def _require_same_settings(self, then: Settings) -> None:
        for name in ("corpus", "workflow", "expansion", "policy", "critic", "search", "encoder"):
            was, now = getattr(then, name), getattr(self.settings, name)
            if was != now:
                raise SettingsError(
                    f"the run was made with {name}={was!r} and this agent has {now!r}; "
                    f"make the agent with {name}={was!r} to go on"
                )


async def saved_settings(settings: Settings, thread_id: str) -> Settings:
    """Return the settings that a saved run was made with.

    Args:
        settings: Says in which home to look.
        thread_id: The run.

    Raises:
        UnknownThread: If no run of that id is saved.
    """
    async with open_threads(settings.home) as saver:
        saved = await saver.aget_tuple(_config(thread_id))
    if saved is None:
        raise _unknown(thread_id)
    return _saved_settings(saved)


def _saved_settings(saved: CheckpointTuple) -> Settings:
    metadata: Mapping[str, Any] = saved.metadata
    return Settings.model_validate_json(metadata[METADATA_KEY])


def _asked(saved: CheckpointTuple) -> str:
    """The question of a run that was stopped before its first node ended."""
    asked: str = saved.checkpoint["channel_values"]["__start__"]["question"]
    return asked


def _unknown(thread_id: str) -> UnknownThread:
    return UnknownThread(f"no run is saved under {thread_id!r}")


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty; ask something")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and may have {LONGEST_QUESTION:,}; "
            "index long text as a document and ask about it"
        )
    return question


def _config(thread_id: str) -> RunnableConfig:
    # Rounds are bounded by the budget; this limit only has to be out of their way.
    return {"configurable": {"thread_id": thread_id}, "recursion_limit": 10_000}


async def _answer(events: AsyncGenerator[Event, None]) -> Answer:
    answer: Answer | None = None
    async for event in events:
        if isinstance(event, RunFinished):
            answer = event.answer
    if answer is not None:
        return answer
    raise AssertionError("a run that does not raise ends with RunFinished")

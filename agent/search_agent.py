"""The face to callers: ask a question, watch it being answered, go on where a run stopped."""

import asyncio
import copy
import sqlite3
import threading
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, Self, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph

from ..errors import ClewError, RunFailed, SettingsError, StorageFull, ThreadTaken
from ..graphs.answer import Answer
from ..graphs.events import Event, RunFinished, RunStarted
from ..graphs.expansion import expansion_named
from ..graphs.plan import Plan
from ..graphs.protocols import Critic, Parts, Policy
from ..graphs.question import checked_question
from ..graphs.state import Question, State
from ..graphs.stopping import RunContext, Stop
from ..graphs.workflows import workflow_named
from ..tools.corpus.encoder import Encoder
from ..tools.search.base import SearchBackend
from ..tools.search.corpus import CorpusSearch
from .assembly import Assembly
from .settings import Settings
from .sync_face import SyncFace
from .threads import (
    METADATA_KEY,
    ThreadSaver,
    held_thread,
    open_threads,
    settings_of,
    unknown_thread,
)

T = TypeVar("T")

CompiledRun = CompiledStateGraph[State, RunContext, Question, State]


class SearchAgent(SyncFace):
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
        search: Sequence[SearchBackend | str] | str | None = None,
        **overrides: Any,
    ) -> None:
        if isinstance(search, str):
            search = [search]
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
        self._built: CompiledRun | None = None
        self._parts: Parts | None = None
        self._building = threading.Lock()

    @property
    def graph(self) -> CompiledRun:
        """The compiled LangGraph, without a checkpointer, to embed in another graph."""
        return self._graph()

    @property
    def effective_settings(self) -> Settings:
        """The settings, with the names of the parts that were given instead of named."""
        return self._assembly.effective_settings

    @property
    def encoder(self) -> Encoder:
        """The text encoder that the settings name; raises `ModelUnavailable`."""
        return self._assembly.encoder

    def searching(self, search: Sequence[SearchBackend | str]) -> "SearchAgent":
        """Return an agent that searches elsewhere, with this one's policy, critic and models.

        Args:
            search: Backends, or their names.

        Raises:
            SettingsError: If a name stands for nothing.
            ModelUnavailable: If a model cannot be loaded.
        """
        other = copy.copy(self)
        other._assembly = self._assembly.searching(search)
        other._built = other._parts = None
        other._building = threading.Lock()
        return other

    async def aprepare(self) -> None:
        """Load models and corpora now rather than at the first question.

        Raises:
            ClewError: If one of them cannot be used.
        """
        await asyncio.to_thread(self._graph)
        assert self._parts is not None
        for backend in self._parts.backends:
            if isinstance(backend, CorpusSearch):
                await backend.load()

    async def aask(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        plan: Plan | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: What to answer.
            thread_id: Name to save the run under, if runs are saved; a fresh one by default.
            plan: Sub-questions to start from, instead of the policy's first plan.
            stop: Ends the research when told to; the answer is written from what is there.

        Raises:
            QuestionError: If the question is empty or too long.
            ThreadTaken: If a run of that thread id exists.
            ThreadBusy: If it is going on right now.
            SearchUnavailable: If every search failed.
            ClewError: If a model or the corpus cannot be used.
        """
        events = self.astream(question, thread_id=thread_id, plan=plan, stop=stop)
        return await _answer(events)

    async def aresume(self, thread_id: str, *, stop: Stop | None = None) -> Answer:
        """Finish a run that was stopped; return the saved answer of one that is finished.

        Raises:
            UnknownThread: If no run of that id is saved.
            SettingsError: If the run was made with other settings than this agent's.
            ClewError: As for `aask`.
        """
        return await _answer(self.astream_resume(thread_id, stop=stop))

    async def astream(
        self,
        question: str,
        *,
        thread_id: str | None = None,
        plan: Plan | None = None,
        stop: Stop | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Answer a question, telling what happens; arguments and errors as for `aask`.

        Yields:
            Events, from `RunStarted` to `RunFinished`, which holds the answer.
        """
        start = Question(question=checked_question(question), budget=self.settings.budget)
        if plan is not None:
            start["plan"] = plan
        if not self.settings.save_runs:
            if thread_id is not None:
                raise SettingsError(
                    f"the run cannot be saved under {thread_id!r} while save_runs is off"
                )
            yield RunStarted(question=start["question"])
            async with aclosing(self._events(start, stop)) as events:
                async for event in events:
                    yield event
            return
        thread_id = thread_id or str(uuid.uuid4())
        async with self._thread(thread_id) as saver:
            if await saver.aget_tuple(_config(thread_id)) is not None:
                raise ThreadTaken(
                    f"a run is saved under {thread_id!r}; resume it, or choose another thread id"
                )
            yield RunStarted(question=start["question"], thread_id=thread_id)
            async with aclosing(self._events(start, stop, thread_id, saver)) as events:
                async for event in events:
                    yield event

    async def astream_resume(
        self, thread_id: str, *, stop: Stop | None = None
    ) -> AsyncGenerator[Event, None]:
        """Go on with a stopped run, telling what happens; errors as for `aresume`.

        Yields:
            Events, from `RunStarted`, which tells what was known, to `RunFinished`.
        """
        async with self._thread(thread_id) as saver:
            saved = await saver.aget_tuple(_config(thread_id))
            if saved is None:
                raise unknown_thread(thread_id)
            state: Any = saved.checkpoint["channel_values"]
            # A run that was stopped before its first node ended has its question only.
            state = state.get("__start__", state)
            yield RunStarted(
                question=state["question"],
                thread_id=thread_id,
                plan=state.get("plan", Plan()),
                steps=tuple(state.get("steps", {}).values()),
            )
            if answer := state.get("answer"):
                yield RunFinished(answer=answer)
                return
            await asyncio.to_thread(self._graph)
            _require_same_parts(settings_of(saved), self.effective_settings)
            async with aclosing(self._events(None, stop, thread_id, saver)) as events:
                async for event in events:
                    yield event

    async def abatch(
        self, questions: Sequence[str], *, concurrency: int = 4
    ) -> list[Answer | ClewError]:
        """Answer many questions, several at a time.

        Args:
            questions: What to answer.
            concurrency: How many to work on at once; at least 1.

        Returns:
            For each question its answer, or the error that it ended with.
        """
        if concurrency < 1:
            raise SettingsError(f"concurrency must be at least 1 and is {concurrency}")
        slots = asyncio.Semaphore(concurrency)

        async def one(question: str) -> Answer | ClewError:
            async with slots:
                try:
                    return await self.aask(question)
                except ClewError as error:
                    return error

        return await asyncio.gather(*(one(question) for question in questions))

    async def aclose(self) -> None:
        """End the processes that read pages, and close the running event loop's connections.

        What is needed again is opened again. Leaving ``async with agent`` does the same.
        """
        await self._assembly.web.aclose()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the agent."""
        await self.aclose()

    async def _leave_loop(self) -> None:
        await self._assembly.web.leave_loop()

    def _graph(self) -> CompiledRun:
        with self._building:
            if self._built is None:
                self._parts = self._assembly.parts()
                graph = self._workflow(self._parts, self._expansion)
                self._built = graph.compile(name="clew")
            return self._built

    @asynccontextmanager
    async def _thread(self, thread_id: str) -> AsyncGenerator[ThreadSaver, None]:
        with held_thread(self.settings.home, thread_id):
            async with open_threads(self.settings.home) as saver:
                yield saver

    async def _events(
        self,
        start: Question | None,
        stop: Stop | None,
        thread_id: str | None = None,
        saver: ThreadSaver | None = None,
    ) -> AsyncGenerator[Event, None]:
        graph = await asyncio.to_thread(self._graph)
        config = _config(thread_id)
        if saver is not None:
            graph = graph.copy({"checkpointer": saver})
            config["metadata"] = {METADATA_KEY: self.effective_settings.model_dump_json()}
        finished: RunFinished | None = None
        event: Any
        try:
            streamed = graph.astream(
                start,
                config,
                context=RunContext(stop=stop),
                stream_mode="custom",
                subgraphs=True,
            )
            async for _, event in streamed:
                # Held back until the last checkpoint is written, for callers leave at this event.
                if isinstance(event, RunFinished):
                    finished = event
                else:
                    yield event
        except ClewError:
            raise
        except sqlite3.OperationalError as error:
            raise StorageFull(
                f"the run cannot be saved under {self.settings.home}: {error}; make room there, "
                "or choose another home"
            ) from error
        except Exception as error:
            saved = f"; what it had found is saved under {thread_id!r}, and it can be resumed"
            raise RunFailed(
                f"the run failed with {type(error).__name__}: {error}{saved if saver else ''}"
            ) from error
        if finished is not None:
            yield finished


def _require_same_parts(then: Settings, now: Settings) -> None:
    named = ("corpus", "workflow", "expansion", "query_strategy", "policy", "model", "critic")
    for name in (*named, "search", "encoder", "relevance_cutoff", "check_support"):
        was, is_ = getattr(then, name), getattr(now, name)
        if was != is_:
            raise SettingsError(
                f"the run was made with {name}={was!r} and this agent has {is_!r}; "
                f"make the agent with {name}={was!r} to go on"
            )


def _config(thread_id: str | None) -> RunnableConfig:
    # Rounds are bounded by the budget; this limit only has to be out of their way.
    config = RunnableConfig(recursion_limit=10_000)
    if thread_id is not None:
        config["configurable"] = {"thread_id": thread_id}
    return config


async def _answer(events: AsyncGenerator[Event, None]) -> Answer:
    answer: Answer | None = None
    async for event in events:
        if isinstance(event, RunFinished):
            answer = event.answer
    if answer is not None:
        return answer
    raise AssertionError("a run that does not raise ends with RunFinished")

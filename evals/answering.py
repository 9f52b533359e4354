"""Asking the agent one question of a data set, and what came of it."""

import asyncio
import time
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from ..agent.search_agent import SearchAgent
from ..agent.settings import Settings
from ..graphs.answer import Answer
from ..tools.corpus.memory_index import MemoryIndex
from ..tools.corpus.readers import Document
from ..tools.corpus.retrieval import Retriever
from ..tools.search.corpus import CorpusSearch
from .predictions import Failure, Outcome
from .questions import EvalQuestion, Paragraph

AgentFactory = Callable[[Settings], SearchAgent]
"""Makes the agent from its settings; `SearchAgent` itself is one.

It is called once more than agents are needed, to learn their settings, so it should load nothing.
"""


class Task(BaseModel):
    """All of a question that the agent, and whatever runs it, gets to see: no gold.

    Attributes:
        id: The question's id.
        question: What is asked.
        paragraphs: All there is to search, in a distractor setting.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    paragraphs: tuple[Paragraph, ...] | None = None


def task_of(question: EvalQuestion, *, distractor: bool) -> Task:
    """Return what may be seen of a question, in a distractor setting with its paragraphs."""
    # In their given order the gold paragraphs of some sets come first.
    paragraphs = tuple(sorted(question.paragraphs, key=lambda paragraph: paragraph.id))
    return Task(
        id=question.id,
        question=question.question,
        paragraphs=paragraphs if distractor else None,
    )


async def prepare(agent: SearchAgent, tasks: Sequence[Task]) -> None:
    """Load what the tasks need, so that what is missing is told before any question is asked.

    Raises:
        ClewError: If a model or the corpus cannot be used.
    """
    for task in tasks[:1]:
        if task.paragraphs is None:
            await agent.aprepare()
        else:
            await asyncio.to_thread(_searching_only, agent, task.paragraphs)


async def outcome_of(agent: SearchAgent, task: Task) -> Outcome:
    """Ask, and return what came of it; an error is an outcome too."""
    started = time.monotonic()
    try:
        if task.paragraphs is not None:
            agent = await asyncio.to_thread(_searching_only, agent, task.paragraphs)
        answer = await agent.aask(task.question)
    except Exception as error:  # whatever it is, it must not spoil the other questions
        return Outcome(
            id=task.id,
            seconds=time.monotonic() - started,
            error=Failure(kind=type(error).__name__, message=str(error)),
        )
    return _outcome(task.id, answer, time.monotonic() - started)


def _searching_only(agent: SearchAgent, paragraphs: Sequence[Paragraph]) -> SearchAgent:
    documents = [
        Document(source=f"paragraphs#{each.id}", title=each.title, text=each.text)
        for each in paragraphs
    ]
    index = MemoryIndex.of_documents(documents, agent.encoder)
    return agent.searching([CorpusSearch(Retriever(index, agent.encoder))])


def _outcome(id: str, answer: Answer, seconds: float) -> Outcome:
    return Outcome(
        id=id,
        prediction=answer.short_answer,
        abstained=answer.abstained,
        sentences=answer.sentences,
        citations=answer.citations,
        evidence=answer.evidence,
        steps=answer.steps,
        verdicts=answer.verdicts,
        usage=answer.usage,
        stopped_by=answer.stopped_by,
        tree=answer.tree,
        search_tree=answer.search_tree,
        seconds=seconds,
    )

"""Runs an evaluation: asks what has not been asked yet, writes down what comes, sums it up."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..agent.blocking import blocking
from ..agent.search_agent import SearchAgent
from ..agent.settings import Settings
from ..errors import SettingsError
from .answering import AgentFactory, task_of
from .closed_book import ClosedBook, closed_book_run
from .config import DatasetConfig, RunConfig
from .corpus import Context, SearchSpace, search_space
from .datasets import QuestionSet, load_questions
from .engines import engine_named
from .engines.base import Engine
from .files import json_text
from .predictions import Outcome, Prediction
from .questions import EvalQuestion
from .report import html, markdown
from .run_directory import METRICS, RunDirectory, require_free
from .summary import summarised
from .versions import machine, versions
from .watching import Watcher

T = TypeVar("T")


class Evaluation(NamedTuple):
    """A finished run.

    Attributes:
        path: Its directory.
        config: What was run.
        metrics: What is in ``metrics.json``.
    """

    path: Path
    config: RunConfig
    metrics: dict[str, Any]


async def aevaluate(
    questions: QuestionSet | str | Path,
    *,
    out: Path | str,
    corpus: str | None = None,
    context: Context | None = None,
    format: str | None = None,
    limit: int | None = None,
    skip_bad: bool = False,
    workers: int = 4,
    engine: str = "asyncio",
    ray_address: str | None = None,
    resume: bool = False,
    retry_failed: bool = False,
    closed_book: Path | str | None = None,
    settings: Settings | None = None,
    make_agent: AgentFactory = SearchAgent,
    watcher: Watcher | None = None,
    **overrides: Any,
) -> Evaluation:
    """Ask a set of questions and score what comes.

    Args:
        questions: A set as it is, or the file or hub address to load one from.
        out: The run directory; see `run_directory`.
        corpus: Name of the corpus to search, or path of a ``.jsonl`` file to index and search.
        context: Search the paragraphs that come with the questions instead: each question its
            own (``distractor``), or all of them as one corpus (``pooled``).
        format: Format of the file; recognised by its content by default.
        limit: Load only the first so many questions.
        skip_bad: Leave out lines that cannot be used, instead of refusing to begin.
        workers: How many questions to work on at once.
        engine: What spreads them: ``asyncio`` in this process, ``ray`` over a cluster.
        ray_address: Where the cluster is, for ``ray``.
        resume: Go on with a run that is there, asking only what is missing.
        retry_failed: Going on, ask again what failed.
        closed_book: Directory of a run of the same questions without retrieval; with it the
            metrics tell how often retrieval misled.
        settings: How the agent runs; read from all their places by default.
        make_agent: Makes the agent from its settings, for parts of your own. The engine ``ray``
            sends it to its workers.
        watcher: Is told how it goes.
        **overrides: Any field of `Settings`, such as ``workflow="mindsearch"``.

    Raises:
        QuestionsError: If the questions cannot be used.
        RunDirectoryError: If the directory cannot be.
        ClewError: If a setting, a model or the corpus cannot be; once questions are asked, an
            error is recorded with its question and counted.
    """
    watcher = watcher or Watcher()
    settings = settings.replaced(**overrides) if settings else Settings.load(**overrides)
    settings = settings.replaced(save_runs=False)
    spreading = engine_named(engine, workers=workers, ray_address=ray_address)
    if retry_failed and not resume:
        raise SettingsError("what failed can be asked again only where a run is resumed")
    out = Path(out)
    await asyncio.to_thread(require_free, out, resume=resume)
    if not isinstance(questions, QuestionSet):
        questions = await asyncio.to_thread(
            load_questions, str(questions), format=format, limit=limit, skip_bad=skip_bad
        )
    elif format or limit or skip_bad:
        raise SettingsError("format, limit and skip_bad are for loading; the questions are loaded")
    known = await asyncio.to_thread(closed_book_run, closed_book, questions.questions)
    space = await asyncio.to_thread(
        search_space,
        settings,
        questions.questions,
        corpus=corpus,
        context=context,
        progress=watcher.indexing(),
    )
    config = await asyncio.to_thread(_config, questions, space, spreading, limit, make_agent, known)
    async with _opened(out, config, resume=resume) as run:
        if retry_failed:
            failed = {each.id for each in run.predictions if each.error}
            await _finished(run.drop, failed)
        watcher.begun(run.config, run.predictions)
        await _ask_missing(run, questions, space, spreading, make_agent, watcher)
        metrics = await _finished(_summed_up, run, questions, space.settings.seed, known)
    return Evaluation(run.path, run.config, metrics)


def evaluate(questions: QuestionSet | str | Path, *, out: Path | str, **options: Any) -> Evaluation:
    """Ask a set of questions and score what comes; see `aevaluate`."""
    return blocking(lambda: aevaluate(questions, out=out, **options))


async def _ask_missing(
    run: RunDirectory,
    questions: QuestionSet,
    space: SearchSpace,
    engine: Engine,
    make_agent: AgentFactory,
    watcher: Watcher,
) -> None:
    done = {each.id for each in run.predictions}
    missing = {each.id: each for each in questions.questions if each.id not in done}
    if not missing:
        return
    tasks = [task_of(each, distractor=space.distractor) for each in missing.values()]
    async with aclosing(engine.outcomes(tasks, space.settings, make_agent)) as outcomes:
        async for outcome in outcomes:
            prediction = _with_gold(missing[outcome.id], outcome)
            await _finished(run.append, prediction)
            watcher.came(prediction)


def _with_gold(question: EvalQuestion, outcome: Outcome) -> Prediction:
    fields = {name: getattr(outcome, name) for name in Outcome.model_fields}
    return Prediction.model_construct(
        **fields,
        question=question.question,
        answers=question.answers,
        type=question.type,
        hops=question.hops,
        gold=question.gold,
        gold_by=question.gold_by,
    )


def _summed_up(
    run: RunDirectory,
    questions: QuestionSet,
    seed: int,
    closed_book: ClosedBook | None,
) -> dict[str, Any]:
    run.put_in_order([each.id for each in questions.questions])
    known = closed_book.predictions if closed_book else None
    metrics = summarised(run.predictions, seed=seed, closed_book=known)
    run.write(
        {
            METRICS: json_text(metrics),
            "report.md": markdown(run.config, metrics, run.predictions),
            "report.html": html(run.config, metrics, run.predictions),
        }
    )
    return metrics


@asynccontextmanager
async def _opened(
    path: Path, config: RunConfig, *, resume: bool
) -> AsyncGenerator[RunDirectory, None]:
    """Open a run directory without blocking the event loop."""
    manager = RunDirectory.begin(path, config, resume=resume)
    entering = asyncio.ensure_future(asyncio.to_thread(manager.__enter__))
    try:
        run = await asyncio.shield(entering)
    except asyncio.CancelledError:
        await asyncio.wait({entering})
        if entering.exception() is None:
            manager.__exit__(None, None, None)
        raise
    try:
        yield run
    finally:
        manager.__exit__(*sys.exc_info())


async def _finished(call: Callable[..., T], *arguments: Any) -> T:
    """Call in a thread and wait until it is over, even if cancelled: files are being written."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _config(
    questions: QuestionSet,
    space: SearchSpace,
    engine: Engine,
    limit: int | None,
    make_agent: AgentFactory,
    closed_book: ClosedBook | None,
) -> RunConfig:
    # Where things lie, and what is said elsewhere in the configuration.
    left_out = {"home", "chroma_url", "save_runs", "seed", "corpus"}
    effective = make_agent(space.settings).effective_settings
    return RunConfig(
        dataset=DatasetConfig(
            name=questions.name,
            format=questions.format,
            sha256=questions.sha256,
            questions=len(questions.questions),
            limit=limit,
            skipped=len(questions.skipped),
        ),
        corpus=space.corpus,
        agent=_name_of(make_agent),
        settings=effective.model_dump(mode="json", exclude=left_out),
        seed=space.settings.seed,
        closed_book=closed_book.config if closed_book else None,
        versions=versions() | _prompt_versions(effective),
        engine=engine.name,
        workers=engine.workers,
        machine=machine(),
    )


def _prompt_versions(settings: Settings) -> dict[str, str]:
    """The versions of what language models are told, where there are any."""
    if not settings.model_roles:
        return {}
    from ..prompts.loader import load_prompts

    prompts = load_prompts(settings.prompts)
    return {f"prompt {name}": str(version) for name, version in prompts.versions.items()}


def _name_of(make_agent: AgentFactory) -> str:
    named: Any = make_agent
    kind = named if hasattr(named, "__qualname__") else type(named)
    return f"{kind.__module__}.{kind.__qualname__}"

"""``clew ask`` and ``clew resume``."""

import shlex
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import PlanError, UnknownThread
from .app import ABSTAINED, ANSWERED
from .home import home_trouble_told
from .interruption import Interrupted
from .options import (
    ApiBase,
    AsJson,
    CriticName,
    Effort,
    Expansion,
    Home,
    Language,
    MaxPages,
    MaxPolicyCalls,
    MaxRounds,
    MaxSearches,
    MaxSeconds,
    MaxTokensIn,
    MaxTokensOut,
    Model,
    PolicyName,
    QueryStrategy,
    Search,
    Site,
    TimeRange,
    Tree,
    Workflow,
    load_settings,
)
from .output import print_json

if TYPE_CHECKING:
    from ...graphs.events import Event
    from ...graphs.plan import Plan
    from ...graphs.tree_search.record import TreeRecord
    from ..search_agent import SearchAgent
    from ..settings import Settings
    from .following import View


def ask(
    question: Annotated[
        str,
        typer.Argument(help="What to answer; - reads it from standard input.", show_default=False),
    ],
    corpus: Annotated[str | None, typer.Option(help="Corpus to search.")] = None,
    workflow: Workflow = None,
    expansion: Expansion = None,
    query_strategy: QueryStrategy = None,
    model: Model = None,
    api_base: ApiBase = None,
    policy: PolicyName = None,
    critic: CriticName = None,
    search: Search = None,
    time_range: TimeRange = None,
    site: Site = None,
    language: Language = None,
    effort: Effort = None,
    max_seconds: MaxSeconds = None,
    max_searches: MaxSearches = None,
    max_pages: MaxPages = None,
    max_policy_calls: MaxPolicyCalls = None,
    max_tokens_in: MaxTokensIn = None,
    max_tokens_out: MaxTokensOut = None,
    max_rounds: MaxRounds = None,
    plan: Annotated[
        Path | None, typer.Option(help="JSON file with sub-questions to start from.")
    ] = None,
    thread: Annotated[str | None, typer.Option(help="Name to save the run under.")] = None,
    tree: Tree = None,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Ask with the settings that the options give."""
    settings = load_settings(
        home=home,
        corpus=corpus,
        workflow=workflow,
        expansion=expansion,
        query_strategy=query_strategy,
        model=model,
        api_base=api_base,
        policy=policy,
        critic=critic,
        search=search,
        time_range=time_range,
        site=site,
        language=language,
        effort=effort,
        max_seconds=max_seconds,
        max_searches=max_searches,
        max_pages=max_pages,
        max_policy_calls=max_policy_calls,
        max_tokens_in=max_tokens_in,
        max_tokens_out=max_tokens_out,
        max_rounds=max_rounds,
    )
    text = _given_text(question)
    given = _given_plan(plan) if plan is not None else None
    _show_answer(
        text,
        settings,
        lambda agent: agent.astream(text, thread_id=thread, plan=given),
        home=home,
        json=json,
        tree=tree,
    )


def resume(
    thread: Annotated[
        str,
        typer.Argument(help="Thread id of the run, as clew ask showed it.", show_default=False),
    ],
    api_base: ApiBase = None,
    tree: Tree = None,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Go on with the settings that the run was made with."""
    settings = load_settings(home=home)
    saved = _saved_settings(settings.home, thread)
    if api_base is not None:
        saved = saved.replaced(api_base=api_base)
    _show_answer(
        f"Run {thread}",
        # The folder may have been moved since.
        saved.replaced(home=settings.home),
        lambda agent: agent.astream_resume(thread),
        home=home,
        json=json,
        tree=tree,
    )


def _show_answer(
    question: str,
    settings: "Settings",
    run: "Callable[[SearchAgent], AsyncGenerator[Event, None]]",
    *,
    home: Path | None,
    json: bool,
    tree: Path | None,
) -> None:
    if tree is not None:
        from ..saved_trees import require_form

        require_form(tree)
    try:
        with home_trouble_told(settings.home), _view(question, json=json) as view:
            # Imported under the view, which has something to show meanwhile.
            from ..search_agent import SearchAgent
            from .following import follow

            answer = follow(
                _closing(SearchAgent(settings), run),
                view,
                is_saved=lambda thread: _is_saved(settings.home, thread),
                resume="clew resume" + (f" --home {shlex.quote(str(home))}" if home else ""),
                first_note=_note_on_indexing(settings),
            )
    except KeyboardInterrupt:
        raise Interrupted("stopped before the run began; nothing is lost") from None
    if json:
        print_json(answer.model_dump(mode="json"))
    if tree is not None:
        _write_tree(answer.search_tree, tree, settings)
    raise typer.Exit(ABSTAINED if answer.abstained else ANSWERED)


def _write_tree(record: "TreeRecord | None", file: Path, settings: "Settings") -> None:
    from ..saved_trees import write_tree

    if record is not None:
        write_tree(record, file)
        print(f"the search tree is in {file}", file=sys.stderr)
    else:
        print(
            f"no tree was written to {file}: with expansion {settings.expansion!r} this run "
            "searched none; name one that searches by --expansion",
            file=sys.stderr,
        )


async def _closing(
    agent: "SearchAgent", run: "Callable[[SearchAgent], AsyncGenerator[Event, None]]"
) -> "AsyncGenerator[Event, None]":
    async with agent, aclosing(run(agent)) as events:
        async for event in events:
            yield event


def _saved_settings(home: Path, thread: str) -> "Settings":
    import asyncio

    from ..threads import saved_settings

    with home_trouble_told(home):
        return asyncio.run(saved_settings(home, thread))


def _is_saved(home: Path, thread: str) -> bool:
    try:
        _saved_settings(home, thread)
    except UnknownThread:
        return False
    return True


def _view(question: str, *, json: bool) -> "View":
    if json:
        from .following import SilentView

        return SilentView()
    if sys.stdout.isatty():
        from .live import LiveView

        return LiveView(question)
    from .plain import PlainView

    return PlainView(question)


def _note_on_indexing(settings: "Settings") -> str | None:
    from ...tools.corpus.layout import corpus_names
    from ..assembly import SAMPLE_CORPUS

    searched = "corpus" in settings.search and settings.corpus == SAMPLE_CORPUS
    if searched and SAMPLE_CORPUS not in corpus_names(settings.home):
        return "Indexing the sample corpus; this is done once"
    return None


def _given_text(question: str) -> str:
    text = sys.stdin.read() if question == "-" else question
    # Bytes that are no UTF-8 arrive as lone surrogates, which cannot be written out again.
    return text.encode("utf-8", "replace").decode("utf-8")


def _given_plan(path: Path) -> "Plan":
    from ...graphs.plan import parse_plan

    try:
        return parse_plan(path.read_bytes())
    except OSError as error:
        raise PlanError(f"the plan {path} cannot be read: {error.strerror}") from None

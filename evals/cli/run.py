"""``clew eval QUESTIONS``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...agent.cli.app import ANSWERED, FAILED
from ...agent.cli.home import home_trouble_told
from ...agent.cli.interruption import Interrupted, run_until_ctrl_c
from ...agent.cli.options import (
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
    Workflow,
    load_settings,
)
from ...agent.cli.output import print_json
from ...agent.cli.wording import clean, counted

if TYPE_CHECKING:
    from ..runner import Evaluation
    from .progress import RunView


def run(
    questions: Annotated[
        str,
        typer.Argument(
            help="File of questions, or hub:NAME; see clew eval datasets.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the run.", show_default=False)],
    corpus: Annotated[
        str | None, typer.Option(help="Corpus to search, or a .jsonl file to index and search.")
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(
            help="Search the paragraphs that come with the questions: distractor, each question "
            "its own; pooled, those of all together."
        ),
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="Format of the questions; recognised by default.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    skip_bad_lines: Annotated[
        bool, typer.Option("--skip-bad-lines", help="Leave out lines that cannot be used.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Questions to work on at once.")] = 4,
    engine: Annotated[
        str, typer.Option(help="asyncio: in this process; ray: over a Ray cluster.")
    ] = "asyncio",
    ray_address: Annotated[
        str | None, typer.Option(help="Address of the Ray cluster; one is started by default.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that is there.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Going on, ask again what failed.")
    ] = False,
    closed_book: Annotated[
        Path | None,
        typer.Option(help="Run of the same questions without search, to see what search spoilt."),
    ] = None,
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
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of everything random.")] = None,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Evaluate with the settings that the options give."""
    settings = load_settings(
        home=home,
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
        seed=seed,
    )
    with home_trouble_told(settings.home):
        evaluation = _evaluated(
            questions,
            shown=not json,
            out=out,
            corpus=corpus,
            context=context,
            format=format,
            limit=limit,
            skip_bad=skip_bad_lines,
            workers=workers,
            engine=engine,
            ray_address=ray_address,
            resume=resume,
            retry_failed=retry_failed,
            closed_book=closed_book,
            settings=settings,
        )
    metrics = evaluation.metrics
    if json:
        print_json(metrics)
    else:
        _print_summary(evaluation)
    raise typer.Exit(FAILED if metrics["failed"] == metrics["n"] else ANSWERED)


def _evaluated(questions: str, *, shown: bool, **options: Any) -> "Evaluation":
    view: RunView | None = None
    try:
        from . import progress

        with progress.RunView(shown=shown) as view:
            from ..runner import aevaluate

            return run_until_ctrl_c(lambda: aevaluate(questions, watcher=view, **options))
    except KeyboardInterrupt:
        raise Interrupted(_stopped(view)) from None


def _stopped(view: "RunView | None") -> str:
    if view is None or view.total is None:
        return "stopped before any question was asked"
    return (
        f"stopped; {view.done} of {counted(view.total, 'question')} are done. The same command "
        "with --resume asks the others"
    )


def _print_summary(evaluation: "Evaluation") -> None:
    from ...agent.cli.answers import model_summary
    from ...graphs.budget import ModelUsage
    from ..catalogue import BY_NAME

    metrics, config = evaluation.metrics, evaluation.config
    failed = f", {metrics['failed']} failed" if metrics["failed"] else ""
    skipped = (
        f", {counted(config.dataset.skipped, 'line')} skipped" if config.dataset.skipped else ""
    )
    searched = f", corpus {clean(config.corpus.name)}" if config.corpus else ""
    asked = f"{counted(metrics['n'], 'question')} of {clean(config.dataset.name)}"
    print(f"{asked}{searched}{failed}{skipped}")
    for name, (low, high) in metrics["ci"].items():
        if metrics[name] or BY_NAME[name].shown_at_zero:
            print(f"  {name:<22} {metrics[name]:6.3f}  [{low:.3f}, {high:.3f}]")
    for model in metrics["models"]:
        print(f"  {model_summary(ModelUsage(**model))}")
    if by_time := metrics.get("stopped_by_seconds"):
        cut_short = round(by_time * metrics["of"]["stopped_by_seconds"])
        print(
            f"Time ran out for {counted(cut_short, 'question')}: with fewer workers or more "
            "--max-seconds the answers may differ."
        )
    print(f"report: {evaluation.path / 'report.html'}")

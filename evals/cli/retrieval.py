"""``clew eval retrieval``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...agent.cli.bars import Bar
from ...agent.cli.home import home_trouble_told
from ...agent.cli.interruption import Interrupted
from ...agent.cli.options import AsJson, Home, load_settings
from ...agent.cli.output import print_json
from ...agent.cli.wording import clean, counted

if TYPE_CHECKING:
    from ..retrieval import RetrievalResult


def retrieval(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Test set in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results.", show_default=False)],
    split: Annotated[str, typer.Option(help="Which queries to ask.")] = "test",
    ranking: Annotated[
        str, typer.Option(help="What ranks: retriever, or bm25 or vectors alone.")
    ] = "retriever",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the intervals.")] = 0,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Rank documents for every query and score the rankings."""
    settings = load_settings(home=home)
    try:
        with home_trouble_told(settings.home), Bar(shown=not json) as bar:
            from ...tools.corpus.encoder import load_encoder
            from ..retrieval import evaluate_retriever
            from ..retrieval_files import make_empty_folder, write_retrieval

            make_empty_folder(out)
            result = evaluate_retriever(
                folder,
                split=split,
                ranking=ranking,
                home=settings.home,
                encoder=load_encoder(settings.encoder, cache_dir=settings.home / "models"),
                chroma_url=settings.chroma_url,
                limit=limit,
                seed=seed,
                progress=lambda what, done, total: bar.show(what.capitalize(), done, total),
            )
            write_retrieval(out, result)
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped, with nothing written; the same command begins anew, but for what was "
            "indexed and encoded"
        ) from None
    if json:
        print_json(result.metrics)
    else:
        _print_summary(result, out)


def _print_summary(result: "RetrievalResult", out: Path) -> None:
    config, metrics = result.config, result.metrics
    print(
        f"{counted(metrics['n'], 'query', 'queries')} of {clean(config.dataset)} "
        f"({clean(config.split)}), {counted(config.documents, 'document')}, {config.ranking}"
    )
    for name, (low, high) in metrics["ci"].items():
        print(f"  {name:<12} {metrics[name]:8.4f}  [{low:.4f}, {high:.4f}]")
    missing = {
        "judgements of queries that there are none of": config.unknown_queries,
        "judgements of documents that the corpus lacks": config.unknown_documents,
        "documents without a word": config.empty_documents,
        "queries left out, for no document is relevant to them": config.unjudged,
    }
    for what, count in missing.items():
        if count:
            print(f"  {what}: {count:,}")
    print(f"report: {out / 'report.md'}")

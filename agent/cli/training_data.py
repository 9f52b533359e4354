"""``clew train``: what the models learn from where there is nothing yet."""

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from .options import ApiBase, Home, Model, load_settings
from .training_runs import Data, Seed, reporter, told


def rollouts(
    data: Data,
    traces: Annotated[
        Path,
        typer.Option("--out", help="File of traces, to which is added.", show_default=False),
    ],
    questions: Annotated[
        int | None, typer.Option(min=1, help="Only so many of each set.", show_default=False)
    ] = None,
    rollouts: Annotated[int, typer.Option(min=1, help="Rollouts from each prefix.")] = 5,
    temperature: Annotated[
        float, typer.Option(min=0.01, help="How freely readings and plans are drawn.")
    ] = 1.0,
    workers: Annotated[int, typer.Option(min=1, help="Questions to work on at once.")] = 2,
    home: Home = None,
) -> None:
    """Run the agent on training questions and roll out from the prefixes of its runs."""
    from ..training.labelling import label_questions

    settings = load_settings(home=home)
    with told(settings.home):
        label_questions(
            data,
            traces,
            settings,
            questions=questions,
            rollouts=rollouts,
            temperature=temperature,
            workers=workers,
            report=reporter(),
        )


def examples(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN…",
            help="Folders of clew eval, or their predictions.jsonl, with search trees.",
            show_default=False,
        ),
    ],
    kind: Annotated[
        Literal["values", "prefixes", "pairs", "kto"],
        typer.Option(
            help="values of steps; prefixes up to the first wrong step; pairs of a better and a "
            "worse move; kto: moves, each good or bad.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="File to write: JSON lines.", show_default=False)],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with multihop/ (questions to stay clear of).", show_default=False
        ),
    ] = None,
) -> None:
    """Write training examples out of the trees of evaluation runs."""
    from ..training.tree_examples import write_tree_examples

    write_tree_examples(sources, kind, out, data=data, report=reporter())


def queries(
    corpus: Annotated[str, typer.Argument(help="Name of the corpus.", show_default=False)],
    examples: Annotated[
        Path,
        typer.Option(
            help="Two to eight of its passages with a query: JSON lines of query, title and text.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="File of queries, to which is added.", show_default=False)
    ],
    passages: Annotated[
        int, typer.Option(min=1, help="Passages to write for, one request each.")
    ] = 500,
    seed: Seed = 0,
    model: Model = None,
    api_base: ApiBase = None,
    home: Home = None,
) -> None:
    """Write queries with the language model of the searcher, and keep those that find back."""
    settings = load_settings(home=home, model=model, api_base=api_base)
    with told(settings.home):
        from ...graphs.meter import Tally
        from ...prompts.loader import load_prompts
        from ...tools.corpus.encoder import load_encoder
        from ...tools.corpus.index import open_corpus
        from ...tools.corpus.retrieval import Retriever
        from ..blocking import blocking
        from ..policies.litellm.querying import QueryWriter
        from ..training.synthetic_queries import read_examples, write_queries

        shown = read_examples(examples)
        writer = QueryWriter(
            settings.model_of("searcher"), prompts=load_prompts(settings.prompts), seed=seed
        )
        encoder = load_encoder(settings.encoder, cache_dir=settings.home / "models")
        with closing(open_corpus(settings.home, corpus, chroma_url=settings.chroma_url)) as index:
            blocking(
                partial(
                    write_queries,
                    index,
                    Retriever(index, encoder),
                    writer,
                    shown,
                    out,
                    passages=passages,
                    seed=seed,
                    # What it may cost is said by the number of passages.
                    tally=Tally.unlimited(),
                    report=reporter(),
                )
            )
    print(f"to use them: clew train retriever --corpus {corpus} --queries {out}")

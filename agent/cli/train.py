"""``clew train``: the embedded models, from question sets or from one's own runs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ...errors import SettingsError
from .options import Home, load_settings
from .training_data import examples, queries, rollouts
from .training_runs import Backbone, Checkpoints, Data, Out, Seed, reporter, told, training_run

training = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


training.command("rollouts", help="What the reward model learns from: the agent's runs, labelled.")(
    rollouts
)
training.command(
    "queries", help="What an adapter learns from: a corpus's queries, by a language model."
)(queries)


training.command("examples", help="What search trees teach, as JSON lines that TRL reads.")(
    examples
)


@training.command("reader", help="The reader: spans, none, yes and no over several passages.")
def reader(
    data: Data,
    steps: Annotated[int, typer.Option(min=1, help="Batches of 3,072 tokens.")] = 2400,
    out: Out = None,
    checkpoints: Checkpoints = None,
    seed: Seed = 0,
    backbone: Backbone = None,
    home: Home = None,
) -> None:
    """Train the reader."""
    with training_run("reader", home, out, checkpoints) as run:
        from ..training.reader import train_reader

        train_reader(
            data,
            run.weights,
            run.checkpoints,
            steps=steps,
            seed=seed,
            backbone=backbone,
            report=run.report,
        )


@training.command("average", help="One network of several runs' weights, weight by weight.")
def average_weights(
    kind: Annotated[Literal["reader", "splitter", "reward"], typer.Argument(help="What they do.")],
    files: Annotated[
        list[Path], typer.Argument(help="Their .safetensors, two or more.", show_default=False)
    ],
    out: Out = None,
    home: Home = None,
) -> None:
    """Average runs of the same training command."""
    if len(files) < 2:
        raise SettingsError("an average takes two files of weights or more; name another one")
    settings = load_settings(home=home)
    file = (out or settings.home / "weights") / f"{kind}.safetensors"
    with told(settings.home):
        from ..networks.averaging import average

        average(files, kind, file)
    print(f"to use it: CLEW_WEIGHTS={file.parent}, or weights in clew.toml")


@training.command("splitter", help="The splitter: which part of a question is asked first.")
def splitter(
    data: Data,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 600,
    out: Out = None,
    checkpoints: Checkpoints = None,
    seed: Seed = 0,
    backbone: Backbone = None,
    home: Home = None,
) -> None:
    """Train the splitter."""
    with training_run("splitter", home, out, checkpoints) as run:
        from ..training.splitter import train_splitter

        train_splitter(
            data,
            run.weights,
            run.checkpoints,
            steps=steps,
            seed=seed,
            backbone=backbone,
            report=run.report,
        )


@training.command("retriever", help="How relevant passages are; or an adapter for one corpus.")
def retriever(
    data: Annotated[
        Path | None,
        typer.Argument(
            help="Folder with train/ and multihop/; not for an adapter.", show_default=False
        ),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(help="Train an adapter for this corpus instead.", show_default=False),
    ] = None,
    own_queries: Annotated[
        Path | None,
        typer.Option(
            "--queries",
            help="Its queries: JSON lines of query and documents.",
            show_default=False,
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Batches; 2,000, or 300 for an adapter.", show_default=False),
    ] = None,
    out: Out = None,
    checkpoints: Checkpoints = None,
    seed: Seed = 0,
    home: Home = None,
) -> None:
    """Train what ranks passages, or an adapter that moves the queries of one corpus."""
    if (corpus is None) != (own_queries is None) or (corpus is None) == (data is None):
        raise SettingsError(
            "name either the folder of training data, or a corpus with --corpus and its queries "
            "with --queries"
        )
    settings = load_settings(home=home)
    if corpus is not None and own_queries is not None:
        from ...tools.corpus.layout import ADAPTER, corpus_folder

        folder = out or corpus_folder(settings.home, corpus)
        with told(settings.home):
            from ...tools.corpus.encoder import load_encoder
            from ..training.retrieval_adapter import train_adapter

            train_adapter(
                settings.home,
                corpus,
                own_queries,
                folder / ADAPTER,
                checkpoints or settings.home / "training" / f"adapter-{corpus}",
                encoder=load_encoder(settings.encoder, cache_dir=settings.home / "models"),
                steps=steps or 300,
                seed=seed,
                report=reporter(),
                chroma_url=settings.chroma_url,
            )
        return
    assert data is not None
    with training_run("relevance", home, out, checkpoints) as run:
        from ...tools.corpus.encoder import load_encoder
        from ..training.retriever import train_retriever

        train_retriever(
            data,
            run.weights,
            run.checkpoints,
            encoder=load_encoder(None, cache_dir=settings.home / "models"),
            steps=steps or 2000,
            seed=seed,
            report=run.report,
        )


@training.command("reward", help="The process reward model: does the latest step lead to success?")
def reward(
    traces: Annotated[
        list[Path],
        typer.Argument(
            help="Traces with labels (clew train rollouts), or predictions.jsonl of clew eval.",
            show_default=False,
        ),
    ],
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, help="Batches of 32 steps; two passes over all by default.", show_default=False
        ),
    ] = None,
    out: Out = None,
    checkpoints: Checkpoints = None,
    seed: Seed = 0,
    backbone: Backbone = None,
    home: Home = None,
) -> None:
    """Train the process reward model."""
    with training_run("reward", home, out, checkpoints) as run:
        from ..training.reward import train_reward

        train_reward(
            traces,
            run.weights,
            run.checkpoints,
            steps=steps,
            seed=seed,
            backbone=backbone,
            report=run.report,
        )

"""``clew train``: the embedded models, from question sets or from one's own runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ...errors import SettingsError
from .home import home_trouble_told
from .interruption import Interrupted
from .options import Home, load_settings

training = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    Path,
    typer.Argument(
        help="Folder with train/ (what is learnt from) and multihop/ (questions to stay clear of).",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for the weights; <home>/weights by default.", show_default=False),
]
Checkpoints = Annotated[
    Path | None,
    typer.Option(
        help="Folder for checkpoints, from which a stopped run goes on; one under <home>/training "
        "by default.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of everything that is drawn.")]
Backbone = Annotated[
    str | None,
    typer.Option(help="Folder or name of another BERT encoder to grow from.", show_default=False),
]


@training.command("reader", help="The reader: spans, none, yes and no over several passages.")
def reader(
    data: Data,
    steps: Annotated[int, typer.Option(min=1, help="Batches of 3,072 tokens.")] = 4000,
    out: Out = None,
    checkpoints: Checkpoints = None,
    seed: Seed = 0,
    backbone: Backbone = None,
    home: Home = None,
) -> None:
    """Train the reader."""
    with _training("reader", home, out, checkpoints) as run:
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
    with _training("splitter", home, out, checkpoints) as run:
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
    queries: Annotated[
        Path | None,
        typer.Option(help="Its queries: JSON lines of query and documents.", show_default=False),
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
    if (corpus is None) != (queries is None) or (corpus is None) == (data is None):
        raise SettingsError(
            "name either the folder of training data, or a corpus with --corpus and its queries "
            "with --queries"
        )
    settings = load_settings(home=home)
    if corpus is not None and queries is not None:
        from ...tools.corpus.layout import ADAPTER, corpus_folder

        folder = out or corpus_folder(settings.home, corpus)
        with _told(settings.home):
            from ...tools.corpus.encoder import load_encoder
            from ..training.retrieval_adapter import train_adapter

            train_adapter(
                settings.home,
                corpus,
                queries,
                folder / ADAPTER,
                checkpoints or settings.home / "training" / f"adapter-{corpus}",
                encoder=load_encoder(settings.encoder, cache_dir=settings.home / "models"),
                steps=steps or 300,
                seed=seed,
                report=_reporter(),
                chroma_url=settings.chroma_url,
            )
        return
    assert data is not None
    with _training("relevance", home, out, checkpoints) as run:
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


@training.command("rollouts", help="What the reward model learns from: the agent's runs, labelled.")
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
    with _told(settings.home):
        label_questions(
            data,
            traces,
            settings,
            questions=questions,
            rollouts=rollouts,
            temperature=temperature,
            workers=workers,
            report=_reporter(),
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
    steps: Annotated[int, typer.Option(min=1, help="Batches of 32 steps.")] = 2500,
    out: Out = None,
    checkpoints: Checkpoints = None,
    seed: Seed = 0,
    backbone: Backbone = None,
    home: Home = None,
) -> None:
    """Train the process reward model."""
    with _training("reward", home, out, checkpoints) as run:
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


class _Run:
    """Where a training run writes, and how it tells of its progress."""

    def __init__(self, kind: str, home: Path, out: Path | None, checkpoints: Path | None) -> None:
        self.weights = (out or home / "weights") / f"{kind}.safetensors"
        self.checkpoints = checkpoints or home / "training" / kind
        self.report = _reporter()


def _reporter() -> Callable[[str], None]:
    begun = time.monotonic()
    return lambda line: print(f"{time.monotonic() - begun:7.0f} s  {line}", flush=True)


@contextmanager
def _training(
    kind: str, home: Path | None, out: Path | None, checkpoints: Path | None
) -> Iterator[_Run]:
    settings = load_settings(home=home)
    run = _Run(kind, settings.home, out, checkpoints)
    with _told(settings.home):
        yield run
    print(f"to use it: CLEW_WEIGHTS={run.weights.parent}, or weights in clew.toml")


@contextmanager
def _told(home: Path) -> Iterator[None]:
    try:
        with home_trouble_told(home):
            yield
    except KeyboardInterrupt:
        raise Interrupted("stopped; the same command goes on where this one stopped") from None

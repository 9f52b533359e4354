"""What the training commands share: options, where a run writes, and what it tells."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from .home import home_trouble_told
from .interruption import Interrupted
from .options import load_settings

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


class Run:
    """Where a training run writes, and how it tells of its progress."""

    def __init__(self, kind: str, home: Path, out: Path | None, checkpoints: Path | None) -> None:
        self.weights = (out or home / "weights") / f"{kind}.safetensors"
        self.checkpoints = checkpoints or home / "training" / kind
        self.report = reporter()


def reporter() -> Callable[[str], None]:
    """Return what prints lines with the seconds since it was made."""
    begun = time.monotonic()
    return lambda line: print(f"{time.monotonic() - begun:7.0f} s  {line}", flush=True)


@contextmanager
def training_run(
    kind: str, home: Path | None, out: Path | None, checkpoints: Path | None
) -> Iterator[Run]:
    """Tell where a run of training writes, and when it is done how to use what it wrote."""
    settings = load_settings(home=home)
    run = Run(kind, settings.home, out, checkpoints)
    with told(settings.home):
        yield run
    print(f"to use it: CLEW_WEIGHTS={run.weights.parent}, or weights in clew.toml")


@contextmanager
def told(home: Path) -> Iterator[None]:
    """Tell of a home that cannot be written, and of how to go on after an interruption."""
    try:
        with home_trouble_told(home):
            yield
    except KeyboardInterrupt:
        raise Interrupted("stopped; the same command goes on where this one stopped") from None

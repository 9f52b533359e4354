"""``clew feedback``: what people made of answers, as training data."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from .options import AsJson, Home, load_settings
from .output import print_json
from .wording import counted

feedback = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@feedback.callback()
def _group() -> None:
    """Make the one command there is a subcommand."""


@feedback.command("export", help="Write what was judged on the page as JSON lines to train on.")
def export(
    out: Annotated[Path, typer.Argument(help="File to write: JSON lines.", show_default=False)],
    kind: Annotated[
        Literal["judgements", "pairs", "kto"],
        typer.Option(
            help="judgements as given, each with its run; pairs: votes between answers, and "
            "corrections; kto: answers and steps, each good or bad. The latter two as TRL reads "
            "them."
        ),
    ] = "judgements",
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Write the judgements that count."""
    from ..blocking import blocking
    from ..feedback.exporting import write_feedback
    from ..feedback.store import FeedbackStore, that_count

    judgements = that_count(blocking(FeedbackStore(load_settings(home=home).home).all))
    lines = write_feedback(judgements, kind, out)
    if json:
        by_kind = dict(Counter(each.kind for each in judgements))
        print_json({"file": str(out), "kind": kind, "lines": lines, "judgements": by_kind})
    else:
        print(
            f"{counted(lines, 'line')} of kind {kind} out of "
            f"{counted(len(judgements), 'judgement')} in {out}"
        )

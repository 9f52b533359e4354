"""``clew eval`` and the commands under it."""

from typing import Any

import typer
from typer.core import TyperGroup

from .compare import compare
from .datasets import datasets
from .export import export
from .retrieval import retrieval
from .run import run

RUN = "run"


class RunByDefault(TyperGroup):
    """A group that takes what follows it for a run's arguments unless it names a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command's name first where no command is named."""
        if not args or args[0] not in self.commands:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


evaluation = typer.Typer(cls=RunByDefault, rich_markup_mode=None, add_completion=False)
evaluation.command(
    RUN,
    help="Ask a whole set of questions and score the answers.",
    epilog="Also: clew eval compare, datasets, export, retrieval; each with --help.",
)(run)
evaluation.command("compare", help="Compare runs of the same questions, pair by pair.")(compare)
evaluation.command("datasets", help="List the data sets and formats that can be evaluated.")(
    datasets
)
evaluation.command("export", help="Write a run's answers in the format of TREC RAG.")(export)
evaluation.command("retrieval", help="Score the retriever alone on a BEIR set.")(retrieval)

"""The commands with their options; imported once a command is named."""

from typing import Annotated

import typer

# The one place that looks up to what stands above the agent: here the commands come together.
from ...evals.cli.group import evaluation
from . import ask as asking
from .app import COMMANDS, overview
from .corpora import corpora
from .doctor import doctor
from .feedback import feedback
from .index import index
from .read import read
from .search import search
from .serve import serve_models
from .train import training
from .tree import tree

# Plain help and plain errors: rich would take longer to import than anything else here.
app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("ask", help=COMMANDS["ask"])(asking.ask)
app.command("resume", help=COMMANDS["resume"])(asking.resume)
app.command("search", help=COMMANDS["search"])(search)
app.command("read", help=COMMANDS["read"])(read)
app.command("index", help=COMMANDS["index"])(index)
app.add_typer(corpora, name="corpus", help=COMMANDS["corpus"])
app.add_typer(evaluation, name="eval", help=COMMANDS["eval"])
app.add_typer(training, name="train", help=COMMANDS["train"])
app.add_typer(feedback, name="feedback", help=COMMANDS["feedback"])
app.command("tree", help=COMMANDS["tree"])(tree)
app.command("serve-models", help=COMMANDS["serve-models"])(serve_models)
app.command("doctor", help=COMMANDS["doctor"])(doctor)


@app.callback(invoke_without_command=True)
def clew(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Answers questions that no single search answers."""
    if version:
        from ... import __version__

        print(f"clew {__version__}")
    elif context.invoked_subcommand is None:
        print(overview(), end="")

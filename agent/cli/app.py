"""The front door of the command line: what starts at once, and where every error ends.

Importing typer and a command's own imports take longer than reading the overview does, so the
overview is printed from a table and everything else is imported when a command is named.
"""

import os
import sys
from collections.abc import Sequence
from typing import TextIO

COMMANDS = {
    "ask": "Answer a question, each claim traced to the passage that supports it.",
    "resume": "Go on with a run that was stopped.",
    "search": "Search as a run does, and show the passages found.",
    "read": "Read a page of the web, and show its text.",
    "index": "Index documents, so that questions can be asked about them.",
    "corpus": "List, show or remove corpora.",
    "eval": "Ask a whole set of questions and score the answers.",
    "tree": "Draw the search tree of a run as SVG or HTML.",
    "train": "Train the embedded models: reader, reward, retriever, splitter.",
    "feedback": "Export what people made of answers, steps and passages, to train on.",
    "serve-models": "Start vLLM for the models that a small file names, and keep it running.",
    "doctor": "Check what is installed and what works, and say how to fix what does not.",
}
"""Every command and what it is for, as the overview and the commands' own help say it."""

ANSWERED, FAILED, BAD_INPUT, ABSTAINED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""

_OVERVIEW = """\
Usage: clew [--debug] COMMAND ...

  Answers questions that no single search answers.

Commands:
{commands}

Options:
  --debug    Show where an error came from.
  --version  Show the version.
  --help     Show this, or after a command what it takes.

Start with:  clew ask "Where was the captain of the Endurance born?"

Exit codes: 0 answered, 3 no answer found, 2 unusable input, 1 failure, 130 stopped by Ctrl-C.
Settings: see .env.example and clew.toml; options win over clew.toml, which wins over CLEW_*.
"""


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # Passages hold any character; a terminal that lacks some shows "?" instead of failing.
        _tolerate_unencodable(stream)
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before a command could begin
        print("clew: stopped before anything was done", file=sys.stderr)
        code = INTERRUPTED
    if code == INTERRUPTED:
        # A normal exit would wait for the threads of the work that was stopped.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: What follows the program's name.

    Returns:
        The exit code.
    """
    if list(arguments) in ([], ["--help"], ["-h"], ["help"]):
        print(overview(), end="")
        return ANSWERED
    from .boundary import run_command

    return run_command(arguments)


def overview() -> str:
    """Return what ``clew --help`` prints."""
    width = max(map(len, COMMANDS))
    lines = (f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    return _OVERVIEW.format(commands="\n".join(lines))


def _tolerate_unencodable(stream: TextIO) -> None:
    # Streams replaced by a test or an embedding program may lack the method.
    if reconfigure := getattr(stream, "reconfigure", None):
        reconfigure(errors="replace")

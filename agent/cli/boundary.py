"""Where every error of a command becomes a message and an exit code."""

import sqlite3
import sys
import traceback
from collections.abc import Sequence

import typer

from ...errors import ClewError
from .app import BAD_INPUT, FAILED, INTERRUPTED
from .commands import app
from .interruption import Interrupted
from .output import print_json
from .wording import clean


def run_command(arguments: Sequence[str]) -> int:
    """Run a command; on an error say in a line or two what happened and what to do.

    With ``--json`` among the arguments, the error is one JSON object on standard output.

    Returns:
        The exit code.
    """
    try:
        code = app(args=list(arguments), prog_name="clew", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except Exception as error:
        # Only clew's own --debug comes first; a question may hold the word.
        if arguments[0] == "--debug":
            traceback.print_exc()
        code, message = _described(error)
        if "--json" in arguments:
            print_json({"error": {"kind": type(error).__name__, "message": message}})
        else:
            print(f"clew: {message}", file=sys.stderr)
        return code


def _described(error: Exception) -> tuple[int, str]:
    if isinstance(error, ClewError):
        return error.exit_code, clean(str(error))
    if isinstance(error, Interrupted):
        return INTERRUPTED, clean(str(error))
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "clew"
        return BAD_INPUT, f"{clean(error.format_message())} See `{command} --help`."
    if isinstance(error, typer.Abort):
        return BAD_INPUT, "nothing was done"
    what = clean(str(error)) or "no further word"
    if isinstance(error, (OSError, sqlite3.Error)):
        return FAILED, f"{what} (`clew doctor` may tell more)"
    return FAILED, (
        f"unexpected {type(error).__name__}: {what}\n"
        "      Run it again as `clew --debug …` to see where it came from."
    )

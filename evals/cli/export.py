"""``clew eval export``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ...agent.cli.app import ANSWERED, BAD_INPUT
from ...agent.cli.wording import clean, counted
from ...errors import RunDirectoryError
from ...tools.listing import listed

_LISTED = 20


def export(
    run: Annotated[
        Path | None, typer.Argument(help="Directory of the run.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write, a line a question.", show_default=False)
    ] = None,
    run_id: Annotated[
        str | None, typer.Option(help="Name of the run, without blanks.", show_default=False)
    ] = None,
    year: Annotated[int, typer.Option(help="Whose format: 2024 or 2025.")] = 2024,
    team_id: Annotated[
        str | None, typer.Option(help="Name of the team, for 2025.", show_default=False)
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(help="Only say whether this file is in the format.", show_default=False),
    ] = None,
) -> None:
    """Write a run for TREC's RAG track, or check a file that was written before."""
    from ..trec_rag import is_name

    if check is not None:
        if (run, out, run_id, team_id) != (None, None, None, None):
            raise typer.BadParameter("--check takes a file and nothing else.")
        _check(check)
    elif run is None or out is None or run_id is None:
        raise typer.BadParameter("give the run's directory, --out FILE and --run-id NAME.")
    elif year not in (2024, 2025):
        raise typer.BadParameter(f"--year is 2024 or 2025, not {year}.")
    elif (year == 2025) != (team_id is not None):
        raise typer.BadParameter("--team-id is needed with --year 2025, and only there.")
    else:
        for option, name in (("--run-id", run_id), ("--team-id", team_id)):
            if name is not None and not is_name(name):
                raise typer.BadParameter(f"{option} is a name without blanks, not {name!r}.")
        _export(run, out, run_id, year, team_id or "")


def _export(run: Path, out: Path, run_id: str, year: int, team_id: str) -> None:
    import json

    from ..cautions import unfinished
    from ..files import trouble_told, write_atomically
    from ..run_directory import read_run
    from ..trec_rag import trec_answer
    from ..trec_rag_check import problems_of_run

    read = read_run(run)
    if note := unfinished(read, read.name):
        print(clean(note), file=sys.stderr)
    predictions = read.predictions
    answered = [each for each in predictions if each.error is None]
    lines = [
        json.dumps(trec_answer(each, run_id=run_id, year=year, team_id=team_id))
        for each in answered
    ]
    if wrong := problems_of_run(lines):
        raise RunDirectoryError(
            f"{run} cannot be written in the format of TREC RAG {year}: {_told(wrong)}"
        )
    with trouble_told(out):
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise RunDirectoryError(f"{out.parent} is a file, no folder to write to") from None
        if out.is_dir():
            raise RunDirectoryError(f"{out} is a folder; give --out the name of a file")
        write_atomically(out, "".join(f"{line}\n" for line in lines))
    print(f"{clean(str(out))}: {counted(len(lines), 'topic')}, format of {year}")
    if failed := [each.id for each in predictions if each.error is not None]:
        print(f"left out, for they failed: {clean(', '.join(failed[:_LISTED]))}", end="")
        print(f" and {len(failed) - _LISTED} more" if len(failed) > _LISTED else "")


def _check(file: Path) -> None:
    from ..trec_rag_check import problems_of_run

    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RunDirectoryError(f"{file} cannot be read: {error}") from None
    wrong = problems_of_run(lines)
    for place, problem in wrong[:_LISTED]:
        print(f"{clean(place)}: {clean(problem)}")
    if len(wrong) > _LISTED:
        print(f"and {counted(len(wrong) - _LISTED, 'problem')} more")
    if not wrong:
        print(f"{clean(str(file))}: nothing is wrong with it")
    raise typer.Exit(BAD_INPUT if wrong else ANSWERED)


def _told(wrong: Sequence[tuple[str, str]]) -> str:
    return listed([f"{place}: {problem}" for place, problem in wrong], _LISTED)

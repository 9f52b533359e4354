"""``clew eval compare``."""

from pathlib import Path
from typing import Annotated

import typer

from ...agent.cli.options import AsJson
from ...agent.cli.output import print_json
from ...agent.cli.wording import clean
from ...errors import RunDirectoryError


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Directories of two runs or more; the first is the baseline.", show_default=False
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the comparison; files of that name are replaced.")
    ] = Path("comparison"),
    json: AsJson = False,
) -> None:
    """Compare runs of the same questions with the first of them."""
    from ..compare import compared
    from ..compare_pages import html, markdown, plain_lines
    from ..files import json_text, trouble_told, write_atomically
    from ..plot import quality_against_cost
    from ..run_directory import read_run

    read = [read_run(path) for path in runs]
    comparison = compared(read, seed=read[0].config.seed)
    result = comparison.model_dump(mode="json")
    plot = quality_against_cost(comparison)
    files = {
        "comparison.json": json_text(result),
        "comparison.md": markdown(comparison),
        "comparison.html": html(comparison, plot),
        "comparison.svg": plot,
    }
    with trouble_told(out):
        try:
            out.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise RunDirectoryError(f"{out} is a file; choose a folder for --out") from None
        for name, content in files.items():
            write_atomically(out / name, content)
    if json:
        print_json(result)
        return
    for line in plain_lines(comparison):
        print(line)
    print()
    print(f"written to {clean(str(out))}: {', '.join(files)}")

"""``clew tree``."""

from pathlib import Path
from typing import Annotated

import typer


def tree(
    source: Annotated[
        Path,
        typer.Argument(
            help="A tree's JSON; or the folder or predictions.jsonl of clew eval.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="File to write: .svg, .html or .json.", show_default=False)
    ],
    id: Annotated[
        str | None, typer.Option(help="Which question, by its id.", show_default=False)
    ] = None,
) -> None:
    """Draw a tree that was saved."""
    from ..saved_trees import read_tree, require_form, write_tree

    require_form(out)
    write_tree(read_tree(source, id), out)
    print(f"the search tree is in {out}")

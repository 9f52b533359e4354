"""Options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..settings import Settings

Home = Annotated[
    Path | None, typer.Option(help="Folder of corpora, models and saved runs.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def load_settings(**given: Any) -> "Settings":
    """Return the settings, with the options that were given over all other places."""
    from ..settings import Settings

    return Settings.load(**{name: value for name, value in given.items() if value is not None})

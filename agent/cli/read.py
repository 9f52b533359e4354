"""``clew read``."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import InputError, SearchUnavailable
from .app import ANSWERED
from .home import home_trouble_told
from .options import AsJson, Home, load_settings
from .output import print_json
from .wording import clean

if TYPE_CHECKING:
    from ...tools.web.reading import ReadOutcome
    from ..web_access import WebAccess


def read(
    url: Annotated[str, typer.Argument(help="Address of the page.", show_default=False)],
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Fetch a page as a run does, and print its title, date and main text."""
    settings = load_settings(home=home)
    with home_trouble_told(settings.home):
        from ...tools.web.page import PageText, Refused
        from ..web_access import WebAccess

        outcome = asyncio.run(_outcome(WebAccess(settings), url))
    if isinstance(outcome, Refused):
        raise InputError(f"{url} was not read: {outcome.reason}")
    if not isinstance(outcome, PageText):
        raise SearchUnavailable(f"{url} cannot be read: {outcome.reason}")
    if json:
        print_json(outcome.model_dump(mode="json"))
    else:
        print(clean(outcome.title))
        print(
            " · ".join(
                clean(each) for each in (outcome.url, outcome.date, outcome.language) if each
            )
        )
        print()
        for line in outcome.text.splitlines():
            print(clean(line))
    raise typer.Exit(ANSWERED)


async def _outcome(web: "WebAccess", url: str) -> "ReadOutcome":
    from ...tools.search.base import FREE_OF_CHARGE

    try:
        return await web.reader().read(url, charge=FREE_OF_CHARGE.page)
    finally:
        await web.aclose()

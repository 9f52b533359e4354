"""``clew search``."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from .app import ABSTAINED, ANSWERED, FAILED
from .home import home_trouble_told
from .options import AsJson, Home, Language, Search, Site, TimeRange, load_settings
from .output import print_json
from .wording import clean, shortened

if TYPE_CHECKING:
    from ...tools.search.base import SearchOutcome
    from ..assembly import Assembly

_LONGEST = 600


def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    search: Search = None,
    corpus: Annotated[str | None, typer.Option(help="Corpus to search.")] = None,
    time_range: TimeRange = None,
    site: Site = None,
    language: Language = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages of each backend.")] = 5,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Ask every backend once, and print what each came back with."""
    settings = load_settings(
        home=home,
        search=search,
        corpus=corpus,
        time_range=time_range,
        site=site,
        language=language,
    )
    with home_trouble_told(settings.home):
        from ..assembly import Assembly

        outcomes = asyncio.run(_outcomes(Assembly(settings), query, limit))
    if json:
        print_json({name: outcome.model_dump(mode="json") for name, outcome in outcomes.items()})
    else:
        for name, outcome in outcomes.items():
            _print(name, outcome)
    kinds = {outcome.kind for outcome in outcomes.values()}
    code = ANSWERED if "found" in kinds else ABSTAINED if "empty" in kinds else FAILED
    raise typer.Exit(code)


async def _outcomes(assembly: "Assembly", query: str, limit: int) -> "dict[str, SearchOutcome]":
    backends = await asyncio.to_thread(assembly.backends)
    try:
        found = await asyncio.gather(*(each.search(query, limit=limit) for each in backends))
    finally:
        await assembly.web.aclose()
    return {backend.name: outcome for backend, outcome in zip(backends, found, strict=True)}


def _print(name: str, outcome: "SearchOutcome") -> None:
    match outcome.kind:
        case "found":
            for hit in outcome.hits:
                passage = hit.passage
                about = (clean(passage.title), clean(passage.source), clean(passage.date or ""))
                print(f"{hit.score:.2f}  {'  '.join(filter(None, about))}")
                print(f"      {shortened(clean(passage.text), _LONGEST)}\n")
            for note in outcome.notes:
                print(f"{name}: {clean(note)}")
        case "empty":
            print(f"{name}: nothing found")
        case "throttled":
            when = outcome.retry_after
            wait = f"; try again in {when:.0f} s" if when is not None else "; try again later"
            print(f"{name}: refused for now{wait}")
        case "failed":
            print(f"{name}: failed: {clean(outcome.reason)}")

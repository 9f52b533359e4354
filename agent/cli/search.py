"""``clew search``."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from .app import ABSTAINED, ANSWERED, FAILED
from .home import home_trouble_told
from .options import AsJson, Home, Search, load_settings
from .output import print_json
from .wording import clean, shortened

if TYPE_CHECKING:
    from ...tools.search.base import SearchBackend, SearchOutcome

_LONGEST = 600


def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    search: Search = None,
    corpus: Annotated[str | None, typer.Option(help="Corpus to search.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages of each backend.")] = 5,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Ask every backend once, and print what each came back with."""
    settings = load_settings(home=home, search=search, corpus=corpus)
    with home_trouble_told(settings.home):
        from ..assembly import Assembly

        backends = Assembly(settings).backends()
        outcomes = asyncio.run(_outcomes(backends, query, limit))
    if json:
        print_json({name: outcome.model_dump(mode="json") for name, outcome in outcomes.items()})
    else:
        for name, outcome in outcomes.items():
            _print(name, outcome)
    kinds = {outcome.kind for outcome in outcomes.values()}
    code = ANSWERED if "found" in kinds else ABSTAINED if "empty" in kinds else FAILED
    raise typer.Exit(code)


async def _outcomes(
    backends: "list[SearchBackend]", query: str, limit: int
) -> "dict[str, SearchOutcome]":
    found = await asyncio.gather(*(backend.search(query, limit=limit) for backend in backends))
    return {backend.name: outcome for backend, outcome in zip(backends, found, strict=True)}


def _print(name: str, outcome: "SearchOutcome") -> None:
    match outcome.kind:
        case "found":
            for hit in outcome.hits:
                passage = hit.passage
                print(f"{hit.score:.2f}  {clean(passage.title)}  {clean(passage.source)}")
                print(f"      {shortened(clean(passage.text), _LONGEST)}\n")
        case "empty":
            print(f"{name}: nothing found")
        case "throttled":
            when = outcome.retry_after
            wait = f"; try again in {when:.0f} s" if when is not None else "; try again later"
            print(f"{name}: refused for now{wait}")
        case "failed":
            print(f"{name}: failed: {clean(outcome.reason)}")

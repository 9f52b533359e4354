"""The engines that clew knows, by name."""

from ...errors import SettingsError
from .base import SearchEngine

ENGINES = ("ddgs", "searxng", "brave", "tavily", "serper", "wikipedia")
"""Names of the engines."""


def engine_named(name: str, *, searxng: str | None = None) -> SearchEngine:
    """Return a new engine; its key, if it wants one, comes from the environment.

    Args:
        name: Name of the engine, one of `ENGINES`.
        searxng: Address of a SearXNG instance, for the engine of that name.

    Raises:
        SettingsError: There is no such engine, or it lacks its key or address.
        ModelUnavailable: The package that it needs is not installed.
    """
    match name:
        case "ddgs":
            from .ddgs import DdgsSearch

            return DdgsSearch()
        case "searxng":
            from .searxng import SearxngSearch

            return SearxngSearch(address=searxng)
        case "brave":
            from .brave import BraveSearch

            return BraveSearch()
        case "tavily":
            from .tavily import TavilySearch

            return TavilySearch()
        case "serper":
            from .serper import SerperSearch

            return SerperSearch()
        case "wikipedia":
            from .wikipedia import WikipediaSearch

            return WikipediaSearch()
    raise SettingsError(f"there is no search engine {name!r}; known are {', '.join(ENGINES)}")

"""What a search engine is: a query in, addresses of pages out, or a typed reason why not."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from ..search.base import Empty, Failed, Throttled

TimeRange = Literal["day", "week", "month", "year"]


class SearchFilters(BaseModel):
    """What to narrow a search to; an engine that lacks one of them says so in its outcome.

    Attributes:
        time_range: How old pages may be.
        site: Host that pages must be on, subdomains included, such as ``nasa.gov``.
        language: Two-letter code of the language that pages should be in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_range: TimeRange | None = None
    site: str | None = None
    language: str | None = None


NO_FILTERS = SearchFilters()


class WebResult(BaseModel):
    """A page that an engine names.

    Attributes:
        url: Its address, in canonical form.
        title: Its title.
        snippet: What the engine shows of it; not verbatim text of the page.
        date: ``YYYY-MM-DD``, where the engine tells.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    title: str = ""
    snippet: str = ""
    date: str | None = None


class Results(BaseModel):
    """The engine answered with at least one page, best first.

    Attributes:
        results: The pages, each address once.
        ignored: Names of the filters that the engine does not have.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["results"] = "results"
    results: tuple[WebResult, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()


EngineOutcome = Annotated[Results | Empty | Throttled | Failed, Field(discriminator="kind")]


@runtime_checkable
class SearchEngine(Protocol):
    """A place that knows pages of the web.

    An engine never raises for trouble of its own: it returns `Throttled` or `Failed`.
    Cancellation passes through.
    """

    @property
    def name(self) -> str:
        """Name that users select the engine by."""
        ...

    async def results(
        self, query: str, *, limit: int, filters: SearchFilters = NO_FILTERS
    ) -> EngineOutcome:
        """Search for pages.

        Args:
            query: What to look for.
            limit: The most pages to name.
            filters: What to narrow the search to.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections of the running loop; another search opens new ones."""
        ...


def distinct(results: Sequence[WebResult], limit: int) -> tuple[WebResult, ...]:
    """Return the first so many results, each address once."""
    found: dict[str, WebResult] = {}
    for each in results:
        found.setdefault(each.url, each)
    return tuple(found.values())[:limit]

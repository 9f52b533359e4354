"""Wikipedia's own search."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from ..search.base import Failed, Throttled
from ..waiting import retry_after
from .api import ApiEngine
from .asking import words_of
from .base import SearchFilters, WebResult
from .http import Request
from .limits import Limits
from .reading import at, one_line, rows_at, web_result

# Its etiquette asks for one request after the other.
_LIMITS = Limits(slots=1, interval=0.1)
_MOST_RESULTS = 50
_EDITION = re.compile(r"([a-z]{2,3})\.wikipedia\.org")
_FOR_NOW = ("maxlag", "ratelimited", "readonly", "cirrussearch-too-busy-error")


class WikipediaSearch(ApiEngine):
    """Searches the articles of one edition of Wikipedia by their text.

    Follows https://www.mediawiki.org/wiki/API:Search and, for load, API:Etiquette and
    Manual:Maxlag_parameter: a user agent that names the program, one request at a time, and
    ``maxlag``, whose refusals come with status 200. The language chooses the edition, English
    without one; a site such as ``de.wikipedia.org`` overrules it, and for any other site there is
    nothing to find. The date of a result is that of its last edit. Queries are cut to 300
    characters, the most that its search takes.

    Args:
        address: Where the API is; ``{language}`` stands for the edition.
        limits: What a request may cost.
    """

    name = "wikipedia"

    def __init__(
        self, *, address: str = "https://{language}.wikipedia.org", limits: Limits = _LIMITS
    ) -> None:
        super().__init__(limits)
        self._address = address

    def request(self, words: str, limit: int, filters: SearchFilters) -> Request | None:
        """See `ApiEngine.request`."""
        edition = _edition(filters)
        if edition is None:
            return None
        params: dict[str, str | int] = {
            "action": "query",
            "list": "search",
            "srsearch": words_of(words, 300),
            "srlimit": min(limit, _MOST_RESULTS),
            "srprop": "snippet|timestamp",
            "format": "json",
            "formatversion": 2,
            "maxlag": 5,
        }
        return Request("GET", f"{self._address.format(language=edition)}/w/api.php", params)

    def rows(self, data: Any) -> list[Any] | None:
        """See `ApiEngine.rows`."""
        return rows_at(data, "query", "search")

    def result(self, row: Mapping[str, Any], filters: SearchFilters) -> WebResult | None:
        """See `ApiEngine.result`; the API names titles, not addresses."""
        title = one_line(row.get("title"), 300)
        if not title:
            return None
        page = quote(title.replace(" ", "_"), safe="/:(),_-.~!*'")
        url = f"https://{_edition(filters)}.wikipedia.org/wiki/{page}"
        return web_result(url, title, row.get("snippet"), row.get("timestamp"))

    def ignored(self, filters: SearchFilters) -> tuple[str, ...]:
        """See `ApiEngine.ignored`."""
        return ("time_range",) + (() if _edition(filters) == filters.language else ("language",))

    def trouble_in(self, data: Any, headers: httpx.Headers) -> Throttled | Failed | None:
        """See `ApiEngine.trouble_in`."""
        error = at(data, "error")
        if error is None:
            return None
        if at(error, "code") in _FOR_NOW:
            return Throttled(retry_after=retry_after(headers))
        said = one_line(at(error, "info"), 200) or "an error that it does not explain"
        return Failed(reason=f"wikipedia refused the search: {said}")


def _edition(filters: SearchFilters) -> str | None:
    """Return the language of the edition to search; None where the site is none of Wikipedia's."""
    if filters.site is None or filters.site == "wikipedia.org":
        return filters.language or "en"
    edition = _EDITION.fullmatch(filters.site)
    return edition[1] if edition else None

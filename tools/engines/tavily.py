"""The Tavily Search API."""

from collections.abc import Mapping
from typing import Any

from .api import ApiEngine
from .asking import words_of
from .base import SearchFilters, WebResult
from .http import Request
from .keys import key_for
from .limits import Limits
from .reading import rows_at, web_result

_LIMITS = Limits(slots=4, interval=0.1)
_MOST_RESULTS = 20
_CHECK = "check TAVILY_API_KEY at https://app.tavily.com"
_USED_UP = "raise the limit of the plan or of the key at https://app.tavily.com"


class TavilySearch(ApiEngine):
    """Searches with Tavily, an engine for language models; wants a key in ``TAVILY_API_KEY``.

    Follows https://docs.tavily.com/documentation/api-reference/endpoint/search: at most 20 results,
    ``time_range``, ``include_domains``; no choice of language. Queries are cut to 400 characters,
    as its guide to best practices asks. Its statuses 432 and 433 say that a plan or a limit of the
    user's own is used up.

    Args:
        address: Where the API is.
        limits: What a request may cost.

    Raises:
        SettingsError: There is no usable key.
    """

    name = "tavily"
    hints: Mapping[int, str] = {401: _CHECK, 403: _CHECK, 432: _USED_UP, 433: _USED_UP}

    def __init__(
        self, *, address: str = "https://api.tavily.com", limits: Limits = _LIMITS
    ) -> None:
        key = key_for(self.name, "TAVILY_API_KEY", "https://app.tavily.com")
        super().__init__(limits, headers={"Authorization": f"Bearer {key}"}, key=key)
        self._url = f"{address}/search"

    def request(self, words: str, limit: int, filters: SearchFilters) -> Request:
        """See `ApiEngine.request`."""
        body: dict[str, Any] = {
            "query": words_of(words, 400),
            "max_results": min(limit, _MOST_RESULTS),
            "search_depth": "basic",
        }
        if filters.time_range:
            body["time_range"] = filters.time_range
        if filters.site:
            body["include_domains"] = [filters.site]
        return Request("POST", self._url, json=body)

    def rows(self, data: Any) -> list[Any] | None:
        """See `ApiEngine.rows`."""
        return rows_at(data, "results")

    def result(self, row: Mapping[str, Any], filters: SearchFilters) -> WebResult | None:
        """See `ApiEngine.result`."""
        return web_result(
            row.get("url"), row.get("title"), row.get("content"), row.get("published_date")
        )

    def ignored(self, filters: SearchFilters) -> tuple[str, ...]:
        """See `ApiEngine.ignored`."""
        return ("language",)

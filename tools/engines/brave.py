"""The Brave Search API."""

from collections.abc import Mapping
from typing import Any

import httpx

from ..waiting import retry_after, seconds_in
from .api import ApiEngine
from .asking import on_site, words_of
from .base import SearchFilters, WebResult
from .http import Request
from .keys import key_for
from .limits import Limits
from .reading import at, rows_at, web_result

_LIMITS = Limits(slots=4, interval=0.05)
_FRESHNESS = {"day": "pd", "week": "pw", "month": "pm", "year": "py"}
_LANGUAGES = frozenset(
    "ar eu bn bg ca hr cs da nl en et fi fr gl de gu he hi hu is it kn ko lv lt ms ml mr nb pl pa "
    "ro ru sr sk sl es sv ta te th tr uk vi".split()
)
_OTHERWISE_NAMED = {"ja": "jp", "no": "nb", "pt": "pt-br", "zh": "zh-hans"}
_MOST_RESULTS = 20
_CHECK = "check BRAVE_API_KEY and its plan at https://api-dashboard.search.brave.com"


class BraveSearch(ApiEngine):
    """Searches Brave's own index of the web; wants a key in ``BRAVE_API_KEY``.

    Follows https://api-dashboard.search.brave.com/api-reference/web/search/get: at most 20 results
    a request, queries of at most 400 characters and 50 words, ``site:`` in the query, and limits
    told in ``X-RateLimit-Remaining`` and ``X-RateLimit-Reset``, one number a window.

    Args:
        address: Where the API is.
        limits: What a request may cost.

    Raises:
        SettingsError: There is no usable key.
    """

    name = "brave"
    hints: Mapping[int, str] = {401: _CHECK, 402: _CHECK, 403: _CHECK, 422: _CHECK}

    def __init__(
        self, *, address: str = "https://api.search.brave.com", limits: Limits = _LIMITS
    ) -> None:
        key = key_for(self.name, "BRAVE_API_KEY", "https://brave.com/search/api")
        super().__init__(limits, headers={"X-Subscription-Token": key}, key=key)
        self._url = f"{address}/res/v1/web/search"

    def request(self, words: str, limit: int, filters: SearchFilters) -> Request:
        """See `ApiEngine.request`."""
        params: dict[str, str | int] = {
            "q": words_of(on_site(words, filters.site), 400, most_words=50),
            "count": min(limit, _MOST_RESULTS),
            "result_filter": "web",
            "text_decorations": "false",
        }
        if filters.time_range:
            params["freshness"] = _FRESHNESS[filters.time_range]
        if language := _code(filters.language):
            params["search_lang"] = language
        return Request("GET", self._url, params)

    def rows(self, data: Any) -> list[Any] | None:
        """See `ApiEngine.rows`; an answer to a search without hits has no ``web`` at all."""
        if at(data, "type") == "search" and at(data, "web") is None:
            return []
        return rows_at(data, "web", "results")

    def result(self, row: Mapping[str, Any], filters: SearchFilters) -> WebResult | None:
        """See `ApiEngine.result`."""
        return web_result(
            row.get("url"), row.get("title"), row.get("description"), row.get("page_age")
        )

    def ignored(self, filters: SearchFilters) -> tuple[str, ...]:
        """See `ApiEngine.ignored`."""
        return () if _code(filters.language) else ("language",)

    def wait_of(self, headers: httpx.Headers) -> float | None:
        """See `ApiEngine.wait_of`; the longest of the windows that are used up counts."""
        resets = seconds_in(headers.get("X-RateLimit-Reset", ""))
        left = seconds_in(headers.get("X-RateLimit-Remaining", ""))
        used_up = [reset for reset, rest in zip(resets, left, strict=False) if rest == 0]
        return max(used_up or resets[:1], default=retry_after(headers))


def _code(language: str | None) -> str | None:
    """Return Brave's code of a language, None where it has none."""
    code = _OTHERWISE_NAMED.get(language or "", language)
    return code if code in _LANGUAGES or code in _OTHERWISE_NAMED.values() else None

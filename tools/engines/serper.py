"""The Serper API, which gives Google's results."""

from collections.abc import Mapping
from typing import Any

from .api import ApiEngine
from .asking import on_site, words_of
from .base import SearchFilters, WebResult
from .http import Request
from .keys import key_for
from .limits import Limits
from .reading import rows_at, web_result

_LIMITS = Limits(slots=4, interval=0.02)
_PERIODS = {"day": "qdr:d", "week": "qdr:w", "month": "qdr:m", "year": "qdr:y"}
_MOST_RESULTS = 100
_CHECK = "check SERPER_API_KEY at https://serper.dev/api-key"
_CREDITS = "see whether credits are left at https://serper.dev"


class SerperSearch(ApiEngine):
    """Searches Google through Serper; wants a key in ``SERPER_API_KEY``.

    Follows the request and the answer that https://serper.dev shows in its playground, as written
    down in https://github.com/api-evangelist/serper (OpenAPI): ``q``, ``num``, ``tbs`` for the
    time range, ``hl`` for the language, ``site:`` in the query; pages in ``organic``. Google
    prefers pages in the language of ``hl`` and does not keep to them.

    Args:
        address: Where the API is.
        limits: What a request may cost.

    Raises:
        SettingsError: There is no usable key.
    """

    name = "serper"
    hints: Mapping[int, str] = {400: _CREDITS, 401: _CHECK, 403: _CHECK}

    def __init__(
        self, *, address: str = "https://google.serper.dev", limits: Limits = _LIMITS
    ) -> None:
        key = key_for(self.name, "SERPER_API_KEY", "https://serper.dev/api-key")
        super().__init__(limits, headers={"X-API-KEY": key}, key=key)
        self._url = f"{address}/search"

    def request(self, words: str, limit: int, filters: SearchFilters) -> Request:
        """See `ApiEngine.request`."""
        body: dict[str, Any] = {
            "q": words_of(on_site(words, filters.site), 2_000),
            "num": min(limit, _MOST_RESULTS),
        }
        if filters.time_range:
            body["tbs"] = _PERIODS[filters.time_range]
        if filters.language:
            body["hl"] = filters.language
        return Request("POST", self._url, json=body)

    def rows(self, data: Any) -> list[Any] | None:
        """See `ApiEngine.rows`."""
        return rows_at(data, "organic")

    def result(self, row: Mapping[str, Any], filters: SearchFilters) -> WebResult | None:
        """See `ApiEngine.result`; dates in words, as in "3 days ago", are left out."""
        return web_result(row.get("link"), row.get("title"), row.get("snippet"), row.get("date"))

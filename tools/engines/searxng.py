"""SearXNG, a metasearch engine that one runs oneself."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from ...errors import SettingsError
from ..search.base import Failed, Throttled
from .api import ApiEngine
from .asking import on_site, words_of
from .base import SearchFilters, WebResult
from .http import Request
from .limits import Limits
from .reading import one_line, rows_at, web_result

_LIMITS = Limits(slots=4, interval=0.1, seconds=20.0)
_REFUSALS = ("too many requests", "captcha", "access denied", "suspended")
_NO_JSON = (
    "the instance may not offer JSON: add json to search.formats in its settings.yml, "
    "and turn its limiter off or let this machine pass"
)


class SearxngSearch(ApiEngine):
    """Searches with an instance of SearXNG.

    Follows https://docs.searxng.org/dev/search_api.html: ``GET /search`` with ``format=json``,
    ``time_range`` and ``language``, which those of its engines keep to that can; ``site:`` in the
    query, which most of them understand. Where none of its engines answered, its
    ``unresponsive_engines`` tell trouble from emptiness.

    Args:
        address: Where the instance is, such as ``http://localhost:8080``.
        limits: What a request may cost.

    Raises:
        SettingsError: There is no address, or it is none of http or https.
    """

    name = "searxng"
    hints: Mapping[int, str] = {403: _NO_JSON, 404: "check the address of the instance"}

    def __init__(self, *, address: str | None, limits: Limits = _LIMITS) -> None:
        self._url = f"{_checked(address)}/search"
        super().__init__(limits)

    def request(self, words: str, limit: int, filters: SearchFilters) -> Request:
        """See `ApiEngine.request`."""
        params: dict[str, str | int] = {
            "q": words_of(on_site(words, filters.site), 2_000),
            "format": "json",
        }
        if filters.time_range:
            params["time_range"] = filters.time_range
        if filters.language:
            params["language"] = filters.language
        return Request("GET", self._url, params)

    def rows(self, data: Any) -> list[Any] | None:
        """See `ApiEngine.rows`."""
        return rows_at(data, "results")

    def result(self, row: Mapping[str, Any], filters: SearchFilters) -> WebResult | None:
        """See `ApiEngine.result`."""
        return web_result(
            row.get("url"), row.get("title"), row.get("content"), row.get("publishedDate")
        )

    def trouble_in(self, data: Any, headers: httpx.Headers) -> Throttled | Failed | None:
        """See `ApiEngine.trouble_in`."""
        silent = rows_at(data, "unresponsive_engines") or []
        if rows_at(data, "results") or not silent:
            return None
        said = ", ".join(one_line(_told(each), 60) for each in silent[:5])
        if any(refusal in said.casefold() for refusal in _REFUSALS):
            # Asking the instance again would not help: it holds these engines back by itself.
            return Throttled()
        return Failed(reason=f"no engine of searxng answered ({said}); see the instance's log")


def _told(pair: Any) -> str:
    """Return the name of an engine and what is wrong with it, in one text."""
    return (
        " ".join(each for each in pair if isinstance(each, str)) if isinstance(pair, list) else ""
    )


def _checked(address: str | None) -> str:
    if not address or not address.strip():
        raise SettingsError(
            "the engine searxng needs the address of an instance, such as http://localhost:8080; "
            "how to run one: https://docs.searxng.org/admin/installation.html"
        )
    address = address.strip().rstrip("/").removesuffix("/search")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        usable = usable and not (parts.username or parts.query or parts.fragment)
        httpx.URL(address)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise SettingsError(
            "the address of searxng must look like http://localhost:8080, without user, "
            "parameters or fragment"
        )
    return address

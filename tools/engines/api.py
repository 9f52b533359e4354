"""What the engines that are JSON APIs have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import httpx

from ..search.base import Empty, Failed, Throttled
from ..waiting import retry_after
from .asking import usable_filters, words_of
from .base import NO_FILTERS, EngineOutcome, SearchFilters, WebResult
from .http import Answer, JsonApi, Request
from .limits import Limits
from .reading import outcome_of, unexpected


class ApiEngine(ABC):
    """Asks an API and reads its answer; a subclass says how, for one API.

    Args:
        limits: What a request may cost.
        headers: Headers that carry the key.
        key: The key.
    """

    name: str
    hints: Mapping[int, str] = {}
    """What to do about a status of the API, by status."""

    def __init__(
        self, limits: Limits, *, headers: Mapping[str, str] | None = None, key: str | None = None
    ) -> None:
        self._api = JsonApi(
            self.name,
            limits,
            headers=headers,
            key=key,
            hints=self.hints,
            when=self.wait_of,
            judge=self.trouble_in,
        )

    async def results(
        self, query: str, *, limit: int, filters: SearchFilters = NO_FILTERS
    ) -> EngineOutcome:
        """Search for pages; see `SearchEngine.results`."""
        usable = usable_filters(filters)
        if isinstance(usable, Failed):
            return usable
        words = words_of(query, 2_000)
        request = self.request(words, limit, usable) if words and limit > 0 else None
        if request is None:
            return Empty()
        answer = await self._api.ask(request)
        if not isinstance(answer, Answer):
            return answer
        rows = self.rows(answer.data)
        if rows is None:
            return unexpected(self.name)
        found = [self.result(row, usable) if isinstance(row, dict) else None for row in rows]
        ignored = self.ignored(usable)
        return outcome_of(self.name, found, limit=limit, filters=usable, ignored=ignored)

    async def aclose(self) -> None:
        """Close the connections of the running loop; another search opens new ones."""
        await self._api.aclose()

    @abstractmethod
    def request(self, words: str, limit: int, filters: SearchFilters) -> Request | None:
        """Return what to ask for a query; None where nothing can match."""

    @abstractmethod
    def rows(self, data: Any) -> list[Any] | None:
        """Return the list of what was found; None where the answer has another shape."""

    @abstractmethod
    def result(self, row: Mapping[str, Any], filters: SearchFilters) -> WebResult | None:
        """Return one of the rows as a result; None where it has no usable address."""

    def ignored(self, filters: SearchFilters) -> tuple[str, ...]:
        """Return the names of the filters that the API cannot apply."""
        return ()

    def wait_of(self, headers: httpx.Headers) -> float | None:
        """Return how many seconds a refusal asks to wait, where it says so."""
        return retry_after(headers)

    def trouble_in(self, data: Any, headers: httpx.Headers) -> Throttled | Failed | None:
        """Return the trouble that an answer with status 200 speaks of, if it does."""
        return None

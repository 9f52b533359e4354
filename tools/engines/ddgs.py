"""The package ddgs: public engines, asked by reading their pages."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import ModelUnavailable, SettingsError
from ..daemons import in_daemon_thread
from ..search.base import Empty, Failed, Throttled
from .asking import on_site, usable_filters, words_of
from .base import NO_FILTERS, EngineOutcome, Results, SearchFilters
from .ddgs_visit import NotReached, Visit, visit
from .pacing import Pacing
from .reading import outcome_of


class _Abilities(NamedTuple):
    """Filters that an engine of the package really hands on, by its source in version 9."""

    time_range: bool
    language: bool


_ENGINES = {
    "duckduckgo": _Abilities(time_range=True, language=True),
    "brave": _Abilities(time_range=True, language=False),
    "startpage": _Abilities(time_range=True, language=True),
    "mojeek": _Abilities(time_range=False, language=True),
    "yahoo": _Abilities(time_range=True, language=False),
}
ORDER = tuple(_ENGINES)
"""The engines in the order in which they are asked: each draws on another index, as far as it goes.

DuckDuckGo and Yahoo show Bing's index, Startpage Google's; Brave and Mojeek have their own.
"""
_ANYWHERE = "us-en"
_COUNTRIES = {
    **{"ar": "xa", "cs": "cz", "da": "dk", "el": "gr", "en": "us", "et": "ee", "he": "il"},
    **{"ja": "jp", "ko": "kr", "no": "no", "pt": "br", "sl": "sl", "sv": "se", "uk": "ua"},
    **{"vi": "vn", "zh": "cn"},
}
"""Countries of languages whose codes differ from each other."""
_OWN_COUNTRY = frozenset("bg de es fi fr hr hu id it lt lv nl pl ro ru sk th tr".split())
_AGREEING = 2
"""So many engines that find nothing are believed."""


@dataclass(frozen=True)
class DdgsLimits:
    """What a search with ddgs may cost.

    Attributes:
        interval: Seconds between the starts of two searches.
        seconds: The longest that one request to one engine may take.
        pause: Seconds after the first engine that answered; doubled after each further one.
        rest: Seconds for which an engine that refused is left alone; doubled each time in a row.
        longest_rest: The most seconds of that.
        largest: The most bytes of a page.
    """

    interval: float = 1.0
    seconds: float = 10.0
    pause: float = 0.5
    rest: float = 60.0
    longest_rest: float = 600.0
    largest: int = 4 * 2**20


_LIMITS = DdgsLimits()


class DdgsSearch:
    """Asks public engines one after the other until one has found something; needs no key.

    A search is `Empty` when two engines, or the only one that answered, found nothing;
    `Throttled` when none answered and one refused, until the first may be asked again; else
    `Failed`. The package reports all three as "No results found.", see `ddgs_visit.visit`. A page
    whose layout has changed still looks like one without results.

    Args:
        order: Names of the engines, in the order in which to ask them.
        limits: What a search may cost.

    Raises:
        SettingsError: The order is empty or names an engine that is not known.
        ModelUnavailable: The package is not installed.
    """

    name = "ddgs"

    def __init__(self, *, order: Sequence[str] = ORDER, limits: DdgsLimits = _LIMITS) -> None:
        unknown = sorted(set(order) - set(_ENGINES))
        if unknown or not order:
            raise SettingsError(
                f"ddgs has no engine {', '.join(unknown) or 'to ask'}; choose of {', '.join(ORDER)}"
            )
        _ensure_installed()
        self._order = tuple(dict.fromkeys(order))
        self._limits = limits
        # Its engines are strict about bursts from one address.
        self._pacing = Pacing(slots=1, interval=self._limits.interval)
        self._resting_until: dict[str, float] = {}
        self._refusals: dict[str, int] = {}

    async def results(
        self, query: str, *, limit: int, filters: SearchFilters = NO_FILTERS
    ) -> EngineOutcome:
        """Search for pages; see `SearchEngine.results`."""
        usable = usable_filters(filters)
        if isinstance(usable, Failed):
            return usable
        words = words_of(query, 500)
        if not words or limit < 1:
            return Empty()
        async with self._pacing.turn():
            return await self._in_order(words, limit, usable)

    async def aclose(self) -> None:
        """Do nothing: each visit closes its own connection."""

    async def _in_order(self, words: str, limit: int, filters: SearchFilters) -> EngineOutcome:
        awake = [each for each in self._order if not self._rest_left(each)]
        empty, answered = 0, 0
        failures: list[Failed] = []
        for name in awake:
            if answered:
                pause = self._limits.pause * 2 ** (answered - 1)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            outcome = await self._ask(name, words, limit, filters)
            if isinstance(outcome, Results):
                return outcome
            if isinstance(outcome, Failed):
                failures.append(outcome)
            # Who was not reached was not asked either, and has no claim to patience.
            answered += not isinstance(outcome, NotReached)
            empty += isinstance(outcome, Empty)
            if empty == _AGREEING:
                break
        if empty:
            return Empty()
        if rests := [rest for each in self._order if (rest := self._rest_left(each))]:
            return Throttled(retry_after=round(min(rests), 1))
        unreached = [each.failure for each in failures if isinstance(each, NotReached)]
        if len(unreached) == len(awake):
            why = ", ".join(dict.fromkeys(unreached))
            return Failed(reason=f"no engine of ddgs could be reached ({why}); check the network")
        reasons = "; ".join(each.reason for each in failures)
        return Failed(reason=f"no engine of ddgs answered: {reasons}")

    async def _ask(
        self, name: str, words: str, limit: int, filters: SearchFilters
    ) -> EngineOutcome:
        region = _region(filters.language)
        asked = Visit(
            engine=name,
            query=on_site(words, filters.site),
            region=region or _ANYWHERE,
            time_limit=filters.time_range[0] if filters.time_range else None,
            seconds=self._limits.seconds,
            largest=self._limits.largest,
        )
        found = await in_daemon_thread(lambda: visit(asked))
        if isinstance(found, Throttled):
            self._leave_alone(name, found.retry_after or 0.0)
            return found
        self._refusals.pop(name, None)
        if isinstance(found, Failed):
            return found
        can = _ENGINES[name]
        ignored = [] if can.time_range else ["time_range"]
        ignored += [] if can.language and region else ["language"]
        return outcome_of(name, found, limit=limit, filters=filters, ignored=ignored)

    def _leave_alone(self, name: str, seconds: float) -> None:
        times = self._refusals.get(name, 0)
        rest = min(max(seconds, self._limits.rest * 2**times), self._limits.longest_rest)
        self._resting_until[name] = time.monotonic() + rest
        self._refusals[name] = times + 1

    def _rest_left(self, name: str) -> float:
        return max(0.0, self._resting_until.get(name, 0.0) - time.monotonic())


def _region(language: str | None) -> str | None:
    """Return the package's region for a language; None where it has none."""
    if language in _OWN_COUNTRY:
        return f"{language}-{language}"
    country = _COUNTRIES.get(language or "")
    return f"{country}-{language}" if country else None


def _ensure_installed() -> None:
    from importlib.util import find_spec

    if find_spec("ddgs") is None:
        raise ModelUnavailable("the engine ddgs needs the package ddgs: pip install ddgs")

"""Asking search backends: all at once, guarded, recorded, and fused into one ranking."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..errors import BudgetExhausted
from ..tools.passages import Passage
from ..tools.search.base import Failed, Found, SearchBackend, SearchOutcome, Throttled
from .meter import Tally
from .steps import SearchRecord

HITS_PER_SEARCH = 20
FUSION_CONSTANT = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


class Searched(NamedTuple):
    """What several searches came to.

    Attributes:
        rankings: The passages of each search that found any, best first.
        records: How each search ended.
    """

    rankings: tuple[tuple[Passage, ...], ...]
    records: tuple[SearchRecord, ...]


async def search_all(
    backends: Sequence[SearchBackend],
    queries: Sequence[str],
    *,
    linked_from: Sequence[Passage] = (),
    tally: Tally,
    tell: Callable[[SearchRecord], None],
) -> Searched:
    """Ask every backend every query at once.

    Args:
        backends: Where to search.
        queries: What to search for.
        linked_from: Passages already known to matter, whose links may be followed.
        tally: Counts each search before any is made; those beyond the budget are left out.
        tell: Called as each search comes back.

    Raises:
        BudgetExhausted: If not even one search is left.
    """

    async def ask(backend: SearchBackend, query: str) -> tuple[SearchOutcome, SearchRecord]:
        outcome = await _guarded(backend, query, linked_from, tally)
        record = _record(backend, query, outcome)
        tell(record)
        return outcome, record

    affordable: list[tuple[SearchBackend, str]] = []
    try:
        for query in queries:
            for backend in backends:
                tally.search()
                affordable.append((backend, query))
    except BudgetExhausted:
        if not affordable:
            raise
    results = await asyncio.gather(*(ask(backend, query) for backend, query in affordable))
    return Searched(
        rankings=tuple(
            tuple(hit.passage for hit in outcome.hits)
            for outcome, _ in results
            if isinstance(outcome, Found)
        ),
        records=tuple(record for _, record in results),
    )


def fuse(
    rankings: Iterable[Sequence[Passage]], weights: Sequence[float] | None = None
) -> list[Passage]:
    """Merge rankings by reciprocal rank fusion; ties go to the passage seen first.

    Args:
        rankings: What is merged, each best first.
        weights: How much each ranking counts; all the same by default.
    """
    rankings = list(rankings)
    scores: dict[str, float] = defaultdict(float)
    passages: dict[str, Passage] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, passage in enumerate(ranking, start=1):
            scores[passage.id] += weight / (FUSION_CONSTANT + rank)
            passages.setdefault(passage.id, passage)
    return sorted(passages.values(), key=lambda passage: -scores[passage.id])


async def _guarded(
    backend: SearchBackend, query: str, linked_from: Sequence[Passage], tally: Tally
) -> SearchOutcome:
    # Third-party backends break their promise not to raise; one of them must not end the run.
    try:
        return await backend.search(
            query, limit=HITS_PER_SEARCH, linked_from=linked_from, spending=tally
        )
    except Exception as error:
        return Failed(reason=f"{type(error).__name__}: {error}")


def _record(backend: SearchBackend, query: str, outcome: SearchOutcome) -> SearchRecord:
    reason = ""
    if isinstance(outcome, Found):
        reason = "; ".join(outcome.notes)
    elif isinstance(outcome, Failed):
        reason = outcome.reason
    elif isinstance(outcome, Throttled) and outcome.retry_after is not None:
        reason = f"try again in {outcome.retry_after:.0f} s"
    return SearchRecord(
        backend=backend.name,
        query=query,
        outcome=outcome.kind,
        hits=len(outcome.hits) if isinstance(outcome, Found) else 0,
        reason=reason,
        limit=outcome.limit if isinstance(outcome, Failed) else None,
    )

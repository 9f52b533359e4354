"""Asking the policy for queries of several wordings at once, each of them new."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...errors import BudgetExhausted
from ..protocols import Policy, RewriteRequest, Wording

_WORD = re.compile(r"\w+")


async def worded(
    request: RewriteRequest, policy: Policy, *wanted: tuple[Wording, int | None]
) -> list[list[str]]:
    """Return new queries of each wording wanted.

    A query that was tried, or that came with a wording before, is left out, whatever its case and
    spacing. The policy is asked for all wordings side by side.

    Args:
        request: What the policy is asked with.
        policy: Words the queries; each call is charged to ``request.tally`` before any is made.
        *wanted: Wordings, each with how many queries are wanted at most; None leaves that to the
            policy.

    Returns:
        A list for each wording wanted; empty where no new one came to mind, or where the budget
        ended before that wording.

    Raises:
        BudgetExhausted: If not even the first wording can be asked for.
    """
    results = await asyncio.gather(
        *(
            policy.rewrite(replace(request, wording=wording, count=count))
            for wording, count in _affordable(request, wanted)
        ),
        return_exceptions=True,
    )
    found: list[list[str]] = []
    seen = list(request.tried)
    for (_, count), result in zip(wanted, results, strict=False):
        if isinstance(result, BaseException):
            # The tokens of a language model may run out on the way.
            if not isinstance(result, BudgetExhausted) or not found:
                raise result
            result = ()
        new = untried(result, seen)[:count]
        found.append(new)
        seen += new
    return found + [[] for _ in wanted[len(found) :]]


def untried(queries: Iterable[str], tried: Iterable[str]) -> list[str]:
    """Return the queries that are not among those tried, each once; case and spacing aside."""
    seen = {_normalised(query) for query in tried} | {""}
    new = []
    for query in queries:
        if (key := _normalised(query)) not in seen:
            seen.add(key)
            new.append(query)
    return new


def enriched(query: str, others: Sequence[str]) -> str:
    """Return a query with the words of others that it lacks behind it, each once.

    GenQREnsemble's query (Dhole and Agichtein, ECIR 2024, arXiv:2404.03746): one that holds the
    keywords of every rewording.
    """
    known = set(_WORD.findall(query.casefold()))
    words = [word for other in others for word in _WORD.findall(other)]
    added = dict.fromkeys(word.casefold() for word in words)
    return " ".join([query, *(word for word in added if word not in known)])


def _affordable(
    request: RewriteRequest, wanted: Sequence[tuple[Wording, int | None]]
) -> list[tuple[Wording, int | None]]:
    affordable: list[tuple[Wording, int | None]] = []
    try:
        for each in wanted:
            request.tally.policy_call()
            affordable.append(each)
    except BudgetExhausted:
        if not affordable:
            raise
    return affordable


def _normalised(query: str) -> str:
    return " ".join(query.casefold().split())

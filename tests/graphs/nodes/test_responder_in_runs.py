"""The responder at the end of whole runs: what it could not check, or could not find out."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from chain_runs import parts_of, run, script
from support import POLAR

from clew.graphs.protocols import Claim
from clew.graphs.workflows import workflow_named
from clew.tools.search.base import Failed
from clew.tools.search.memory import MemorySearch


class Slow:
    """A claim scorer that takes its time."""

    name = "slow"
    threshold = 0.5

    async def support(self, claims: Sequence[Claim]) -> list[float]:
        await asyncio.sleep(60)
        return [1.0 for _ in claims]


async def test_what_there_is_no_time_to_check_is_marked_and_the_budget_kept() -> None:
    parts = parts_of(script(), claims=Slow())
    started = time.monotonic()
    answer, _ = await run(workflow_named("mindsearch"), parts, seconds=4.0)
    assert time.monotonic() - started < 10.0
    assert answer.short_answer == "Akaroa, New Zealand"
    assert all(each.weak and each.support is None for each in answer.sentences)


class Unsure:
    """A claim scorer that finds nothing supported."""

    name = "unsure"
    threshold = 0.5

    async def support(self, claims: Sequence[Claim]) -> list[float]:
        return [0.0 for _ in claims]


async def test_a_sentence_that_shares_words_with_its_quotes_is_marked_not_dropped() -> None:
    answer, _ = await run(workflow_named("mindsearch"), parts_of(script(), claims=Unsure()))
    assert not answer.abstained and all(each.weak for each in answer.sentences)


async def test_an_unknown_parent_is_named_in_words_in_what_is_answered() -> None:
    answer, _ = await run(workflow_named("direct"), parts_of(script(q2="Akaroa")))
    assert "{q1}" not in answer.text and "Akaroa" in answer.text


async def test_a_backend_that_never_worked_is_named_beside_the_answer() -> None:
    class Broken(MemorySearch):
        async def search(self, query: str, **more: Any) -> Failed:
            return Failed(reason="no route")

    backends = [MemorySearch(POLAR), Broken(POLAR, name="broken")]
    answer, _ = await run(workflow_named("mindsearch"), parts_of(script(), backends=backends))
    assert not answer.abstained
    assert "These searches did not work: broken (no route)." in answer.text

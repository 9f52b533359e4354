"""One object for each event loop, from any number of threads."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from clew.tools.per_loop import PerLoop


def test_a_loop_has_its_own_until_it_takes_it() -> None:
    kept: PerLoop[object] = PerLoop(object)

    async def visit() -> object:
        first = kept.here()
        assert kept.here() is first and kept.take() is first
        assert kept.take() is None
        assert kept.here() is not first
        return kept.here()

    assert asyncio.run(visit()) is not asyncio.run(visit())


def test_loops_of_many_threads_do_not_disturb_each_other() -> None:
    kept: PerLoop[list[int]] = PerLoop(list)

    async def visit(number: int) -> list[int]:
        for _ in range(20):
            kept.here().append(number)
            await asyncio.sleep(0)
        return kept.here()

    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda number: asyncio.run(visit(number)), range(200)))
    assert seen == [[number] * 20 for number in range(200)]

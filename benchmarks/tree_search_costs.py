"""What the core of tree search costs: time, memory, and what leaves at once save.

python benchmarks/tree_search_costs.py
"""

import argparse
import asyncio
import gc
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from resource import getpagesize
from typing import NamedTuple

from synthetic_trees import Climbing, Place, grown

from clew.graphs.tree_search.core import Search, searched
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.presets import MCTS
from clew.graphs.tree_search.tree import Tree

NODES = 10_000
SIZES = (100, 1_000, NODES)
POLICY_MS = 200.0
"""What a call of the policy takes, beside which the core's time is put."""
LEAVES_AT_ONCE = (1, 4, 8)
_DEEP = grown(4, 8, seed=0)
_LARGE = replace(MCTS, width=4, depth=8, simulations=NODES)
_LAST = 50


class Memory(NamedTuple):
    """What a tree of `NODES` nodes holds, in MB."""

    allocated: float
    peak: float
    resident: float


async def overheads(parallel: int) -> list[float]:
    """Return the processor's milliseconds a simulation as the tree comes to each of `SIZES`.

    Each is the mean over the latest simulations; the synthetic tree's own work is in it.
    """
    marks: list[tuple[int, int, float]] = []
    done = 0

    def select(tree: Tree, count: int) -> Sequence[int]:
        nonlocal done
        marks.append((len(tree), done, time.process_time()))
        chosen = _LARGE.select(tree, count)
        done += len(chosen)
        return chosen

    await climbed(replace(_LARGE, select=select, parallel=parallel))
    found = []
    for size in SIZES:
        *_, (_, simulations, ended) = (mark for mark in marks if mark[0] <= size)
        first, began = next(mark[1:] for mark in marks if mark[1] >= simulations - _LAST)
        found.append(1_000 * (ended - began) / (simulations - first))
    return found


async def climbed(method: Method) -> Search[Place, int]:
    """Return a search of `NODES` nodes."""
    domain = Climbing(tree=_DEEP, noise=0.2, budget=NODES - 1)
    return await searched((), domain, domain.within(method))


async def memory() -> Memory:
    """Measure what a search holds: what Python allocates, and what the process has more."""
    gc.collect()
    before = _resident()
    search = await climbed(_LARGE)
    gc.collect()
    resident = _resident() - before
    assert len(search.tree) == NODES
    del search
    gc.collect()
    tracemalloc.start()
    search = await climbed(_LARGE)
    gc.collect()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(search.tree) == NODES
    return Memory(held / 1e6, peak / 1e6, resident / 1e6)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


async def seconds_with(parallel: int, simulations: int) -> float:
    """Return how long a search takes where making a state takes as long as a policy call."""
    tree = grown(3, 6, seed=0)
    domain = Climbing(tree=tree, noise=0.2, budget=NODES, seconds=POLICY_MS / 1_000)
    method = replace(MCTS, depth=6, simulations=simulations, parallel=parallel)
    started = time.perf_counter()
    await searched((), domain, method)
    return time.perf_counter() - started


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=32, help="of the searches that wait")
    simulations = parser.parse_args().simulations
    held = await memory()  # first, while the process is small
    print(f"| MB with {NODES:,} nodes | |\n| --- | ---: |")
    print(f"| held by the tree (tracemalloc) | {held.allocated:.1f} |")
    print(f"| peak while it grew (tracemalloc) | {held.peak:.1f} |")
    print(f"| the process has more (RSS) | {held.resident:.1f} |")
    print("\n| ms a simulation, with nodes | " + " | ".join(f"{size:,}" for size in SIZES) + " |")
    print("| --- |" + " ---: |" * len(SIZES))
    for parallel in LEAVES_AT_ONCE:
        found = await overheads(parallel)
        cells = " | ".join(f"{ms:.2f} ({100 * ms / POLICY_MS:.1f} %)" for ms in found)
        print(f"| leaves at once: {parallel} | {cells} |")
    print(f"\nIn brackets: share of a policy call of {POLICY_MS:.0f} ms.\n")
    print(f"| {simulations} simulations, {POLICY_MS:.0f} ms to make a state | s | times as fast |")
    print("| --- | ---: | ---: |")
    alone = 0.0
    for parallel in LEAVES_AT_ONCE:
        seconds = await seconds_with(parallel, simulations)
        alone = alone or seconds
        print(f"| leaves at once: {parallel} | {seconds:.2f} | {alone / seconds:.2f} |")


if __name__ == "__main__":
    asyncio.run(main())

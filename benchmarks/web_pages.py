"""How long 300 slow pages take, from the query to ranked passages, and what limits it.

    python benchmarks/web_pages.py [--data ../shared/data/html] [--runs 3] [--profile]

A server in a process of its own, see `page_server`, names 300 pages of 60 hosts as SearXNG does and
answers each request after 0.2 to 2 s; of the pages 5 % never answer and 5 % answer 404, 500 or cut
the connection. All of clew is real and as it comes: engine, robots.txt, limits and politeness of
fetching, worker processes, chunking, ranking. Only names lead to that server instead of the
internet, over plain HTTP, so that looking up names and TLS are not measured. Each run starts with
new connections and new worker processes; the encoder is loaded before, as it is once for all
questions. The last two columns keep pages on disk, and find them there; those that failed are not
kept and tried again.

"The delays alone" is what the same requests, in the same order, would take if clew, server and
network took no time at all: a simulation of the delays within the limits of `FetchLimits`, which
are so many requests at once, so many to a host, the pause between them, and how long a server may
be silent. That much politeness costs; what is beyond it, the work does. It says nothing of the last
column, in which few pages are fetched.

Times are by the clock since the query. Memory is what this process and its workers hold at once,
sampled every 0.1 s, and what they share is counted for each of them. CPU is seconds of one core.
With ``--profile`` one more run follows under cProfile, which counts each thread's CPU and makes
all of it slower.
"""

import argparse
import asyncio
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from local_internet import local_internet
from numpy.typing import NDArray
from page_delays import forced_seconds
from page_server import PAGES, PageServer, planned_web
from process_memory import PeakMemory
from thread_profiles import ThreadProfiles

from clew.tools.corpus.encoder import Encoder, load_encoder
from clew.tools.corpus.encoder_cache import CachingEncoder
from clew.tools.engines.searxng import SearxngSearch
from clew.tools.search.base import Found
from clew.tools.search.web import WebSearch
from clew.tools.web.cache import PageCache
from clew.tools.web.extraction_pool import ExtractionPool
from clew.tools.web.fetching import Fetcher
from clew.tools.web.limits import FetchLimits
from clew.tools.web.page import FetchOutcome, PageText
from clew.tools.web.reading import PageReader, ReadOutcome

Vectors = NDArray[np.float32]

QUERY = "What has NASA found above the surface of Jupiter's moon Europa?"
SECONDS = 60.0  # after which pages are left behind
REASONS = {
    "said nothing": "never answered",
    "answers 404": "404",
    "answers 500": "500",
    "broke off": "cut off",
}


@dataclass
class Run:
    """When things happened in a run, in seconds since its query, and what came of it."""

    started: float = field(default_factory=time.perf_counter)
    named: float = 0.0
    fetched: float = 0.0
    read: float = 0.0
    ended: float = 0.0
    taking: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    cpu: tuple[float, ...] = ()
    memory: int = 0
    embedded: int = 0
    embedding: float = 0.0
    best: str = ""

    def now(self) -> float:
        return time.perf_counter() - self.started


class TimedFetcher(Fetcher):
    """Notes when the last page came."""

    run: Run

    async def fetch(self, url: str, **named: Any) -> FetchOutcome:
        outcome = await super().fetch(url, **named)
        self.run.fetched = self.run.now()
        return outcome


class TimedReader(PageReader):
    """Notes what became of pages, and how long those that it gives them to take over each."""

    run: Run

    async def read_all(
        self, urls: Sequence[str], *, charge: Callable[[], None], seconds: float
    ) -> AsyncGenerator[tuple[str, ReadOutcome], None]:
        self.run.named = self.run.now()
        self.run.outcomes["left behind"] = len(urls)
        async for url, outcome in super().read_all(urls, charge=charge, seconds=seconds):
            self.run.outcomes["left behind"] -= 1
            self.run.outcomes[_kind(outcome)] += 1
            given = self.run.now()
            yield url, outcome
            self.run.taking += self.run.now() - given
        self.run.read = self.run.now()


class TimedEncoder:
    """Notes how many texts it embeds, and how long that takes in sum."""

    run: Run

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self.token_offsets = encoder.token_offsets
        self._encoder = encoder

    def encode(self, texts: Sequence[str], **named: Any) -> Vectors:
        begun = self.run.now()
        vectors = self._encoder.encode(texts, **named)
        self.run.embedding += self.run.now() - begun
        self.run.embedded += len(texts)
        return vectors


def _kind(outcome: ReadOutcome) -> str:
    if isinstance(outcome, PageText):
        return "read"
    return next((kind for part, kind in REASONS.items() if part in outcome.reason), outcome.reason)


async def search(server: PageServer, encoder: Encoder, cache: PageCache | None = None) -> Run:
    """Search once, with everything new but the encoder."""
    engine = SearxngSearch(address=f"http://127.0.0.1:{server.port}")
    pool = ExtractionPool()
    fetcher = TimedFetcher(network=local_internet(server.port))
    reader = TimedReader(fetcher, pool, cache)
    timed = TimedEncoder(encoder)
    backend = WebSearch(engine, lambda: reader, CachingEncoder(timed), pages=PAGES, seconds=SECONDS)
    memory = PeakMemory(without={server.pid})
    before = _cpu(server)
    run = fetcher.run = reader.run = timed.run = Run()
    outcome = await backend.search(QUERY, limit=10)
    run.ended = run.now()
    await reader.aclose()
    await engine.aclose()
    pool.close()
    run.cpu = tuple(after - at for after, at in zip(_cpu(server), before, strict=True))
    run.memory = memory.stop()
    if not isinstance(outcome, Found):
        raise SystemExit(f"the search came to nothing: {outcome!r}")
    run.best = outcome.hits[0].passage.title
    return run


def _cpu(server: PageServer) -> tuple[float, ...]:
    """Return seconds of the event loop, all of this process, workers now over, and the server."""
    over = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        time.thread_time(),
        time.process_time(),
        over.ru_utime + over.ru_stime,
        server.cpu_seconds(),
    )


def table(runs: Sequence[Run], forced: float) -> None:
    """Print what the runs came to, one beside the other."""
    names = [f"run {n}" for n in range(1, len(runs) - 1)] + ["filling the cache", "from the cache"]
    print(f"| | {' | '.join(names)} |\n| --- |{' ---: |' * len(runs)}")
    kinds = ["read", *REASONS.values(), "left behind"]
    others = sorted({kind for run in runs for kind in run.outcomes} - set(kinds))
    figures: dict[str, Callable[[Run], str]] = {
        "seconds in all": lambda run: f"{run.ended:.1f}",
        "beside the delays alone": lambda run: f"{run.ended / forced:.2f}",
        "until the engine answered": lambda run: f"{run.named:.1f}",
        "until the last page was fetched": lambda run: f"{run.fetched:.1f}",
        "until the last page was read": lambda run: f"{run.read:.1f}",
        "ranking after that": lambda run: f"{run.ended - run.read:.1f}",
        "chunking and embedding as pages come, in sum": lambda run: f"{run.taking:.1f}",
        "embedding of all that, in sum": lambda run: f"{run.embedding:.1f}",
        "pages a second": lambda run: f"{run.outcomes['read'] / run.ended:.1f}",
        **{f"pages: {kind}": partial(_count, kind) for kind in [*kinds, *others]},
        "passages embedded": lambda run: f"{run.embedded}",
        "CPU s: this process": lambda run: f"{run.cpu[1]:.1f}",
        "CPU s: of which event loop": lambda run: f"{run.cpu[0]:.1f}",
        "CPU s: workers": lambda run: f"{run.cpu[2]:.1f}",
        "CPU s: server": lambda run: f"{run.cpu[3]:.1f}",
        "peak memory, MB": lambda run: f"{run.memory / 1e6:,.0f}",
    }
    for name, cell in figures.items():
        print(f"| {name} | {' | '.join(map(cell, runs))} |")
    print(f"\nThe best hit is of the page {runs[0].best!r}")


def _count(kind: str, run: Run) -> str:
    return str(run.outcomes[kind])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/html"))
    parser.add_argument("--home", type=Path, default=Path("~/.clew").expanduser())
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"{arguments.data} is not a folder: name the data with --data")
    if arguments.profile and sys.version_info >= (3, 12):
        parser.error("--profile needs Python 3.11")
    encoder = load_encoder(cache_dir=arguments.home / "models")
    encoder.encode([QUERY])
    limits = FetchLimits()
    forced = forced_seconds(planned_web(arguments.seed), limits)
    with PageServer(arguments.data, arguments.seed) as server, TemporaryDirectory() as home:
        cache = PageCache(Path(home))
        caches = [*[None] * arguments.runs, cache, cache]
        runs = [asyncio.run(search(server, encoder, each)) for each in caches]
        asyncio.run(cache.close())
        print(
            f"{PAGES} pages, {os.cpu_count()} cores; the delays alone take {forced:.1f} s: "
            f"{limits.requests} requests at once, {limits.requests_per_host} to a host, "
            f"{limits.pause_seconds:g} s between them\n"
        )
        table(runs, forced)
        if arguments.profile:
            with ThreadProfiles() as profiles:
                run = asyncio.run(search(server, encoder))
            print(f"\nUnder cProfile: {run.ended:.1f} s")
            profiles.print(15)


if __name__ == "__main__":
    main()

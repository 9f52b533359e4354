import asyncio
import itertools
import time
from dataclasses import replace

import pytest
from loopback_internet import QUICK, LoopbackInternet, make_fetcher
from web_behaviours import after, first, page, redirect, status
from web_server import WebServer

from clew.tools.web.page import Fetched, Unreachable
from clew.tools.web.politeness import Turns


class Busy:
    """Counts who is at work at the same time."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.most = 0
        self.most_of_one = 0
        self.starts: dict[str, list[float]] = {}

    async def work(self, turns: Turns, host: str, seconds: float = 0.02) -> None:
        async with turns.turn(host):
            self.starts.setdefault(host, []).append(time.monotonic())
            self.now.append(host)
            self.most = max(self.most, len(self.now))
            self.most_of_one = max(self.most_of_one, self.now.count(host))
            await asyncio.sleep(seconds)
            self.now.remove(host)


async def test_so_many_at_once_and_fewer_to_a_host() -> None:
    busy = Busy()
    turns = Turns(requests=5, requests_per_host=2, pause_seconds=0.0)
    await asyncio.gather(*(busy.work(turns, f"{i % 4}.example") for i in range(40)))
    assert (busy.most, busy.most_of_one) == (5, 2)


async def test_requests_to_a_host_pause_between_their_starts() -> None:
    busy = Busy()
    turns = Turns(requests=10, requests_per_host=3, pause_seconds=0.05)
    await asyncio.gather(*(busy.work(turns, f"{i % 2}.example", 0.2) for i in range(6)))
    for starts in busy.starts.values():
        pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
        assert all(pause >= 0.049 for pause in pauses)
    assert busy.most_of_one > 1


async def test_a_host_that_is_asked_much_keeps_no_one_waiting() -> None:
    busy = Busy()
    turns = Turns(requests=2, requests_per_host=2, pause_seconds=10.0)
    many = [asyncio.create_task(busy.work(turns, "many.example")) for _ in range(10)]
    await asyncio.sleep(0.01)
    began = time.monotonic()
    await asyncio.gather(*(busy.work(turns, f"{i}.example") for i in range(5)))
    assert time.monotonic() - began < 5.0
    for task in many:
        task.cancel()
    await asyncio.gather(*many, return_exceptions=True)


async def test_who_is_cancelled_leaves_no_place_taken() -> None:
    busy = Busy()
    turns = Turns(requests=1, requests_per_host=1, pause_seconds=0.0)
    for _ in range(20):
        tasks = [asyncio.create_task(busy.work(turns, "site.example", 5.0)) for _ in range(3)]
        await asyncio.sleep(0.001)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.wait_for(busy.work(turns, "site.example"), timeout=2.0)


async def test_a_host_can_be_held_off() -> None:
    busy = Busy()
    turns = Turns(requests=5, requests_per_host=2, pause_seconds=0.0)
    turns.hold_off("site.example", 0.5)
    began = time.monotonic()
    await busy.work(turns, "other.example")
    assert time.monotonic() - began < 0.45
    await busy.work(turns, "site.example")
    assert busy.starts["site.example"][0] - began >= 0.49


async def test_a_host_can_be_held_off_while_someone_waits() -> None:
    busy = Busy()
    turns = Turns(requests=5, requests_per_host=2, pause_seconds=0.05)
    await busy.work(turns, "site.example")
    waiting = asyncio.create_task(busy.work(turns, "site.example"))
    await asyncio.sleep(0.01)
    turns.hold_off("site.example", 0.2)
    began = time.monotonic()
    await waiting
    assert busy.starts["site.example"][1] - began >= 0.19


async def test_a_host_that_wants_time_gets_it_from_all_its_pages() -> None:
    limits = replace(QUICK, requests_per_host=1, retry_seconds=2.0, seconds=5.0)
    throttling = first([status(429, Retry_After="1")], then=page())
    with WebServer(otherwise=throttling) as server:
        fetcher = make_fetcher(LoopbackInternet(server), limits=limits)
        urls = [f"http://site.example/{i}" for i in range(3)]
        outcomes = await asyncio.gather(*map(fetcher.fetch, urls))
        await fetcher.aclose()
        assert all(isinstance(outcome, Fetched) for outcome in outcomes)
        first_at, *others = (exchange.at for exchange in server.exchanges)
        assert all(at - first_at >= 1.0 for at in others)


async def test_hosts_that_are_done_with_are_forgotten() -> None:
    busy = Busy()
    turns = Turns(requests=5, requests_per_host=2, pause_seconds=0.0)
    for i in range(3_000):
        await busy.work(turns, f"{i}.example", 0.0)
    assert len(turns._hosts) <= 1_000


async def test_the_fetcher_waits_its_turn_outside_the_pages_time() -> None:
    limits = replace(QUICK, seconds=0.8, requests_per_host=1)
    with WebServer(otherwise=after(0.2, page())) as server:
        fetcher = make_fetcher(LoopbackInternet(server), limits=limits)
        urls = [f"http://site.example/{i}" for i in range(6)]
        outcomes = await asyncio.gather(*map(fetcher.fetch, urls))
        await fetcher.aclose()
    # One after the other they take longer than each of them has.
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)


async def test_the_fetcher_does_not_wait_its_turn_for_ever() -> None:
    limits = replace(QUICK, requests_per_host=1, turn_seconds=0.2)
    with WebServer(otherwise=after(0.4, page())) as server:
        fetcher = make_fetcher(LoopbackInternet(server), limits=limits)
        urls = [f"http://site.example/{i}" for i in range(3)]
        outcomes = await asyncio.gather(*map(fetcher.fetch, urls))
        await fetcher.aclose()
    given_up = [outcome for outcome in outcomes if isinstance(outcome, Unreachable)]
    assert len(given_up) == 2
    assert all("no turn" in outcome.reason for outcome in given_up)


@pytest.mark.parametrize("target", ["/b", "http://site.example/b"])
async def test_a_redirect_within_a_host_pauses_no_more(target: str) -> None:
    limits = replace(QUICK, pause_seconds=5.0)
    with WebServer({"/a": redirect(target), "/b": page()}) as server:
        fetcher = make_fetcher(LoopbackInternet(server), limits=limits)
        began = time.monotonic()
        assert isinstance(await fetcher.fetch("http://site.example/a"), Fetched)
        assert time.monotonic() - began < 2.0
        await fetcher.aclose()

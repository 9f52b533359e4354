"""Requests to APIs: paced, retried, bounded."""

import asyncio
import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from search_apis import SearchApis, behaving, dropped, failing, hanging, saying, slow, throttled

from clew.tools.engines.http import Answer, JsonApi, Request
from clew.tools.engines.limits import Limits
from clew.tools.search.base import Failed, Throttled

QUICK = Limits(seconds=10.0, attempts=3, backoff=0.01, longest_wait=0.5, largest=100_000)


def _request(server: SearchApis) -> Request:
    return Request("GET", f"{server.url}/searxng/search", {"q": "captain", "format": "json"})


@pytest.mark.parametrize("status", [429, 503])
async def test_a_refusal_is_tried_again(server: SearchApis, status: int) -> None:
    server.play([throttled(status=status), throttled(status=status)])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert isinstance(outcome, Answer) and len(outcome.data["results"]) == 2
    assert len(server.asked) == 3


async def test_it_is_tried_again_no_earlier_than_the_api_asks_for(server: SearchApis) -> None:
    server.play([throttled(0.3)])
    assert isinstance(await JsonApi("e", QUICK).ask(_request(server)), Answer)
    first, second = (asked.at for asked in server.asked)
    assert second - first >= 0.3


async def test_a_longer_wait_than_allowed_is_left_to_the_caller(server: SearchApis) -> None:
    server.play([throttled(17)])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert outcome == Throttled(retry_after=17.0) and len(server.asked) == 1


async def test_attempts_end(server: SearchApis) -> None:
    server.play([], then=throttled())
    assert await JsonApi("e", QUICK).ask(_request(server)) == Throttled()
    assert len(server.asked) == QUICK.attempts


async def test_waits_grow(server: SearchApis) -> None:
    server.play([], then=throttled())
    slow_ones = Limits(attempts=3, backoff=0.2)
    await JsonApi("e", slow_ones).ask(_request(server))
    first, second, third = (asked.at for asked in server.asked)
    assert second - first >= 0.1 and third - second >= 0.2


async def test_a_dropped_connection_is_tried_again(server: SearchApis) -> None:
    server.play([dropped])
    assert isinstance(await JsonApi("e", QUICK).ask(_request(server)), Answer)


@pytest.mark.parametrize("behaviour", [failing, saying(200, "?"), saying(401, {})])
async def test_what_another_attempt_would_not_change_is_not_tried_again(
    server: SearchApis, behaviour: Any
) -> None:
    server.play([behaviour])
    assert isinstance(await JsonApi("e", QUICK).ask(_request(server)), Failed)
    assert len(server.asked) == 1


async def test_nobody_there_is_a_failure() -> None:
    request = Request("GET", "http://127.0.0.1:9/")
    outcome = await JsonApi("e", QUICK).ask(request)
    assert isinstance(outcome, Failed) and "check the network" in outcome.reason


async def test_a_redirect_is_not_followed(server: SearchApis) -> None:
    server.play([saying(301, "", Location=f"{server.url}/searxng/search?q=captain&format=json")])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert isinstance(outcome, Failed) and "redirects" in outcome.reason
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"message": "No credits \x1b[31mleft"},
        {"error": {"code": "X", "detail": "No credits left"}},
        {"detail": {"error": "No credits left"}},
        {"error": "No credits left"},
    ],
)
async def test_what_an_api_says_about_an_error_is_passed_on(
    server: SearchApis, content: Any
) -> None:
    server.play([saying(402, content)])
    outcome = await JsonApi("e", QUICK, hints={402: "pay"}).ask(_request(server))
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("e answered with status 402: No credits")
    assert outcome.reason.endswith("; pay") and "\x1b" not in outcome.reason


async def test_it_names_itself_and_takes_gzip(server: SearchApis) -> None:
    body = gzip.compress(json.dumps({"ä": 1}).encode())
    server.play([saying(200, body, Content_Encoding="gzip")])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert outcome == Answer({"ä": 1})
    headers = server.asked[0].headers
    assert headers["user-agent"].startswith("clew/") and headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("size", [100_001, 50_000_000])
async def test_a_compressed_bomb_is_not_inflated(server: SearchApis, size: int) -> None:
    body = gzip.compress(b" " * size)
    server.play([saying(200, body, Content_Encoding="gzip")])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert isinstance(outcome, Failed) and "bytes" in outcome.reason


async def test_a_compressed_body_that_breaks_off_is_a_failure(server: SearchApis) -> None:
    body = gzip.compress(json.dumps({"a": list(range(1_000))}).encode())
    server.play([saying(200, body[:-20], Content_Encoding="gzip")])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert isinstance(outcome, Failed) and "breaks off" in outcome.reason


async def test_a_rest_ends(server: SearchApis) -> None:
    api = JsonApi("e", Limits(attempts=1, longest_wait=0.0))
    server.play([throttled(0.2)])
    assert isinstance(await api.ask(_request(server)), Throttled)
    assert isinstance(await api.ask(_request(server)), Throttled)
    assert len(server.asked) == 1
    await asyncio.sleep(0.25)
    assert isinstance(await api.ask(_request(server)), Answer)


async def test_requests_start_so_far_apart(server: SearchApis) -> None:
    api = JsonApi("e", Limits(slots=4, interval=0.1))
    await api.ask(_request(server))
    await asyncio.gather(*(api.ask(_request(server)) for _ in range(4)))
    times = sorted(asked.at for asked in server.asked[1:])
    assert times[-1] - times[0] >= 0.15


async def test_a_slot_is_free_again_after_cancellation(server: SearchApis) -> None:
    api = JsonApi("e", Limits(slots=1, seconds=10.0))
    server.play([hanging])
    task = asyncio.create_task(api.ask(_request(server)))
    while not server.asked:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await api.ask(_request(server)), Answer)


async def test_waiting_for_a_slot_does_not_count_as_slowness(server: SearchApis) -> None:
    api = JsonApi("e", Limits(slots=1, seconds=1.2))
    await api.ask(_request(server))
    server.play([], then=slow(0.3))
    outcomes = await asyncio.gather(*(api.ask(_request(server)) for _ in range(5)))
    assert all(isinstance(outcome, Answer) for outcome in outcomes)


async def test_connections_are_kept_until_closed(server: SearchApis) -> None:
    api = JsonApi("e", QUICK)
    server.play([], then=behaving)
    for _ in range(3):
        assert isinstance(await api.ask(_request(server)), Answer)
    assert len({asked.peer for asked in server.asked}) == 1
    await api.aclose()
    await api.aclose()
    assert isinstance(await api.ask(_request(server)), Answer)
    assert len({asked.peer for asked in server.asked}) == 2
    await api.aclose()


async def test_trouble_in_a_good_status_is_tried_again_when_it_says_when(
    server: SearchApis,
) -> None:
    def judge(data: Any, headers: httpx.Headers) -> Throttled | None:
        return Throttled(retry_after=0.01) if "busy" in data else None

    server.play([saying(200, {"busy": 1}), saying(200, {"fine": 1})])
    api = JsonApi("e", QUICK, judge=judge)
    assert await api.ask(_request(server)) == Answer({"fine": 1})


async def test_a_date_to_come_back_at_is_understood(server: SearchApis) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.play([throttled(soon)])
    outcome = await JsonApi("e", QUICK).ask(_request(server))
    assert isinstance(outcome, Throttled) and outcome.retry_after is not None
    assert 80 < outcome.retry_after < 91


async def test_an_answer_is_waited_for_no_longer_than_allowed(server: SearchApis) -> None:
    server.play([], then=hanging)
    began = time.monotonic()
    outcome = await JsonApi("e", Limits(seconds=0.2)).ask(_request(server))
    assert outcome == Failed(reason="e did not answer within 0.2 seconds")
    assert time.monotonic() - began < 3

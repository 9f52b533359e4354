"""Which questions fail when workers die, begin late or cannot begin; with workers made here."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from ray.exceptions import ActorDiedError, RayTaskError

from clew.errors import ModelUnavailable, UnknownCorpus
from clew.evals.answering import Task
from clew.evals.engines.side_by_side import handed_over
from clew.evals.engines.spread import MOST_DEATHS, Process, Spread
from clew.evals.predictions import Outcome


class _Method:
    """Looks like a method of a Ray actor."""

    def __init__(self, method: Any) -> None:
        self.remote = method


class _Actor:
    """A worker that a question named killer kills, with all that it is working on."""

    def __init__(self) -> None:
        self._dead = asyncio.Event()
        self.prepare = _Method(self._prepare)
        self.answer = _Method(self._answer)

    async def _prepare(self, tasks: Any) -> None:
        await asyncio.sleep(0)

    async def _answer(self, task: Task) -> Outcome:
        if task.id.startswith("killer"):
            await asyncio.sleep(0.002)
            self._dead.set()
        else:
            try:
                await asyncio.wait_for(self._dead.wait(), 0.005)
            except TimeoutError:
                return Outcome(id=task.id, prediction="x", seconds=0.005)
        await asyncio.sleep(0.001 * (len(task.question) + ord(task.id[-1]) % 3))
        raise ActorDiedError()


class _NoCorpus(_Actor):
    async def _prepare(self, tasks: Any) -> None:
        raise RayTaskError("prepare", "trace", UnknownCorpus("no corpus here"))


class _NeverReady(_Actor):
    async def _prepare(self, tasks: Any) -> None:
        await asyncio.Event().wait()


async def _outcomes(kinds: list[type[_Actor]], ids: list[str], workers: int) -> dict[str, Outcome]:
    tasks = [Task(id=id, question="?") for id in ids]
    spread = Spread(tasks)
    pool = [Process(kind, tasks[:1]) for kind in kinds]
    drivers = [spread.drive(pool[place % len(pool)]) for place in range(workers)]
    found = [outcome async for outcome in handed_over(drivers, spread.done, len(tasks))]
    assert len(found) == len(ids)
    return {outcome.id: outcome for outcome in found}


@pytest.mark.parametrize("workers", [2, 4, 8, 16])
async def test_only_what_kills_by_itself_fails(workers: int) -> None:
    ids = [f"good-{number}" for number in range(30)]
    ids[3:3], ids[17:17] = ["killer-a"], ["killer-b"]
    found = await _outcomes([_Actor, _Actor], ids, workers)
    assert found.keys() == set(ids)
    failed = {id for id, outcome in found.items() if outcome.error}
    assert failed == {"killer-a", "killer-b"}
    error = found["killer-a"].error
    assert error is not None and error.kind == "WorkerDied"
    assert f"{MOST_DEATHS} workers" in error.message


async def test_whoever_had_company_is_charged_with_nothing() -> None:
    tasks = [Task(id=id, question="?") for id in ("good-1", "killer", "good-2")]
    spread = Spread(tasks)
    process = Process(_Actor, tasks[:1])
    drivers = [spread.drive(process) for _ in tasks]
    assert len([each async for each in handed_over(drivers, spread.done, 3)]) == 3
    assert spread._deaths == {"killer": MOST_DEATHS}


async def test_an_agent_that_cannot_be_sent_is_told() -> None:
    def unpicklable() -> Any:
        raise TypeError("cannot pickle '_thread.lock' object")

    tasks = [Task(id="1", question="?")]
    with pytest.raises(ModelUnavailable, match="that they can import"):
        await Process(unpicklable, tasks).living()


async def test_a_worker_that_cannot_begin_takes_no_question() -> None:
    ids = [str(number) for number in range(12)]
    found = await _outcomes([_Actor, _NoCorpus], ids, 4)
    assert all(outcome.error is None for outcome in found.values())


async def test_a_worker_that_never_begins_holds_up_nobody() -> None:
    ids = [str(number) for number in range(12)]
    async with asyncio.timeout(10):
        found = await _outcomes([_Actor, _NeverReady], ids, 4)
    assert found.keys() == set(ids)


async def test_if_none_can_begin_the_reason_is_told() -> None:
    with pytest.raises(UnknownCorpus, match="no corpus here"):
        await _outcomes([_NoCorpus, _NoCorpus], ["1", "2"], 2)


class _DeadAtOnce(_Actor):
    async def _prepare(self, tasks: Any) -> None:
        raise ActorDiedError()


async def test_workers_that_die_at_their_start_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clew.evals.engines.spread._PAUSE", 0.0)
    with pytest.raises(ModelUnavailable, match="die at their start"):
        await _outcomes([_DeadAtOnce], ["1"], 1)


async def test_work_that_cancels_itself_is_an_error_not_a_wait() -> None:
    async def cancelling() -> None:
        raise asyncio.CancelledError

    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError, match="cancelled"):
            async for _ in handed_over([cancelling()], asyncio.Queue[int](), 1):
                pass

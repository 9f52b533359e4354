"""What every engine keeps to."""

import time
from contextlib import aclosing

import pytest
from eval_agents import erring_agent, polar_agent, unavailable_agent
from support import QUESTION

from clew.agent.settings import Settings
from clew.errors import ModelUnavailable
from clew.evals.answering import AgentFactory, Task
from clew.evals.engines import engine_named
from clew.evals.engines.base import Engine
from clew.evals.predictions import Outcome

ENGINES = ["asyncio", pytest.param("ray", marks=pytest.mark.slow)]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "ray":
        request.getfixturevalue("ray_cluster")
    return engine_named(request.param, workers=3)


async def _run(
    engine: Engine, tasks: list[Task], make_agent: AgentFactory = polar_agent
) -> dict[str, Outcome]:
    settings = Settings(save_runs=False)
    found = [outcome async for outcome in engine.outcomes(tasks, settings, make_agent)]
    assert len({outcome.id for outcome in found}) == len(found)
    return {outcome.id: outcome for outcome in found}


def _tasks(count: int, question: str = QUESTION) -> list[Task]:
    return [Task(id=str(number), question=question) for number in range(count)]


async def test_is_an_engine(engine: Engine) -> None:
    assert isinstance(engine, Engine)
    assert engine.workers == 3


async def test_every_question_has_its_outcome(engine: Engine) -> None:
    found = await _run(engine, _tasks(10))
    assert found.keys() == {str(number) for number in range(10)}
    assert {outcome.prediction for outcome in found.values()} == {"Akaroa, New Zealand"}
    assert all(outcome.citations and outcome.evidence for outcome in found.values())


async def test_no_question_is_no_work(engine: Engine) -> None:
    assert await _run(engine, []) == {}


async def test_a_question_that_fails_spoils_no_other(engine: Engine) -> None:
    tasks = [*_tasks(4), Task(id="bad", question="please fail now"), Task(id="empty", question=" ")]
    found = await _run(engine, tasks, erring_agent)
    assert found.keys() == {task.id for task in tasks}
    bad, empty = found.pop("bad"), found.pop("empty")
    assert bad.error is not None and "asked to fail" in bad.error.message
    assert bad.error.kind == "RunFailed" and not bad.answered
    assert empty.error is not None and empty.error.kind == "QuestionError"
    assert all(outcome.error is None for outcome in found.values())


async def test_what_cannot_begin_is_an_error_not_an_outcome(engine: Engine) -> None:
    with pytest.raises(ModelUnavailable, match="not there"):
        await _run(engine, _tasks(3), unavailable_agent)


async def test_questions_run_side_by_side(engine: Engine) -> None:
    tasks = _tasks(12, f"slow {QUESTION}")
    came = [
        time.monotonic()
        async for _ in engine.outcomes(tasks, Settings(save_runs=False), erring_agent)
    ]
    # A second each: in a row eleven would come in the eleven seconds after the first.
    assert len(came) == 12
    assert came[-1] - came[0] < 8


async def test_leaving_early_stops_the_work(engine: Engine) -> None:
    tasks = _tasks(50, f"slow {QUESTION}")
    outcomes = engine.outcomes(tasks, Settings(save_runs=False), erring_agent)
    async with aclosing(outcomes) as stream:
        async for _ in stream:
            left = time.monotonic()
            break
    # All of it would take fifteen seconds more.
    assert time.monotonic() - left < 8

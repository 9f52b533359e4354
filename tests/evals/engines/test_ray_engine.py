"""Workers of a Ray cluster that die in the middle of a run."""

from pathlib import Path

import pytest
from eval_agents import erring_agent
from support import QUESTION

from clew.agent.settings import Settings
from clew.errors import ModelUnavailable
from clew.evals.answering import Task
from clew.evals.engines.ray_engine import RayEngine
from clew.evals.engines.spread import MOST_DEATHS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("ray_cluster")]


async def test_a_killed_worker_loses_and_repeats_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "killed"
    tasks = [Task(id=str(number), question=QUESTION) for number in range(20)]
    tasks.insert(5, Task(id="killer", question=f"{QUESTION} kill-once {mark}"))
    engine = RayEngine(2)
    found = [
        outcome async for outcome in engine.outcomes(tasks, Settings(save_runs=False), erring_agent)
    ]
    assert mark.exists(), "no worker was killed"
    assert sorted(outcome.id for outcome in found) == sorted(task.id for task in tasks)
    assert {outcome.prediction for outcome in found} == {"Akaroa, New Zealand"}


async def test_a_question_that_kills_every_worker_fails_alone() -> None:
    tasks = [Task(id=str(number), question=QUESTION) for number in range(4)]
    tasks.insert(1, Task(id="killer", question=f"kill {QUESTION}"))
    engine = RayEngine(2)
    found = {
        outcome.id: outcome
        async for outcome in engine.outcomes(tasks, Settings(save_runs=False), erring_agent)
    }
    error = found.pop("killer").error
    assert error is not None and error.kind == "WorkerDied"
    assert f"{MOST_DEATHS} workers" in error.message
    assert len(found) == 4
    assert all(outcome.error is None for outcome in found.values())


async def test_a_cluster_that_is_not_there_is_told() -> None:
    engine = RayEngine(1, address="ray://127.0.0.1:1")
    with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1:1"):
        async for _ in engine.outcomes(
            [Task(id="1", question=QUESTION)], Settings(save_runs=False), erring_agent
        ):
            pass

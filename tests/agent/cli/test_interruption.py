"""Ctrl-C: nothing is lost, and the way to go on is told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTED = """
import sys
from functools import partial

sys.path.insert(0, {tests!r})
from support import CHAIN, POLAR, ContentCritic
from clew.agent import search_agent
from clew.agent.cli.app import main
from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.protocols import Proposal
from clew.tools.search.memory import MemorySearch

answers = {{"q1": "Frank Worsley", "q2": "Akaroa, New Zealand"}}
policy = ScriptedPolicy([Proposal(sub_questions=CHAIN)], answers, seconds={{"q2": {seconds}}})
search_agent.SearchAgent = partial(
    search_agent.SearchAgent, policy=policy, critic=ContentCritic(), search=[MemorySearch(POLAR)]
)
{more}
sys.argv[1:] = {arguments!r}
main()
"""

IN_A_THREAD = """
import asyncio, time
async def stuck(request):
    return await asyncio.to_thread(time.sleep, 60)
policy.read = stuck
"""


def start(
    arguments: list[str], home: Path, *, seconds: float = 0.0, more: str = ""
) -> subprocess.Popen[str]:
    tests = str(Path(__file__).resolve().parents[2])
    code = SCRIPTED.format(tests=tests, seconds=seconds, more=more, arguments=arguments)
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CLEW_HOME": str(home)},
    )


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"{words!r} was never printed: {process.communicate()[1]}")


@pytest.mark.slow
def test_stopped_run_goes_on_with_the_command_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    asked = start(
        ["ask", "Where was the captain of the Endurance born?", "--thread", "my run"],
        home,
        seconds=60,
    )
    wait_for(asked, "q2 searched")
    asked.send_signal(signal.SIGINT)
    _, told = asked.communicate(timeout=30)
    assert asked.returncode == 130
    assert told == "clew: stopped; go on with: clew resume 'my run'\n"

    resumed = start(["resume", "my run"], home)
    shown, errors = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, errors
    assert "q1 answer: Frank Worsley" in shown
    assert "q1 searched" not in shown
    assert "q2 answer: Akaroa, New Zealand" in shown


IN_THE_SCOUT = """
import asyncio
async def stuck(*_, **__):
    print("scouting", flush=True)
    await asyncio.sleep(60)
MemorySearch.search = stuck
"""

IN_THE_MAKING = """
import time
def make(agent):
    print("making", flush=True)
    time.sleep(60)
search_agent.SearchAgent.func._graph = make
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "stopped_at", "told"),
    [
        (IN_THE_SCOUT, "scouting", "stopped; go on with: clew resume early"),
        (IN_THE_MAKING, "making", "stopped before the run began; nothing is lost"),
    ],
)
def test_run_stopped_early(tmp_path: Path, more: str, stopped_at: str, told: str) -> None:
    question = "Where was the captain of the Endurance born?"
    asked = start(["ask", question, "--thread", "early"], tmp_path, more=more)
    wait_for(asked, stopped_at)
    asked.send_signal(signal.SIGINT)
    assert asked.communicate(timeout=30)[1] == f"clew: {told}\n"
    assert asked.returncode == 130

    resumed = start(["resume", "early"], tmp_path)
    shown, _ = resumed.communicate(timeout=60)
    assert ("q2 answer: Akaroa, New Zealand" in shown) == ("resume" in told)


@pytest.mark.slow
def test_stopping_does_not_wait_for_threads(tmp_path: Path) -> None:
    asked = start(
        ["ask", "Where was the captain of the Endurance born?"], tmp_path, more=IN_A_THREAD
    )
    wait_for(asked, "q1 searched")
    asked.send_signal(signal.SIGINT)
    _, told = asked.communicate(timeout=20)
    assert asked.returncode == 130
    assert "clew resume " in told


@pytest.mark.slow
def test_second_ctrl_c_quits_at_once(tmp_path: Path) -> None:
    stubborn = """
import asyncio
async def stubborn(request):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            print("no", flush=True)
policy.read = stubborn
"""
    asked = start(["ask", "Where was the captain of the Endurance born?"], tmp_path, more=stubborn)
    wait_for(asked, "q1 searched")
    asked.send_signal(signal.SIGINT)
    wait_for(asked, "no")
    asked.send_signal(signal.SIGINT)
    asked.communicate(timeout=20)
    assert asked.returncode == 130

"""The agent's face with scripted parts: every way in, saved runs, bad input."""

import asyncio
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support import POLAR, QUESTION, ContentCritic, chain_policy

from clew.agent.search_agent import SearchAgent, saved_settings
from clew.errors import (
    PlanError,
    QuestionError,
    SearchUnavailable,
    SettingsError,
    ThreadTaken,
    UnknownThread,
)
from clew.graphs.answer import Answer
from clew.graphs.events import EVENT, RunFinished, RunStarted
from clew.graphs.plan import SubQuestion, make_plan
from clew.tools.search.base import Failed, SearchOutcome
from clew.tools.search.memory import MemorySearch


@pytest.fixture
def agent() -> SearchAgent:
    return SearchAgent(policy=chain_policy(), critic=ContentCritic(), search=[MemorySearch(POLAR)])


def test_ask_answers_with_citations(agent: SearchAgent) -> None:
    answer = agent.ask(QUESTION)
    assert answer.short_answer == "Akaroa, New Zealand" and not answer.abstained
    assert [citation.passage.title for citation in answer.citations] == [
        "Endurance",
        "Frank Worsley",
    ]
    assert answer.thread_id


async def test_the_sync_face_works_where_a_loop_is_running(agent: SearchAgent) -> None:
    assert agent.ask(QUESTION).short_answer == (await agent.aask(QUESTION)).short_answer


def test_stream_tells_of_everything_and_ends_with_the_answer(agent: SearchAgent) -> None:
    events = list(agent.stream(QUESTION))
    assert isinstance(events[0], RunStarted) and isinstance(events[-1], RunFinished)
    kinds = [event.kind for event in events]
    assert kinds.count("step_finished") == 2 and "plan_extended" in kinds
    for event in events:
        assert EVENT.validate_json(event.model_dump_json()) == event


def test_a_stream_left_early_leaves_nothing_running_and_can_be_resumed(
    agent: SearchAgent,
) -> None:
    stream = agent.stream(QUESTION, thread_id="left")
    for event in stream:
        if event.kind == "step_finished":
            break
    stream.close()  # type: ignore[attr-defined]
    assert agent.resume("left").short_answer == "Akaroa, New Zealand"


def test_batch_keeps_the_order_and_reports_each_error(agent: SearchAgent) -> None:
    results = agent.batch([QUESTION, " ", QUESTION], concurrency=2)
    assert isinstance(results[0], Answer) and isinstance(results[2], Answer)
    assert isinstance(results[1], QuestionError)


@pytest.mark.parametrize("question", ["", " \n\t ", "x" * 100_000])
def test_a_question_must_be_one(agent: SearchAgent, question: str) -> None:
    with pytest.raises(QuestionError):
        agent.ask(question)


def test_a_plan_with_a_cycle_never_reaches_the_agent() -> None:
    with pytest.raises(PlanError, match="cycle"):
        make_plan([SubQuestion(id="a", text="x", parents=("a",))])


def test_a_thread_is_not_overwritten(agent: SearchAgent) -> None:
    first = agent.ask(QUESTION, thread_id="t")
    with pytest.raises(ThreadTaken, match="'t'"):
        agent.ask("Something else?", thread_id="t")
    assert agent.resume("t") == first


def test_resuming_nothing_is_an_error(agent: SearchAgent) -> None:
    with pytest.raises(UnknownThread, match="'nowhere'"):
        agent.resume("nowhere")


def test_settings_are_saved_with_the_run_and_must_match(agent: SearchAgent) -> None:
    agent.ask(QUESTION, thread_id="t")
    assert asyncio.run(saved_settings(agent.settings, "t")) == agent.settings
    other = SearchAgent(
        agent.settings,
        policy=chain_policy(),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        corpus="other",
    )
    with pytest.raises(SettingsError, match="corpus='sample'"):
        other.resume("t")


@pytest.mark.parametrize(
    "override", [{"workflow": "nope"}, {"expansion": "nope"}, {"colour": "red"}]
)
def test_an_unknown_setting_is_refused_at_once(override: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        SearchAgent(**override)


@pytest.mark.parametrize("override", [{"policy": "nope"}, {"search": ("nope",)}])
def test_an_unknown_part_is_refused_with_the_known_ones(override: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="there is"):
        SearchAgent(**override).ask(QUESTION)


class Dead:
    name = "dead"

    async def search(self, query: str, **_: Any) -> SearchOutcome:
        return Failed(reason="the cable is cut")


def test_failed_searches_are_an_error() -> None:
    agent = SearchAgent(policy=chain_policy(), critic=ContentCritic(), search=[Dead()])
    with pytest.raises(SearchUnavailable, match="the cable is cut"):
        agent.ask(QUESTION)


def test_the_graph_embeds_in_another_graph(agent: SearchAgent) -> None:
    from langgraph.graph import END, START, StateGraph

    from clew.graphs.state import State

    outer: Any = StateGraph(State)
    outer.add_node("clew", agent.graph)
    outer.add_edge(START, "clew")
    outer.add_edge("clew", END)
    state = asyncio.run(outer.compile().ainvoke({"question": QUESTION}))
    assert state["answer"].short_answer == "Akaroa, New Zealand"


def test_langgraph_json_names_a_graph_that_can_be_made() -> None:
    root = Path(__file__).resolve().parents[2]
    exported = json.loads((root / "langgraph.json").read_text())["graphs"]["clew"]
    path, _, name = exported.partition(":")
    spec = importlib.util.spec_from_file_location("loaded_by_path", root / path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {"planner", "expansion", "research", "responder"} <= set(getattr(module, name)().nodes)


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from support import *
from clew.agent.search_agent import SearchAgent
from clew.tools.search.memory import MemorySearch

class Slow(MemorySearch):
    async def search(self, query, **more):
        print("search", query, flush=True)
        if "Worsley born" in query and {die!r}:
            import asyncio
            await asyncio.sleep(0.3)
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().search(query, **more)

agent = SearchAgent(policy=chain_policy(), critic=ContentCritic(), search=[Slow(POLAR)])
answer = agent.resume("t") if {resume!r} else agent.ask(QUESTION, thread_id="t")
print("answer", answer.short_answer, flush=True)
"""


def test_a_run_killed_without_warning_resumes_where_it_stopped(tmp_path: Path) -> None:
    def run(*, die: bool, resume: bool) -> subprocess.CompletedProcess[str]:
        tests = str(Path(__file__).resolve().parents[1])
        code = KILLED.format(tests=tests, die=die, resume=resume)
        environment = {**os.environ, "CLEW_HOME": str(tmp_path / "home")}
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment
        )

    killed = run(die=True, resume=False)
    assert killed.returncode == -signal.SIGKILL
    assert "search Who was the captain" in killed.stdout
    resumed = run(die=False, resume=True)
    assert resumed.stdout.splitlines() == [
        "search Where was Frank Worsley born?",
        "answer Akaroa, New Zealand",
    ], resumed.stderr


async def test_cancelling_a_question_stops_it(agent: SearchAgent) -> None:
    class Hanging(MemorySearch):
        async def search(self, query: str, **more: Any) -> SearchOutcome:
            await asyncio.sleep(60)
            raise AssertionError

    hanging = SearchAgent(policy=chain_policy(), critic=ContentCritic(), search=[Hanging(POLAR)])
    asking = asyncio.create_task(hanging.aask(QUESTION))
    await asyncio.sleep(0.3)
    asking.cancel()
    started = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert time.monotonic() - started < 1

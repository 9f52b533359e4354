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
from typing import TYPE_CHECKING, Any

import pytest
from support import CHAIN, POLAR, QUESTION, ContentCritic, chain_policy

from clew.agent.policies.scripted import ScriptedPolicy
from clew.agent.search_agent import SearchAgent
from clew.agent.threads import saved_settings
from clew.errors import (
    PlanError,
    QuestionError,
    RunFailed,
    SearchUnavailable,
    SettingsError,
    ThreadTaken,
    UnknownThread,
)
from clew.graphs.answer import Answer
from clew.graphs.events import EVENT, RunFinished, RunStarted
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import Proposal
from clew.tools.search.base import Failed, SearchOutcome
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


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
    stopped(agent, "left")
    assert agent.resume("left").short_answer == "Akaroa, New Zealand"


def test_batch_keeps_the_order_and_reports_each_error(agent: SearchAgent) -> None:
    results = agent.batch([QUESTION, " ", QUESTION], concurrency=2)
    assert isinstance(results[0], Answer) and isinstance(results[2], Answer)
    assert isinstance(results[1], QuestionError)


def test_runs_that_begin_together_in_a_new_home_do_not_get_in_each_others_way(
    agent: SearchAgent, tmp_path: Path, model_cache: Path
) -> None:
    for number in range(5):
        home = tmp_path / str(number)
        home.mkdir()
        (home / "models").symlink_to(model_cache, target_is_directory=True)
        settings = agent.settings.replaced(home=home)
        fresh = SearchAgent(
            settings, policy=chain_policy(), critic=ContentCritic(), search=[MemorySearch(POLAR)]
        )
        results = fresh.batch([QUESTION] * 12, concurrency=12)
        assert all(isinstance(result, Answer) for result in results), results


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


def stopped(agent: SearchAgent, thread_id: str) -> None:
    """Ask, and leave when the first step is finished."""
    stream = agent.stream(QUESTION, thread_id=thread_id)
    for event in stream:
        if event.kind == "step_finished":
            break
    stream.close()  # type: ignore[attr-defined]


def test_the_parts_really_used_are_saved_with_the_run_and_must_match(agent: SearchAgent) -> None:
    stopped(agent, "t")
    saved = asyncio.run(saved_settings(agent.settings.home, "t"))
    assert (saved.policy, saved.critic, saved.search) == ("scripted", "content", ("memory",))
    parts: Any = {"critic": ContentCritic(), "search": [MemorySearch(POLAR)]}
    other = SearchAgent(agent.settings, policy=chain_policy(), corpus="other", **parts)
    with pytest.raises(SettingsError, match="corpus='sample'"):
        other.resume("t")
    renamed = chain_policy()
    renamed.name = "mine"
    with pytest.raises(SettingsError, match="policy='scripted'"):
        SearchAgent(agent.settings, policy=renamed, **parts).resume("t")
    assert agent.resume("t").short_answer == "Akaroa, New Zealand"


def test_a_finished_run_can_be_read_without_its_parts(agent: SearchAgent) -> None:
    answer = agent.ask(QUESTION, thread_id="t")
    assert SearchAgent(agent.settings, corpus="gone").resume("t") == answer


async def test_a_run_that_is_going_on_is_left_alone(agent: SearchAgent) -> None:
    results = await asyncio.gather(
        *(agent.aask(QUESTION, thread_id="same") for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == [
        "Answer",
        "ThreadBusy",
        "ThreadBusy",
    ]
    assert isinstance(agent.resume("same"), Answer)


def test_the_graph_keeps_to_the_agents_budget_and_checks_the_question() -> None:
    agent = SearchAgent(
        policy=chain_policy(),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        max_searches=1,
    )
    state = asyncio.run(agent.graph.ainvoke({"question": QUESTION}))
    assert state["answer"].usage.searches == 1 and state["answer"].stopped_by == "searches"
    with pytest.raises(QuestionError):
        asyncio.run(agent.graph.ainvoke({"question": " "}))


class Hanging(MemorySearch):
    """Never answers."""

    async def search(self, query: str, **more: Any) -> SearchOutcome:
        await asyncio.sleep(60)
        raise AssertionError


def test_a_hanging_backend_cannot_outlast_the_seconds() -> None:
    agent = SearchAgent(
        policy=chain_policy(), critic=ContentCritic(), search=[Hanging(POLAR)], max_seconds=1
    )
    started = time.monotonic()
    answer = agent.ask(QUESTION)
    assert time.monotonic() - started < 1.5
    assert answer.abstained and answer.stopped_by == "seconds"


class Broken(ScriptedPolicy):
    """Raises something of its own, in a method that is named."""

    def __init__(self, method: str) -> None:
        super().__init__([Proposal(sub_questions=CHAIN)], {})

        async def fail(request: Any) -> Any:
            raise TimeoutError("the model took too long")

        setattr(self, method, fail)


@pytest.mark.parametrize("method", ["plan", "chain", "rewrite", "read", "refine", "write"])
def test_what_a_policy_raises_is_an_error_in_its_questions_place(method: str) -> None:
    agent = SearchAgent(
        policy=Broken(method),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        workflow="searchain" if method == "chain" else "mindsearch",
    )
    (result,) = agent.batch([QUESTION])
    assert isinstance(result, RunFailed) and "took too long" in str(result)


def test_a_batch_needs_someone_to_work_on_it(agent: SearchAgent) -> None:
    with pytest.raises(SettingsError, match="concurrency"):
        agent.batch([QUESTION], concurrency=0)


def test_a_corpus_of_another_encoder_is_refused(
    encoder: "Encoder", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clew.tools.corpus.indexing import index_documents

    agent = SearchAgent(corpus="notes")
    (tmp_path / "note.txt").write_text("Fram was launched in 1892.")
    monkeypatch.setattr(encoder, "name", "another")
    index_documents(
        [tmp_path / "note.txt"], home=agent.settings.home, name="notes", encoder=encoder
    )
    monkeypatch.undo()
    monkeypatch.setenv("CLEW_HOME", str(agent.settings.home))
    with pytest.raises(SettingsError, match="another"):
        SearchAgent(agent.settings).ask(QUESTION)


@pytest.mark.parametrize(
    "override", [{"workflow": "nope"}, {"expansion": "nope"}, {"colour": "red"}]
)
def test_an_unknown_setting_is_refused_at_once(override: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        SearchAgent(**override)


@pytest.mark.parametrize("override", [{"policy": "nope"}, {"search": ("nope",)}])
def test_an_unknown_part_is_refused_with_the_known_ones(override: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="there is"):
        SearchAgent(**override)


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
from clew.agent.policies.scripted import ScriptedPolicy
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

policy = {policy}
agent = SearchAgent(
    policy=policy, critic=ContentCritic(), search=[Slow(POLAR)], workflow={workflow!r}
)
answer = agent.resume("t") if {resume!r} else agent.ask(QUESTION, thread_id="t")
print("answer", answer.short_answer, flush=True)
if answer.tree:
    print("tree", [branch.nodes for branch in answer.tree.branches], flush=True)
"""


ERRING = """__import__("chain_runs").script(q1="Colin Archer", q2="Larvik, Norway")"""
TREE = "tree [('q1', 'q2'), ('q1_2', 'q2_2'), ('q1_2', 'q2_2_2')]"


@pytest.mark.parametrize(
    ("workflow", "policy", "told"),
    [("mindsearch", "chain_policy()", []), ("searchain", ERRING, [TREE])],
)
def test_a_run_killed_without_warning_resumes_where_it_stopped(
    workflow: str, policy: str, told: list[str], tmp_path: Path
) -> None:
    def run(*, die: bool, resume: bool) -> subprocess.CompletedProcess[str]:
        tests = str(Path(__file__).resolve().parents[1])
        code = KILLED.format(tests=tests, die=die, resume=resume, workflow=workflow, policy=policy)
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
        *told,
    ], resumed.stderr


async def test_cancelling_a_question_stops_it() -> None:
    hanging = SearchAgent(policy=chain_policy(), critic=ContentCritic(), search=[Hanging(POLAR)])
    asking = asyncio.create_task(hanging.aask(QUESTION))
    await asyncio.sleep(0.3)
    asking.cancel()
    started = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert time.monotonic() - started < 1

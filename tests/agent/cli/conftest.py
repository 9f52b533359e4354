"""A command line whose agent follows a script, and a run to show."""

from collections.abc import Iterator
from functools import partial

import pytest
from support import POLAR, QUESTION, ContentCritic, chain_policy

from clew.agent.search_agent import SearchAgent
from clew.graphs.answer import Answer
from clew.graphs.events import Event, RunFinished
from clew.tools.search.memory import MemorySearch


@pytest.fixture
def _scripted_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command that asks answer `QUESTION` by script, and nothing else."""
    scripted = partial(
        SearchAgent,
        policy=chain_policy(),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        check_support=False,
    )
    monkeypatch.setattr("clew.agent.search_agent.SearchAgent", scripted)


@pytest.fixture(scope="session")
def run_events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """The events of a run that answers `QUESTION`, for anyone to show."""
    agent = SearchAgent(
        policy=chain_policy(),
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        check_support=False,
        home=tmp_path_factory.mktemp("home"),
    )

    def events() -> Iterator[Event]:
        yield from agent.stream(QUESTION, thread_id="thread-1")

    return list(events())


@pytest.fixture(scope="session")
def answer(run_events: list[Event]) -> Answer:
    """The answer that the run ends with."""
    last = run_events[-1]
    assert isinstance(last, RunFinished)
    return last.answer

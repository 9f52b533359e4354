"""What agents search and read the web with, and how it is closed."""

import asyncio
from pathlib import Path

import pytest

from clew.agent.search_agent import SearchAgent
from clew.agent.settings import Settings
from clew.agent.web_access import WebAccess
from clew.errors import SettingsError
from clew.tools.search.base import FREE_OF_CHARGE
from clew.tools.web.page import Refused


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_an_engine_is_made_once(settings: Settings) -> None:
    web = WebAccess(settings)
    assert web.engine("wikipedia") is web.engine("wikipedia")


def test_an_engine_that_lacks_its_key_says_so_each_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRAVE_API_KEY", raising=False)
    for _ in range(2):
        with pytest.raises(SettingsError, match="BRAVE_API_KEY"):
            WebAccess(settings).engine("brave")


def test_a_loop_has_its_own_reader_until_it_leaves(settings: Settings) -> None:
    web = WebAccess(settings)

    async def visit() -> None:
        first = web.reader()
        assert web.reader() is first
        outcome = await first.read("http://127.0.0.1/", charge=FREE_OF_CHARGE.page)
        assert isinstance(outcome, Refused)
        await web.leave_loop()
        assert web.reader() is not first
        await web.aclose()
        await web.aclose()

    asyncio.run(visit())
    asyncio.run(visit())


def test_an_agent_may_be_closed_at_any_time_and_used_again(settings: Settings) -> None:
    with SearchAgent(settings, search="wikipedia") as agent:
        agent.close()
    other = agent.searching(["wikipedia", "ddgs"])
    other.close()
    agent.close()

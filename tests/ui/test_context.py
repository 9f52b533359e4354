import pytest

from clew import Settings
from clew.errors import SettingsError
from clew.ui.context import AGENTS_KEPT, PageContext


@pytest.fixture
def page(tmp_path):
    return PageContext(Settings(home=tmp_path))


def test_the_same_settings_give_the_same_agent(page):
    assert page.agent_for({"seed": 1}) is page.agent_for({"seed": 1})
    assert page.agent_for({"seed": 1}) is not page.agent_for({})


def test_an_unusable_setting_is_refused(page):
    with pytest.raises(SettingsError, match="max_rounds"):
        page.agent_for({"max_rounds": 0})


def test_the_agent_that_was_used_least_recently_is_let_go(page):
    first = page.agent_for({"seed": 1})
    kept = page.agent_for({"seed": 2})
    for seed in range(3, AGENTS_KEPT + 2):
        page.agent_for({"seed": seed})
        assert page.agent_for({"seed": 2}) is kept
    assert page.agent_for({"seed": 1}) is not first

"""Engines by name, with their keys and addresses."""

import subprocess
import sys

import pytest
from search_formats import KEY

from clew.errors import SettingsError
from clew.tools.engines.base import SearchEngine
from clew.tools.engines.catalogue import ENGINES, engine_named

KEYED = {"brave": "BRAVE_API_KEY", "tavily": "TAVILY_API_KEY", "serper": "SERPER_API_KEY"}


@pytest.mark.parametrize("name", ENGINES)
def test_each_engine_is_made(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "ddgs":
        pytest.importorskip("ddgs", reason="the package ddgs is not installed")
    for variable in KEYED.values():
        monkeypatch.setenv(variable, KEY)
    engine = engine_named(name, searxng="http://localhost:8080")
    assert isinstance(engine, SearchEngine) and engine.name == name
    assert KEY not in repr(engine)


@pytest.mark.parametrize("name", ["google", "", "Brave"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        engine_named(name)
    assert all(each in str(caught.value) for each in ENGINES)


@pytest.mark.parametrize(("name", "variable"), KEYED.items())
def test_a_missing_key_names_the_variable_and_where_to_get_one(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(SettingsError, match=f"https://.*{variable}"):
        engine_named(name)


@pytest.mark.parametrize("wrong", ["two words of it", "short", "new\nline-0123", "schlüssel-0123"])
@pytest.mark.parametrize(("name", "variable"), KEYED.items())
def test_what_cannot_be_a_key_is_refused_without_being_shown(
    name: str, variable: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, wrong)
    with pytest.raises(SettingsError, match=variable) as caught:
        engine_named(name)
    assert wrong not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        *(None, "", " ", "localhost:8080", "ftp://a.org", "http://", "http://u:p@a.org"),
        *("http://a.org/?q=1", "http://a.org:99999", "http://[::1", "http://a.org/#x"),
    ],
)
def test_searxng_wants_an_address(address: str | None) -> None:
    with pytest.raises(SettingsError, match="http://localhost:8080"):
        engine_named("searxng", searxng=address)


def test_naming_engines_costs_no_import_of_any() -> None:
    code = (
        "import sys; from clew.tools.engines.catalogue import ENGINES; "
        "sys.exit(bool({'httpx', 'ddgs', 'primp'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0

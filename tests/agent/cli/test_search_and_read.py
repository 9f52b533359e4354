"""``clew search`` and ``clew read``, without the open web."""

import json
from typing import TYPE_CHECKING

import pytest
from support import POLAR

from clew.agent.cli.app import run
from clew.tools.corpus.indexing import index_documents

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

LOOPBACK = "http://127.0.0.1/"


@pytest.fixture(scope="module")
def polar(encoder: "Encoder", tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options that have the passages of `POLAR` searched."""
    home = tmp_path_factory.mktemp("home")
    lines = [{"id": each.title, "title": each.title, "text": each.text} for each in POLAR]
    file = home / "polar.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    index_documents([file], home=home, name="polar", encoder=encoder)
    return ["--home", str(home), "--corpus", "polar"]


def test_search_shows_passages_with_their_sources(
    polar: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", *polar, "captain of the Endurance", "--limit", "2"]) == 0
    shown = capsys.readouterr().out
    assert "Frank Worsley" in shown and "polar.jsonl#Endurance" in shown


def test_search_prints_every_outcome_as_json(
    polar: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", *polar, "captain of the Endurance", "--limit", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["corpus"]
    assert found["kind"] == "found" and len(found["hits"]) == 2


def test_nothing_found_has_a_code_of_its_own(
    polar: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", *polar, "?!"]) == 3
    assert "corpus: nothing found" in capsys.readouterr().out


def test_an_engine_without_its_key_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRAVE_API_KEY", raising=False)
    assert run(["search", "ice", "--search", "brave"]) == 2
    assert "BRAVE_API_KEY" in capsys.readouterr().err


def test_an_unknown_backend_is_answered_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["search", "ice", "--search", "altavista"]) == 2
    told = capsys.readouterr().err
    assert "altavista" in told and "wikipedia" in told


@pytest.mark.parametrize("url", [LOOPBACK, "file:///etc/passwd", "http://[::1]/", "no address"])
def test_what_is_not_on_the_public_web_is_not_read(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["read", url]) == 2
    assert "was not read" in capsys.readouterr().err

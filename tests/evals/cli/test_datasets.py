import json

import pytest

from clew.agent.cli.app import run
from clew.evals.datasets.registry import FORMATS


def test_every_format_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "datasets"]) == 0
    shown = capsys.readouterr().out
    for name, each in FORMATS.items():
        assert f"{name}: {each.about}\n" in shown
    assert "hub:hotpotqa, which is hub:hotpotqa/hotpot_qa:distractor:validation" in shown
    assert "have not been checked" in shown


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "datasets", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["formats"]
    assert [each["name"] for each in listed] == [*FORMATS, "beir"]
    assert all(each["licence"] and each["file"] and each["passages"] for each in listed)

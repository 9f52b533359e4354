"""What the README shows in Python works as it stands there."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.parametrize("shows", ["register_workflow", "register_expansion"])
def test_what_is_registered_as_shown_answers(shows: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (each for each in blocks if shows in each)
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    answer = names["answer"]
    assert getattr(answer, "short_answer", None) == "Akaroa"
    assert len(getattr(answer, "citations", ())) == 2

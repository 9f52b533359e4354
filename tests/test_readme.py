"""What the README shows in Python works as it stands there."""

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_workflow_of_ones_own_answers() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (each for each in blocks if "register_workflow" in each)
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    answer = names["answer"]
    assert getattr(answer, "short_answer", None) == "Akaroa"
    assert len(getattr(answer, "citations", ())) == 2

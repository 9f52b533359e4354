"""What ``import clew`` offers, and that it costs nothing until it is used."""

import subprocess
import sys

import pytest

import clew

_LOADED = """
import sys
import clew
slow = {"pydantic", "asyncio", "langgraph", "numpy", "torch"} & sys.modules.keys()
sys.exit(str(slow) if slow else 0)
"""


def test_importing_loads_nothing_slow() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", clew.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(clew, name) is not None
    assert name in dir(clew)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        clew.nonsense  # noqa: B018

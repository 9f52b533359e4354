"""Every module can be the first that is imported, whatever a caller begins with."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Third-party packages are loaded once; each module is then imported in a fork that has no other
# module of clew.
TRIED = """
import os, sys, traceback
import aiosqlite, langgraph.graph, langgraph.func, langgraph.checkpoint.sqlite.aio, numpy, pydantic
import typer
assert not any(name.split(".")[0] == "clew" for name in sys.modules)
for name in sys.argv[1:]:
    if os.fork() == 0:
        try:
            __import__(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"{name} cannot be imported first")
"""


def test_every_module_of_graph_and_agent_can_be_imported_first() -> None:
    files = [*(ROOT / "graphs").rglob("*.py"), *(ROOT / "agent").glob("*.py")]
    files += (ROOT / "agent" / "cli").glob("*.py")
    parts = [("clew", *file.relative_to(ROOT).with_suffix("").parts) for file in files]
    modules = sorted(".".join(each).removesuffix(".__init__") for each in parts)
    assert "clew.agent.threads" in modules
    tried = subprocess.run([sys.executable, "-c", TRIED, *modules], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr

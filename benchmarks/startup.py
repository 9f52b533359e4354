"""How fast the command line is there: ``clew --help``, and a warm ``clew ask`` in its parts.

python benchmarks/startup.py
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "Where was the captain of the Endurance born?"

PARTS = """
import json, sys, time
start = time.perf_counter()
marks = {}
def mark(name):
    global start
    now = time.perf_counter()
    marks[name] = now - start
    start = now
from clew.agent.search_agent import SearchAgent
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.retrieval import Retriever
from clew.agent.policies.embedded.policy import EmbeddedPolicy
mark("import clew with LangGraph")
agent = SearchAgent(home=sys.argv[1])
encoder = agent._assembly.encoder
mark("load the encoder")
agent.graph
mark("open the corpus, build the graph")
next(iter(encoder.encode([sys.argv[2]])))
mark("encode one question")
agent.ask(sys.argv[2])
mark("first question (loads Chroma and the term index)")
agent.ask(sys.argv[2])
mark("the same question again")
print(json.dumps(marks))
"""


def seconds(command: list[str]) -> float:
    """Return the wall time of one run of a command."""
    started = time.perf_counter()
    subprocess.run(command, check=False, capture_output=True)
    return time.perf_counter() - started


def row(name: str, values: list[float]) -> None:
    print(f"| {name} | {1000 * statistics.median(values):.0f} | {1000 * max(values):.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    clew = str(Path(sys.executable).with_name("clew"))
    if not shutil.which(clew):
        raise SystemExit("install clew into this environment first: make .venv")
    with tempfile.TemporaryDirectory() as home:
        ask = [clew, "ask", QUESTION, "--home", home, "--json"]
        first = subprocess.run(ask, capture_output=True, text=True)
        if first.returncode != 0:
            raise SystemExit(f"clew ask failed: {first.stdout}{first.stderr}")
        pairs = [
            (seconds([sys.executable, "-c", "pass"]), seconds([clew, "--help"]))
            for _ in range(runs)
        ]
        bare, help_ = zip(*pairs, strict=True)
        asked = [seconds(ask) for _ in range(runs)]
        parts = [
            json.loads(
                subprocess.run(
                    [sys.executable, "-c", PARTS, home, QUESTION],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
            )
            for _ in range(max(3, runs // 2))
        ]
    print(
        f"{runs} runs each, caches warm\n\n| command | median ms | worst ms |\n| --- | --- | --- |"
    )
    row("`python -c pass`", list(bare))
    row("`clew --help`", list(help_))
    allowed = 2 * statistics.median(bare) + 0.150
    print(f"| allowed for `clew --help`: twice the first plus 150 ms | {1000 * allowed:.0f} | |")
    row("`clew ask` on the sample corpus", asked)
    for name in parts[0]:
        row(f"… {name}", [each[name] for each in parts])


if __name__ == "__main__":
    main()

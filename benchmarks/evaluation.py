"""How an evaluation scales with its workers, what resuming costs, and Ray beside asyncio.

Two policies answer: the embedded one, which computes on this machine, and a simulated one, whose
every call waits a fixed time and computes nothing, as a model that is served elsewhere does. With
that one the ideal is to be as many times as fast as there are workers.

    python benchmarks/evaluation.py
    python benchmarks/evaluation.py --only workers --delay 0.2
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from clew import SearchAgent, Settings
from clew.agent.policies.scripted import ScriptedPolicy
from clew.evals import evaluate
from clew.evals.predictions import Prediction
from clew.evals.watching import Watcher
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import Judges, Proposal
from clew.graphs.steps import Trajectory, Verdict
from clew.tools.passages import Passage, passage_id
from clew.tools.search.memory import MemorySearch

SAMPLE = Path(__file__).resolve().parents[1] / "tools" / "corpus" / "sample" / "questions.jsonl"
WORKERS = (1, 2, 4, 8)
PARTS = ("workers", "ray", "resume")

AgentFactory = Callable[[Settings], SearchAgent]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="all of it by default")
    parser.add_argument("--questions", type=int, default=64)
    parser.add_argument("--delay", type=float, default=0.1, help="seconds of a simulated call")
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder), arguments.home, arguments.questions)
        runs.rate(SearchAgent, workers=1, questions=2)  # indexes and exports what is missing
        policies = {"embedded": SearchAgent, "simulated": simulated(arguments.delay)}
        parts = arguments.only or PARTS
        if "workers" in parts:
            measure_workers(runs, policies)
        if "ray" in parts:
            measure_ray(runs, policies)
        if "resume" in parts:
            measure_resuming(runs)


class Runs:
    """Makes runs in throw-away folders and times them."""

    def __init__(self, folder: Path, home: Path, questions: int) -> None:
        self._folder = folder
        self._home = home
        self.questions = questions
        self._made = 0

    def new(self) -> Path:
        self._made += 1
        return self._folder / str(self._made)

    def run(self, out: Path, make_agent: AgentFactory, **options: Any) -> "Clock":
        clock = Clock()
        options = {"limit": self.questions, "corpus": "sample"} | options
        evaluate(SAMPLE, out=out, home=self._home, make_agent=make_agent, watcher=clock, **options)
        return clock

    def rate(self, make_agent: AgentFactory, *, workers: int, **options: Any) -> float:
        """Return questions a second, from when the first is begun to when the last is done."""
        if "questions" in options:
            options["limit"] = options.pop("questions")
        return self.run(self.new(), make_agent, workers=workers, **options).rate


class Clock(Watcher):
    """Notes when questions were begun and done."""

    def __init__(self) -> None:
        self._started: list[float] = []
        self._ended: list[float] = []

    def came(self, prediction: Prediction) -> None:
        assert prediction.error is None, prediction.error
        now = time.monotonic()
        self._ended.append(now)
        self._started.append(now - prediction.seconds)

    @property
    def rate(self) -> float:
        return len(self._ended) / (max(self._ended) - min(self._started))


def measure_workers(runs: Runs, policies: dict[str, AgentFactory]) -> None:
    print(f"{runs.questions} questions of the sample corpus, engine asyncio\n")
    print("| policy | workers | questions/s | speed-up | of the ideal |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, make_agent in policies.items():
        alone = 0.0
        for workers in WORKERS:
            rate = runs.rate(make_agent, workers=workers)
            alone = alone or rate
            ideal = workers if name == "simulated" else None
            share = f"{rate / alone / ideal:.2f}" if ideal else ""
            print(f"| {name} | {workers} | {rate:.2f} | {rate / alone:.2f} | {share} |", flush=True)
    print()


def measure_ray(runs: Runs, policies: dict[str, AgentFactory]) -> None:
    print(
        "| policy | workers | asyncio, questions/s | ray, questions/s | ratio | ray starts in s |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, workers in (("embedded", 2), ("simulated", 2), ("simulated", 8)):
        here = runs.rate(policies[name], workers=workers)
        began = time.monotonic()
        clock = runs.run(runs.new(), policies[name], workers=workers, engine="ray")
        starting = time.monotonic() - began - runs.questions / clock.rate
        print(
            f"| {name} | {workers} | {here:.2f} | {clock.rate:.2f} | {clock.rate / here:.2f} "
            f"| {starting:.1f} |",
            flush=True,
        )
    print()


def measure_resuming(runs: Runs) -> None:
    """Time a run in one go, and one that was cut in the middle and taken up again."""
    whole = runs.new()
    began = time.monotonic()
    runs.run(whole, SearchAgent, workers=2)
    in_one_go = time.monotonic() - began
    cut = runs.new()
    shutil.copytree(whole, cut)
    lines = (cut / "predictions.jsonl").read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    # As a kill leaves it: half of the lines, the next one torn, no figures.
    (cut / "predictions.jsonl").write_bytes(b"".join(lines[:half]) + lines[half][:100])
    (cut / "metrics.json").unlink()
    began = time.monotonic()
    runs.run(cut, SearchAgent, workers=2, resume=True)
    second_half = time.monotonic() - began
    began = time.monotonic()
    runs.run(whole, SearchAgent, workers=2, resume=True)
    nothing = time.monotonic() - began
    print("| run of the embedded policy, 2 workers | seconds |\n| --- | ---: |")
    print(f"| {runs.questions} questions in one go | {in_one_go:.1f} |")
    print(f"| resumed with half of them done | {second_half:.1f} |")
    print(f"| resumed with all of them done | {nothing:.1f} |")
    same = [
        {key: value for key, value in json.loads(line).items() if key != "seconds"}
        for line in lines
    ] == [
        {key: value for key, value in json.loads(line).items() if key != "seconds"}
        for line in (cut / "predictions.jsonl").read_bytes().splitlines()
    ]
    print(f"\nThe predictions of both are {'the same' if same else 'DIFFERENT'}, seconds apart.")


def simulated(delay: float) -> AgentFactory:
    """Return what makes an agent whose every policy call takes so long, and no computing."""
    texts = {"Ship": "The captain of the ship is Frank.", "Frank": "Frank was born in Akaroa."}
    passages = [
        Passage(id=passage_id(title, 0, text), source=f"s#{title}", title=title, text=text)
        for title, text in texts.items()
    ]
    chain = (
        SubQuestion(id="q1", text="Who is the captain of the ship?"),
        SubQuestion(id="q2", text="Where was {q1} born?", parents=("q1",)),
    )

    def make(settings: Settings) -> SearchAgent:
        scripted = ScriptedPolicy([Proposal(sub_questions=chain)], {"q1": "Frank", "q2": "Akaroa"})
        return SearchAgent(
            settings,
            policy=Waiting(scripted, delay),
            critic=Trusting(),
            search=[MemorySearch(passages)],
        )

    return make


class Waiting:
    """A policy whose every call takes a fixed time more."""

    name = "simulated"
    reworks = False

    def __init__(self, policy: Any, delay: float) -> None:
        self._policy = policy
        self._delay = delay

    async def _call(self, method: str, request: Any) -> Any:
        await asyncio.sleep(self._delay)
        return await getattr(self._policy, method)(request)

    async def plan(self, request: Any) -> Any:
        return await self._call("plan", request)

    async def chain(self, request: Any) -> Any:
        return await self._call("chain", request)

    async def rewrite(self, request: Any) -> Any:
        return await self._call("rewrite", request)

    async def read(self, request: Any) -> Any:
        return await self._call("read", request)

    async def refine(self, request: Any) -> Any:
        return await self._call("refine", request)

    async def write(self, request: Any) -> Any:
        return await self._call("write", request)


class Trusting:
    """A critic that finds every step good."""

    name = "trusting"
    judges: Judges = "step"

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        return [[Verdict(score=1.0) for _ in each.steps] for each in trajectories]


if __name__ == "__main__":
    main()

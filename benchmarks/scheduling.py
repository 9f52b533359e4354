"""Scheduling: wall time over critical path, and what the graph and its checkpoints cost.

Random plans of 50 sub-questions run through the whole ``mindsearch`` graph with a scripted policy
whose reading takes a simulated time; everything else is real, the SQLite checkpointer too.

    python benchmarks/scheduling.py
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from clew import SearchAgent
from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.plan import Plan, SubQuestion, make_plan
from clew.graphs.protocols import Judges, Proposal
from clew.graphs.steps import Trajectory, Verdict
from clew.tools.passages import Passage
from clew.tools.search.memory import MemorySearch


class ContentCritic:
    """Finds every step good, at once: the critic is not what is measured."""

    name = "content"
    judges: Judges = "step"

    async def score(self, trajectories: Sequence[Trajectory]) -> list[list[Verdict]]:
        return [[Verdict(score=1.0) for _ in each.steps] for each in trajectories]


def random_plan(size: int, random_: random.Random) -> Plan:
    """Return a plan in which each sub-question needs up to three of the ones before it."""
    subs: list[SubQuestion] = []
    for number in range(1, size + 1):
        most = min(3, len(subs))
        parents = random_.sample([sub.id for sub in subs], random_.randint(0, most))
        needs = " and ".join(f"{{{id}}}" for id in parents)
        text = f"what is item {number} given {needs}" if parents else f"what is item {number}"
        subs.append(SubQuestion(id=f"q{number}", text=text, parents=tuple(parents)))
    return make_plan(subs)


def critical_path(plan: Plan, seconds: dict[str, float]) -> float:
    """Return the seconds that the longest chain of sub-questions takes."""
    done: dict[str, float] = {}
    for sub in plan.in_order():
        done[sub.id] = seconds[sub.id] + max((done[id] for id in sub.parents), default=0.0)
    return max(done.values())


async def run(plan: Plan, seconds: dict[str, float], home: Path) -> float:
    """Answer the plan once; return the wall time in seconds."""
    passages = [
        Passage(id=sub.id, source="memory", title=sub.id, text=f"item {sub.id} is answer {sub.id}")
        for sub in plan.sub_questions
    ]
    policy = ScriptedPolicy(
        [Proposal(sub_questions=plan.sub_questions)],
        {sub.id: f"answer {sub.id}" for sub in plan.sub_questions},
        seconds,
    )
    agent = SearchAgent(
        home=home, policy=policy, critic=ContentCritic(), search=[MemorySearch(passages)]
    )
    started = time.perf_counter()
    answer = await agent.aask("what follows from all items?")
    wall = time.perf_counter() - started
    assert len(answer.steps) == len(plan.sub_questions) and not answer.stopped_by
    return wall


async def main(plans: int, size: int, seed: int, least: float, most: float) -> None:
    random_ = random.Random(seed)
    ratios, costs = [], []
    with tempfile.TemporaryDirectory() as home:
        await run(random_plan(2, random_), {}, Path(home))
        for _ in range(plans):
            plan = random_plan(size, random_)
            seconds = {sub.id: random_.uniform(least, most) for sub in plan.sub_questions}
            ratios.append(await run(plan, seconds, Path(home)) / critical_path(plan, seconds))
            costs.append(await run(plan, {}, Path(home)) / size * 1000)
    print(f"{plans} random plans of {size} sub-questions, reading takes {least} to {most} s each\n")
    print("| figure | median | worst |\n| --- | --- | --- |")
    print(f"| wall time / critical path | {statistics.median(ratios):.3f} | {max(ratios):.3f} |")
    cost, worst = statistics.median(costs), max(costs)
    print(f"| graph and checkpoint, ms a sub-question | {cost:.1f} | {worst:.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=10)
    parser.add_argument("--size", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, nargs=2, default=(0.5, 1.5))
    arguments = parser.parse_args()
    asyncio.run(main(arguments.plans, arguments.size, arguments.seed, *arguments.seconds))

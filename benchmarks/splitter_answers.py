"""What splitting with the trained splitter does for retrieval and answers on training questions.

Questions whose plan the trained splitter changes are answered twice, from the plan of the rules and
from the plan of both; all others count as no difference. The splitter learnt from none of them:
MuSiQue's training questions with paragraphs, and HotpotQA's bridge questions. Their paragraphs are
indexed by `benchmarks/fit_ranking.py`, in the same home.

    python benchmarks/splitter_answers.py
    python benchmarks/splitter_answers.py --set musique --limit 50
"""

import argparse
import asyncio
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clew import SearchAgent, Settings
from clew.agent.networks.network import Network
from clew.agent.networks.shipped import SHIPPED
from clew.agent.policies.embedded.planning import split
from clew.agent.policies.embedded.splitting import Splitter
from clew.evals.gold import title_key
from clew.evals.metrics import bootstrap, f1, recall_at
from clew.graphs.plan import SubQuestion, make_plan

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "train"
SETS = ("musique", "hotpotqa")
MEASURES = ("recall@2", "recall@5", "f1", "abstained", "searches")


@dataclass(frozen=True)
class Asked:
    """A training question with the titles of its gold paragraphs."""

    question: str
    answer: str
    gold: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--weights", type=Path, default=SHIPPED / "splitter.safetensors")
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--limit", type=int, default=240, help="questions of a set, drawn")
    arguments = parser.parse_args()
    network = Network(arguments.weights, "splitter", cache_dir=arguments.home / "models")
    splitter = Splitter(network)
    print("| set | plans changed | measure | rules | both | difference | over all questions |")
    print("| --- | ---: | --- | ---: | ---: | --- | --- |")
    for name in arguments.set or SETS:
        found = list(questions(arguments.data / f"{name}_paragraphs.jsonl"))
        found = random.Random(5).sample(found, min(arguments.limit, len(found)))
        agent = SearchAgent(Settings(home=arguments.home), corpus=f"train_{name}")
        asyncio.run(compare(name, found, agent, splitter))


def questions(file: Path) -> Iterator[Asked]:
    """Read the questions of several hops of a training set."""
    for row in map(json.loads, file.open(encoding="utf-8")):
        if "paragraphs" in row:
            titles = [each["title"] for each in row["paragraphs"] if each["is_supporting"]]
        elif row["type"] == "bridge":
            titles = [title for title, _ in row["supporting_facts"]]
        else:
            continue
        gold = tuple(dict.fromkeys(map(title_key, titles)))
        yield Asked(row["question"], row["answer"], gold)


async def compare(name: str, found: list[Asked], agent: SearchAgent, splitter: Splitter) -> None:
    """Answer the questions whose plans differ both ways, and print the differences."""
    pairs = []
    for each in found:
        plans = split(each.question), split(each.question, splitter)
        if plans[0] != plans[1]:
            pairs.append([await measured(agent, each, plan) for plan in plans])
    for measure in MEASURES:
        scale = 1 if measure == "searches" else 100
        values = scale * np.array([[run[measure] for run in pair] for pair in pairs])
        changes = list(values[:, 1] - values[:, 0])
        rules, both = values.mean(axis=0)
        everywhere = [*changes, *([0.0] * (len(found) - len(pairs)))]
        print(
            f"| {name} | {len(pairs)} of {len(found)} | {measure} | {rules:.1f} | {both:.1f} "
            f"| {difference(changes)} | {difference(everywhere)} |",
            flush=True,
        )


async def measured(
    agent: SearchAgent, asked: Asked, plan: tuple[SubQuestion, ...]
) -> Mapping[str, float]:
    """Answer a question from a plan, and measure what came of it."""
    answer = await agent.aask(asked.question, plan=make_plan(plan))
    titles = [title_key(passage.title) for passage in answer.evidence]
    return {
        "recall@2": recall_at(2, titles, asked.gold),
        "recall@5": recall_at(5, titles, asked.gold),
        "f1": f1(answer.short_answer, [asked.answer]),
        "abstained": float(answer.abstained),
        "searches": float(answer.usage.searches),
    }


def difference(values: list[float]) -> str:
    mean, low, high = bootstrap(values)
    return f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]"


if __name__ == "__main__":
    main()

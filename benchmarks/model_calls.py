"""What a question asks of language models: calls, tokens, time, and what a prefix cache saves.

The models are simulated, see `simulated_model`: they answer by rule after a fixed time, behind a
real HTTP server. All else is real: prompts, LiteLLM, graph, retrieval, critic. A token here is a
word or a mark.

    python benchmarks/model_calls.py
    python benchmarks/model_calls.py --only time --latency 0.5
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chat_server import MODEL
from prefix_cache import PrefixCache
from simulated_answers import read_prompt
from simulated_model import Request, SimulatedModel

from clew import Answer, SearchAgent
from clew.evals import load_questions
from clew.graphs.plan import SubQuestion
from clew.graphs.workflows import workflow_names
from clew.prompts.untrusted import shown

SAMPLE = Path(__file__).resolve().parents[1] / "tools" / "corpus" / "sample"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "multihop"
SETS = ("2wiki", "hotpotqa", "musique")
TASKS = ("plan", "chain", "rewrite", "read", "refine", "judge", "write")
PARTS = ("time", "tokens")
SHAPES: Mapping[str, Sequence[tuple[str, ...]]] = {
    "one sub-question": [()],
    "chain of 4": [(), ("q1",), ("q2",), ("q3",)],
    "8 side by side": [()] * 8,
    "1, then 4, then 1": [(), *[("q1",)] * 4, ("q2", "q3", "q4", "q5")],
    "2 chains of 3, then 1": [(), (), ("q1",), ("q2",), ("q3",), ("q4",), ("q5", "q6")],
}
"""For each shape of a plan the parents of q1, q2 and so on."""


class Timing(NamedTuple):
    """How long one question took, in seconds."""

    calls: int
    in_sum: float
    critical_path: float
    wall: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="all of it by default")
    parser.add_argument("--latency", type=float, default=0.3, help="seconds of a call, for time")
    parser.add_argument("--sample", type=int, default=20, help="questions of the sample corpus")
    parser.add_argument("--questions", type=int, default=100, help="of the sets, for tokens")
    parser.add_argument("--effort", default="balanced")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument(
        "--home",
        type=Path,
        default=Path("~/.clew/benchmarks").expanduser(),
        help="where the sets are indexed, each as a corpus of its name",
    )
    arguments = parser.parse_args()
    parts = arguments.only or PARTS
    if "time" in parts:
        asyncio.run(measure_time(arguments))
    if "tokens" in parts:
        asyncio.run(measure_tokens(arguments))


def agent_of(model: SimulatedModel, arguments: argparse.Namespace, **settings: Any) -> SearchAgent:
    return SearchAgent(
        policy="litellm",
        model=f"hosted_vllm/{MODEL}",
        api_base=[model.url],
        home=arguments.home,
        effort=arguments.effort,
        save_runs=False,
        **settings,
    )


async def measure_time(arguments: argparse.Namespace) -> None:
    """Print the wall time of questions beside the sum and the critical path of their calls."""
    questions = sample_questions(arguments.sample)
    print(f"Every call takes {arguments.latency} s; medians of the questions\n")
    print("| plans | questions | calls | sum, s | path, s | wall, s | wall / path | worst |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    timings = await timed(questions, {}, arguments)
    print_timings("as the embedded rules split the sample's questions", timings)
    subjects = titles()
    for shape, parents in SHAPES.items():
        plans = {
            f"What have {shape} in common, taken {start} at a time?": planned(
                parents, subjects[start * 10 :]
            )
            for start in range(1, 4)
        }
        print_timings(shape, await timed(list(plans), plans, arguments))
    print()


async def timed(
    questions: Sequence[str],
    plans: Mapping[str, Sequence[SubQuestion]],
    arguments: argparse.Namespace,
) -> list[Timing]:
    timings = []
    with SimulatedModel(latency=arguments.latency, plans=plans) as model:
        agent = agent_of(model, arguments, corpus="sample")
        await agent.aask("What was the Fram?")  # loads models and corpus
        for question in questions:
            model.requests.clear()
            started = time.perf_counter()
            answer = await agent.aask(question)
            wall = time.perf_counter() - started
            assert not answer.stopped_by, answer.stopped_by
            in_sum = sum(request.seconds for request in model.requests)
            path = critical_path(answer, model.requests)
            timings.append(Timing(len(model.requests), in_sum, path, wall))
    return timings


def critical_path(answer: Answer, requests: Iterable[Request]) -> float:
    """Return the seconds of the calls that had to follow one another."""
    texts = [shown(step.text) for step in answer.steps]
    seconds = dict.fromkeys(texts, 0.0)
    around = 0.0
    for request in requests:
        text = read_prompt(request.body).labelled("Sub-question")
        if text:
            seconds[text] += request.seconds / texts.count(text)
        else:
            around += request.seconds
    own = {step.sub_question.id: seconds[shown(step.text)] for step in answer.steps}
    done: dict[str, float] = {}
    for sub in answer.plan.in_order():
        done[sub.id] = own[sub.id] + max((done[id] for id in sub.parents), default=0.0)
    return around + max(done.values(), default=0.0)


def print_timings(name: str, timings: Sequence[Timing]) -> None:
    calls, in_sum, path, wall = (statistics.median(column) for column in zip(*timings, strict=True))
    ratios = [timing.wall / timing.critical_path for timing in timings]
    print(
        f"| {name} | {len(timings)} | {calls:g} | {in_sum:.2f} | {path:.2f} | {wall:.2f} "
        f"| {statistics.median(ratios):.3f} | {max(ratios):.3f} |",
        flush=True,
    )


async def measure_tokens(arguments: argparse.Namespace) -> None:
    """Print calls and tokens a question, and the share of tokens that repeat a prefix."""
    if not arguments.data.is_dir():
        raise SystemExit(f"the development data is not at {arguments.data}; name it with --data")
    for workflow in workflow_names():
        by_question: list[list[Request]] = []
        for name in SETS:
            questions = spread(arguments.data / name, arguments.questions, SETS.index(name))
            with SimulatedModel(latency=0.05) as model:
                agent = agent_of(model, arguments, corpus=name, workflow=workflow)
                for question in questions:
                    model.requests.clear()
                    await agent.aask(question)
                    by_question.append(list(model.requests))
        print_tokens(workflow, by_question, arguments.effort)


def print_tokens(workflow: str, by_question: Sequence[Sequence[Request]], effort: str) -> None:
    count = len(by_question)
    figures = {
        "calls": [len(requests) for requests in by_question],
        "tokens in": [sum(len(each.prompt) for each in requests) for requests in by_question],
        "tokens out": [sum(each.tokens_out for each in requests) for requests in by_question],
    }
    print(f"{workflow}, effort {effort}, {count} questions\n")
    print("| a question | mean | median | 95th percentile |\n| --- | ---: | ---: | ---: |")
    for name, values in figures.items():
        middle, high = statistics.median(values), statistics.quantiles(values, n=20)[-1]
        print(f"| {name} | {statistics.mean(values):,.1f} | {middle:,.0f} | {high:,.0f} |")
    within = repeated(by_question, kept=False)
    across = repeated(by_question, kept=True)
    requests = [request for each in by_question for request in each]
    print("\n| task | calls a question | tokens in a call | repeated | also of earlier ones |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for task in (*TASKS, "all"):
        chosen = [each for each in requests if task in (each.task, "all")]
        if not chosen:
            continue
        tokens = sum(len(each.prompt) for each in chosen)
        shares = [sum(hits[id(each)] for each in chosen) / tokens for hits in (within, across)]
        print(
            f"| {task} | {len(chosen) / count:.2f} | {tokens / len(chosen):,.0f} "
            f"| {shares[0]:.1%} | {shares[1]:.1%} |"
        )
    print()


def repeated(by_question: Sequence[Sequence[Request]], *, kept: bool) -> dict[int, int]:
    """Return for each request how many of its tokens a prefix cache holds already.

    Args:
        by_question: The requests of one question after the other.
        kept: Whether the cache keeps what earlier questions left in it.
    """
    cache = PrefixCache()
    hits: dict[int, int] = {}
    for requests in by_question:
        if not kept:
            cache = PrefixCache()
        # Only what was answered before a request came can be in the cache for sure.
        done = sorted(requests, key=lambda each: each.started + each.seconds)
        for request in sorted(requests, key=lambda each: each.started):
            while done and done[0].started + done[0].seconds <= request.started:
                cache.add(done.pop(0).prompt)
            hits[id(request)] = cache.held(request.prompt)
        for request in done:
            cache.add(request.prompt)
    return hits


def sample_questions(count: int) -> list[str]:
    """Return answerable questions of the sample corpus, spread over its kinds."""
    lines = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    answerable = [record["question"] for record in records if record["answers"]]
    return answerable[:: max(1, len(answerable) // count)][:count]


def titles() -> list[str]:
    """Return the titles of the sample corpus."""
    lines = (SAMPLE / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["title"] for line in lines]


def planned(shape: Sequence[tuple[str, ...]], subjects: Sequence[str]) -> list[SubQuestion]:
    """Return a plan of a shape, asking of each subject in turn."""
    return [
        SubQuestion(
            id=f"q{number}",
            text=" and ".join([f"Who is known for {subject}", *(f"{{{id}}}" for id in parents)]),
            parents=parents,
        )
        for number, (parents, subject) in enumerate(zip(shape, subjects, strict=False), start=1)
    ]


def spread(folder: Path, count: int, place: int) -> list[str]:
    """Return this set's part of so many questions, taken at even distances."""
    questions = load_questions(str(folder / "questions.jsonl")).questions
    own = count // len(SETS) + (place < count % len(SETS))
    return [questions[index * len(questions) // own].question for index in range(own)]


if __name__ == "__main__":
    main()

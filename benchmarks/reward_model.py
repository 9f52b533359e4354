"""The process reward model beside the support critic, on own held-out traces and on other agents'.

Own traces are those that `label_questions` wrote, of the questions that took no part in training:
each step has a value, the share of rollouts from it that ended right. Other agents' are the
rollouts of AgentProcessBench, whose steps people have marked; nothing is tuned on them. Where a
critic's scores have to be cut in two, the cut is the best on the tuning part of the own traces, in
the same shape: searches that are not read yet have a cut of their own.

    python benchmarks/reward_model.py TRACES... [--weights FOLDER]
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from judged_rollouts import JudgedRollout, judged_rollouts
from numpy.typing import NDArray

from clew.agent.critics.reward import RewardCritic
from clew.agent.critics.support import SupportCritic
from clew.agent.networks.shipped import network_of
from clew.agent.training.reward import parted
from clew.agent.training.reward_examples import searches, values_of, without_confidences
from clew.agent.training.reward_measures import auroc, calibration_error, log_loss
from clew.agent.training.traces import Trace, read_traces
from clew.evals.resampling import bounds, drawn
from clew.graphs.protocols import Critic
from clew.graphs.steps import Trajectory
from clew.tools.corpus.encoder import load_encoder

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESAMPLES = 1_000
_GOOD = 0.5
_CUTS = tuple(np.arange(0.0, 1.0, 0.02))

Measure = Callable[[Sequence["Scored"]], float]


@dataclass(frozen=True)
class Scored:
    """A run with what a critic makes of it.

    Attributes:
        question: The question's id.
        kinds: Of each step: ``own``; of another agent ``search`` or ``answer``.
        values: What each step is worth, from 0 to 1; None where that is not known.
        wrong: Place of the first step that is wrong; None where none is.
        scores: What the critic gave each step.
    """

    question: str
    kinds: Sequence[str]
    values: Sequence[float | None]
    wrong: int | None
    scores: Sequence[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("traces", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--weights", type=Path, help="folder of reward.safetensors")
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    arguments = parser.parse_args()
    cache = arguments.home / "models"
    network = network_of("reward", arguments.weights, cache_dir=cache)
    if network is None:
        raise SystemExit("there is no reward model to measure: train one, and name it by --weights")
    critics: dict[str, Critic] = {
        "support": SupportCritic(load_encoder(None, cache_dir=cache)),
        "reward": RewardCritic(network),
    }
    parts = parted(trace for file in arguments.traces for trace in read_traces(file))
    cuts = {
        name: asyncio.run(best_cuts(critic, parts["tuned"])) for name, critic in critics.items()
    }
    for name, of_kinds in cuts.items():
        print(
            f"{name} is cut at", ", ".join(f"{cut:.2f} ({kind})" for kind, cut in of_kinds.items())
        )
    own = {
        name: asyncio.run(scored_traces(critic, parts["held out"]))
        for name, critic in critics.items()
    }
    count = len({each.question for each in own["reward"]})
    print(f"Own held-out traces: {len(own['reward'])} runs of {count} questions\n")
    print_table(own, {**ordering(), **calibration(), **first_wrong(cuts)})
    judged = judged_rollouts(arguments.data / "prm" / "agent_process_bench_hotpotqa.jsonl")
    others = {
        name: asyncio.run(scored_rollouts(critic, judged)) for name, critic in critics.items()
    }
    count = len({each.question for each in others["reward"]})
    print(f"\nAgentProcessBench: {len(judged)} runs on {count} questions\n")
    kinds = {f"AUROC, {kind}": auroc_of(kind) for kind in ("search", "answer")}
    print_table(others, {**ordering(), **kinds, **first_wrong(cuts)})


async def scored_traces(critic: Critic, traces: Sequence[Trace]) -> list[Scored]:
    """Return own traces with a critic's scores."""
    return [
        Scored(
            question=trace.id,
            kinds=["own"] * len(trace.steps),
            values=(values := values_of(trace)),
            wrong=next((place for place, value in enumerate(values) if value == 0), None),
            scores=await _scores(critic, trace.trajectory),
        )
        for trace in traces
    ]


async def scored_rollouts(critic: Critic, judged: Sequence[JudgedRollout]) -> list[Scored]:
    """Return other agents' rollouts with a critic's scores."""
    return [
        Scored(
            question=each.trajectory.question,
            kinds=["search" if step.answer.text is None else "answer" for step in steps],
            values=[{1: 1.0, -1: 0.0}.get(mark) for mark in each.marks],
            wrong=next((place for place, mark in enumerate(each.marks) if mark == -1), None),
            scores=await _scores(critic, each.trajectory),
        )
        for each in judged
        for steps in [each.trajectory.steps]
    ]


async def _scores(critic: Critic, trajectory: Trajectory) -> list[float]:
    (verdicts,) = await critic.score([trajectory])
    return [each.score for each in verdicts]


def ordering() -> dict[str, "PerCritic"]:
    return {"AUROC, all steps": auroc_of(None)}


PerCritic = Callable[[str], Measure]


def auroc_of(kind: str | None) -> PerCritic:
    """Return the measure of how well good steps are told from bad ones."""

    def measure(runs: Sequence[Scored]) -> float:
        pairs = [
            (score, value > _GOOD)
            for run in runs
            for score, value, own in zip(run.scores, run.values, run.kinds, strict=True)
            if value is not None and kind in (None, own)
        ]
        good = [mark for _, mark in pairs]
        return auroc([score for score, _ in pairs], good) if 0 < sum(good) < len(good) else np.nan

    return lambda critic: measure


def calibration() -> dict[str, PerCritic]:
    def of(loss: Callable[[Sequence[float], Sequence[float]], float]) -> PerCritic:
        def measure(runs: Sequence[Scored]) -> float:
            pairs = [
                (score, value)
                for run in runs
                for score, value in zip(run.scores, run.values, strict=True)
                if value is not None
            ]
            scores, values = zip(*pairs, strict=True)
            return loss(scores, values)

        return lambda critic: measure

    return {"calibration error": of(calibration_error), "log loss": of(log_loss)}


def first_wrong(cuts: Mapping[str, Mapping[str, float]]) -> dict[str, PerCritic]:
    """Return the measures of finding the first step that is wrong, or that none is."""

    def of(chosen: Callable[[Scored], bool]) -> PerCritic:
        def with_cut(critic: str) -> Measure:
            return lambda runs: found_share([run for run in runs if chosen(run)], cuts[critic])

        return with_cut

    return {
        "first wrong step found": of(lambda run: True),
        "… where there is one": of(lambda run: run.wrong is not None),
        "… where there is none": of(lambda run: run.wrong is None),
    }


def found_share(runs: Sequence[Scored], cuts: Mapping[str, float]) -> float:
    """Return the share of runs whose first score below its cut is that of the first wrong step."""
    right = []
    for run in runs:
        below = [score < cuts[kind] for score, kind in zip(run.scores, run.kinds, strict=True)]
        right.append((below.index(True) if True in below else None) == run.wrong)
    return sum(right) / len(right) if right else np.nan


async def best_cuts(critic: Critic, traces: Sequence[Trace]) -> dict[str, float]:
    """Return for each kind of step the cut that is most often right on traces."""
    own = await scored_traces(critic, traces)
    answers, found = [], []
    for trace in traces:
        untold = await _scores(critic, without_confidences(trace))
        pairs = zip(untold, values_of(trace), strict=True)
        answers += [(score, value == 0) for score, value in pairs if value is not None]
        for run, value in searches(trace):
            found.append(((await _scores(critic, run))[-1], value == 0))
    return {
        "own": max(_CUTS, key=lambda cut: found_share(own, {"own": cut})),
        "answer": max(_CUTS, key=lambda cut: _right_share(answers, cut)),
        "search": max(_CUTS, key=lambda cut: _right_share(found, cut)),
    }


def _right_share(marked: Sequence[tuple[float, bool]], cut: float) -> float:
    return sum((score < cut) == wrong for score, wrong in marked) / len(marked)


def print_table(runs: Mapping[str, Sequence[Scored]], measures: Mapping[str, PerCritic]) -> None:
    """Print each critic's figures and the difference, with intervals over questions."""
    before, after = runs["support"], runs["reward"]
    print("| measure | support critic | reward model | difference |\n| --- | --- | --- | --- |")
    for name, per_critic in measures.items():
        left, right = (resampled(each, per_critic(key)) for key, each in runs.items())
        point = per_critic("support")(before), per_critic("reward")(after)
        cells = [_cell(point[0], left), _cell(point[1], right)]
        print(f"| {name} | {' | '.join(cells)} | {_cell(point[1] - point[0], right - left, '+')} |")


def resampled(runs: Sequence[Scored], measure: Measure) -> NDArray[np.float64]:
    """Return a measure over resamples of the questions, all runs of one drawn together."""
    groups: dict[str, list[Scored]] = {}
    for run in runs:
        groups.setdefault(run.question, []).append(run)
    held = list(groups.values())
    blocks = drawn(len(held), seed=0, resamples=RESAMPLES)
    return np.array(
        [
            measure([run for place in rows for run in held[place]])
            for block in blocks
            for rows in block
        ]
    )


def _cell(value: float, resamples: NDArray[np.float64], sign: str = "") -> str:
    low, high = bounds(resamples)
    return f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


if __name__ == "__main__":
    main()

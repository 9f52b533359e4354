"""How far a policy's confidence can be trusted, and the line that makes a chance of it.

Sub-questions of the training questions of 2WikiMultihopQA and MuSiQue, with the gold answers of
earlier ones put in, are researched one by one; a logistic regression over the log-odds of the
confidences (Platt, 1999) says how often an answer of that confidence agrees with the gold one.
How reliable it is, is then measured on the sub-questions of MuSiQue's development questions.

    python benchmarks/calibration.py
"""

import argparse
import asyncio
import json
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from clew import SearchAgent
from clew.agent.settings import Settings
from clew.agent.training.known_questions import paragraphs
from clew.evals.metrics import bootstrap
from clew.graphs.agreement import agree
from clew.graphs.calibration import Calibration
from clew.graphs.plan import Plan, SubQuestion
from clew.tools.corpus.encoder import load_encoder
from clew.tools.corpus.indexing import index_documents

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TRAINED_ON = ("2wiki", "musique")
BINS = 10
AT_ONCE = 2


class Hop(NamedTuple):
    """A sub-question with the earlier answers put in, and its gold answer."""

    text: str
    gold: str


class Judged(NamedTuple):
    """Answers that were given, a row each.

    Attributes:
        confidence: The policy's own.
        right: Whether the answer agrees with the gold one.
        asked: How many sub-questions there were, those without an answer too.
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    asked: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--limit", type=int, default=800, help="sub-questions of a set")
    parser.add_argument("--plot", type=Path, help="where to draw how reliable the chances are")
    arguments = parser.parse_args()
    trained = [judged(name, training_hops(arguments.data, name), arguments) for name in TRAINED_ON]
    fitted = fit(trained)
    print(f"fitted on {', '.join(TRAINED_ON)} (train): {fitted}\n", flush=True)
    held_out = judged("musique", development_hops(arguments.data), arguments, development=True)
    names = (*(f"{name}, train" for name in TRAINED_ON), "musique, development")
    print("| sub-questions of | asked | answered | right | ECE, confidence | ECE, chance |")
    print("| --- | ---: | ---: | --- | ---: | ---: |")
    for name, each in zip(names, (*trained, held_out), strict=True):
        mean, low, high = bootstrap([float(right) for right in each.right])
        chances = chances_of(fitted, each.confidence)
        print(
            f"| {name} | {each.asked} | {len(each.right)} "
            f"| {100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}] "
            f"| {expected_error(each.confidence, each.right):.3f} "
            f"| {expected_error(chances, each.right):.3f} |"
        )
    print("\n| chance, development | answers | mean chance | right |\n| --- | ---: | ---: | ---: |")
    chances = chances_of(fitted, held_out.confidence)
    for low, rows in bins(chances):
        if rows.any():
            right = held_out.right[rows].mean()
            print(
                f"| {low:.1f} to {low + 1 / BINS:.1f} | {rows.sum()} "
                f"| {chances[rows].mean():.2f} | {right:.2f} |"
            )
    if arguments.plot:
        draw(arguments.plot, held_out, chances)


def training_hops(data: Path, name: str) -> list[Hop]:
    rows = map(json.loads, (data / "train" / f"{name}_paragraphs.jsonl").open())
    return [hop for row in rows for hop in hops_of(row)]


def development_hops(data: Path) -> list[Hop]:
    rows = map(json.loads, (data / "multihop" / "musique" / "questions.jsonl").open())
    return [hop for row in rows for hop in hops_of(row)]


def hops_of(row: dict[str, Any]) -> Iterator[Hop]:
    """Yield the sub-questions of a question."""
    if "decomposition" in row:
        answers: list[str] = []
        for step in row["decomposition"]:
            text = step["question"]
            # From the last on, for "#1" is in "#10".
            for number in range(len(answers), 0, -1):
                text = text.replace(f"#{number}", answers[number - 1])
            answers.append(step["answer"])
            yield Hop(text, step["answer"])
    elif len(row.get("qa_pairs") or ()) == len(row["evidences"]):
        # The pairs' answers are whole sentences; the triples' ends are what is asked for.
        for pair, (_, _, gold) in zip(row["qa_pairs"], row["evidences"], strict=True):
            yield Hop(pair["question"], gold)


def judged(
    name: str, hops: Sequence[Hop], arguments: argparse.Namespace, *, development: bool = False
) -> Judged:
    """Research sub-questions and compare the answers with the gold ones."""
    corpus = name if development else f"train_{name}"
    settings = Settings(home=arguments.home, corpus=corpus, save_runs=False, max_rounds=1)
    source = arguments.data / "multihop" / name / "corpus.jsonl"
    if not development:
        source = pooled(name, arguments)
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    index_documents([source], home=arguments.home, name=corpus, encoder=encoder)
    hops = random.Random(0).sample(hops, min(len(hops), arguments.limit))
    pairs = asyncio.run(answered(SearchAgent(settings), hops))
    return Judged(
        confidence=np.array([confidence for confidence, _ in pairs]),
        right=np.array([right for _, right in pairs]),
        asked=len(hops),
    )


def pooled(name: str, arguments: argparse.Namespace) -> Path:
    """Write the paragraphs of a training set as one corpus."""
    pool: dict[tuple[str, str], None] = {}
    for line in (arguments.data / "train" / f"{name}_paragraphs.jsonl").open():
        pool.update((paragraph, None) for paragraph, _ in paragraphs(json.loads(line)))
    arguments.home.mkdir(parents=True, exist_ok=True)
    path: Path = arguments.home / f"train_{name}.jsonl"
    lines = (
        json.dumps({"id": str(number), "title": title, "text": text})
        for number, (title, text) in enumerate(pool)
    )
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


async def answered(agent: SearchAgent, hops: Sequence[Hop]) -> list[tuple[float, bool]]:
    """Return the confidence of each answer given, and whether it is right."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(hop: Hop) -> tuple[float, bool] | None:
        text = hop.text.replace("{", "(").replace("}", ")")
        async with slots:
            plan = Plan(sub_questions=(SubQuestion(id="q1", text=text),))
            answer = (await agent.aask(text, plan=plan)).steps[0].answer
        return None if answer.text is None else (answer.confidence, agree(answer.text, hop.gold))

    found = await asyncio.gather(*(one(hop) for hop in hops))
    return [each for each in found if each is not None]


def fit(samples: Sequence[Judged]) -> Calibration:
    """Return the line that fits all sets best, every set counting the same."""
    confidence = np.concatenate([each.confidence for each in samples])
    weights = np.concatenate([np.full(len(each.right), 1 / len(each.right)) for each in samples])
    odds = np.array([log_odds(each) for each in confidence])[:, None]
    right = np.concatenate([each.right for each in samples])
    line = LogisticRegression(C=1e6).fit(odds, right, sample_weight=weights * len(right))
    return Calibration(round(float(line.coef_[0, 0]), 2), round(float(line.intercept_[0]), 2))


def log_odds(chance: float) -> float:
    inside = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def chances_of(calibration: Calibration, confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([calibration.chance(float(each)) for each in confidence])


def bins(chances: NDArray[np.float64]) -> Iterator[tuple[float, NDArray[np.bool_]]]:
    """Yield the lower end of each bin, and which answers are in it."""
    numbers = np.minimum((chances * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        yield number / BINS, numbers == number


def expected_error(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al., 2017)."""
    gaps = [
        rows.mean() * abs(chances[rows].mean() - right[rows].mean())
        for _, rows in bins(chances)
        if rows.any()
    ]
    return float(sum(gaps))


def draw(path: Path, held_out: Judged, chances: NDArray[np.float64]) -> None:
    """Draw how often answers are right, by confidence and by chance."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "clew", "font.size": 11}):
        figure = Figure(figsize=(5, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
        for values, label, style in (
            (held_out.confidence, "confidence as it is", "s--"),
            (chances, "calibrated chance", "o-"),
        ):
            points = [
                (values[rows].mean(), held_out.right[rows].mean())
                for _, rows in bins(values)
                if rows.sum() >= BINS
            ]
            axes.plot(*zip(*points, strict=True), style, label=label)
        axes.set(xlabel="what the policy says", ylabel="share that is right", xlim=(0, 1))
        axes.set_ylim(0, 1)
        axes.legend(frameon=False)
        nothing: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(path, format="svg", metadata=nothing)


if __name__ == "__main__":
    main()

"""How fast the default encoder is, and what its int8 costs in recall.

Run it from the repository's root::

    python benchmarks/encoding.py [--data ../shared/data] [--recall]

Variants take turns on the same passages, round after round, and the median round counts: other
work on the machine then slows all of them alike. `--recall` encodes the whole 2WikiMultihopQA
corpus with both (some minutes) and asks how many of a question's gold passages are in its top 5.
"""

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.tools.corpus.encoder import Encoder, OnnxEncoder, load_encoder, packaged_model
from clew.tools.corpus.encoder_graph import build_graph

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

BASELINE = "SentenceTransformer, fp32"
DEFAULT = "default, int8"
TOP = 5
BOOTSTRAPS = 10_000


@dataclass(frozen=True)
class Corpus:
    """Passages, questions, and for each question the places of its gold passages."""

    passages: list[str]
    questions: list[str]
    gold: list[set[int]]


@dataclass(frozen=True)
class Loss:
    """Recall at 5 in points: of the baseline, of a variant, and the interval of the loss."""

    baseline: float
    variant: float
    low: float
    high: float


def main() -> None:
    """Print the table."""
    arguments = _arguments()
    corpus = _read(arguments.data / "multihop" / "2wiki")
    variants = _variants(arguments.threads, arguments.cache)
    sample = random.Random(0).sample(corpus.passages, arguments.passages)
    speeds, vectors = _race(variants, sample, arguments.rounds)
    losses = _losses(variants, corpus) if arguments.recall else {}
    print(f"{len(sample)} passages, {arguments.rounds} rounds, {arguments.threads} threads\n")
    print("| variant | passages/s | ratio | mean cosine | recall@5 fp32 | recall@5 | loss (95 %) |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in variants:
        ratios = [own / base for own, base in zip(speeds[name], speeds[BASELINE], strict=True)]
        cosine = (vectors[name] * vectors[BASELINE]).sum(axis=1).mean()
        print(
            f"| {name} | {statistics.median(speeds[name]):.1f} | {statistics.median(ratios):.2f} "
            f"| {cosine:.4f} | {_recall_cells(losses.get(name))} |"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path(gettempdir()) / "clew-encoding")
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--recall", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"{arguments.data} is not a folder: name the data with --data")
    return arguments


def _read(folder: Path) -> Corpus:
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
    asked = [json.loads(line) for line in (folder / "questions.jsonl").open(encoding="utf-8")]
    places = {row["title"]: place for place, row in enumerate(rows)}
    return Corpus(
        [f"{row['title']}. {row['text']}" for row in rows],
        [row["question"] for row in asked],
        [{places[title] for title in row["gold_titles"]} for row in asked],
    )


def _variants(threads: int, cache: Path) -> dict[str, Encode]:
    import torch
    from safetensors.numpy import load_file
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(packaged_model()), device="cpu", local_files_only=True)
    torch.set_num_threads(threads)

    def plain(texts: Sequence[str]) -> Vectors:
        found: Vectors = model.encode(list(texts), normalize_embeddings=True)
        return found

    folder = packaged_model()
    exact = OnnxEncoder(
        build_graph(
            load_file(folder / "model.safetensors"),
            json.loads((folder / "config.json").read_text("utf-8")),
        ),
        folder / "tokenizer.json",
        name="fp32",
        threads=threads,
    )
    default: Encoder = load_encoder(cache_dir=cache, threads=threads)
    single: Encoder = load_encoder(cache_dir=cache, threads=1)
    return {
        BASELINE: plain,
        DEFAULT: default.encode,
        "the same graph, fp32": exact.encode,
        "default, int8, 1 thread": single.encode,
    }


def _race(
    variants: Mapping[str, Encode], texts: Sequence[str], rounds: int
) -> tuple[dict[str, list[float]], dict[str, Vectors]]:
    """Return passages a second for each round, and each variant's vectors."""
    speeds: dict[str, list[float]] = {name: [] for name in variants}
    vectors: dict[str, Vectors] = {}
    for encode in variants.values():
        encode(texts[:16])  # first calls allocate and choose kernels
    for _ in range(rounds):
        for name, encode in variants.items():
            start = time.perf_counter()
            vectors[name] = encode(texts)
            speeds[name].append(len(texts) / (time.perf_counter() - start))
    return speeds, vectors


def _losses(variants: Mapping[str, Encode], corpus: Corpus) -> dict[str, Loss]:
    """Compare the default's recall with the baseline's."""
    names = (BASELINE, DEFAULT)
    recalls = [
        _recalls(variants[name](corpus.questions), variants[name](corpus.passages), corpus.gold)
        for name in names
    ]
    drops = recalls[0] - recalls[1]
    picks = np.random.default_rng(0).integers(0, len(drops), (BOOTSTRAPS, len(drops)))
    low, high = np.percentile(drops[picks].mean(axis=1), [2.5, 97.5])
    return {DEFAULT: Loss(recalls[0].mean(), recalls[1].mean(), float(low), float(high))}


def _recalls(questions: Vectors, passages: Vectors, gold: list[set[int]]) -> NDArray[np.float64]:
    top = np.argpartition(-(questions @ passages.T), TOP, axis=1)[:, :TOP]
    shares = [
        len(right.intersection(found.tolist())) / len(right)
        for right, found in zip(gold, top, strict=True)
    ]
    return 100 * np.array(shares)


def _recall_cells(loss: Loss | None) -> str:
    if loss is None:
        return " | | "
    drop = loss.baseline - loss.variant
    return (
        f"{loss.baseline:.2f} | {loss.variant:.2f} | {drop:.2f} [{loss.low:.2f}, {loss.high:.2f}]"
    )


if __name__ == "__main__":
    main()

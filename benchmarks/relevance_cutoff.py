"""Cutting off what retrieval brings: a fixed number, a cosine, the adapter, retrieval's own score.

Over the gold sub-questions of MuSiQue, and the whole questions of all three development sets.

    python benchmarks/relevance_cutoff.py
"""

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cutoff_queries import DEPTH, Query, Retrieved, filled, retrieved
from multihop import DATA, SETS
from numpy.typing import NDArray

from clew.evals.metrics import bootstrap, recall_at
from clew.evals.resampling import bounds, drawn
from clew.tools.corpus.encoder import load_encoder
from clew.tools.corpus.encoder_cache import CachingEncoder
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.retrieval import Retriever
from clew.tools.relevance.cosine_adapter import CUTOFF, CosineAdapter, load_adapter

LEVELS = (0.90, 0.95, 0.97)
TIMED = 100
_RRF = 60

Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    arguments = parser.parse_args()
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    for name in arguments.set or SETS:
        folder = arguments.data / name
        index_documents([folder / "corpus.jsonl"], home=arguments.home, name=name, encoder=encoder)
        groups = {"whole questions": whole_questions(folder)}
        if name == "musique":
            groups["gold sub-questions"] = sub_questions(folder)
        for kind, queries in groups.items():
            found = retrieved(name, arguments.home, queries, encoder)
            judged = [each for each in found if each.gold.any()]
            print(f"### {name}, {kind}: {len(queries)}, {len(judged)} with gold retrieved\n")
            print_cutoffs(judged)
            print_orders(found)
    print_cost(arguments.home, [each.text for each in sub_questions(arguments.data / "musique")])


def whole_questions(folder: Path) -> list[Query]:
    """Return the questions of a set."""
    titled: dict[str, set[str]] = defaultdict(set)
    for row in _rows(folder / "corpus.jsonl"):
        titled[row["title"]].add(row["id"])
    queries = []
    for row in _rows(folder / "questions.jsonl"):
        gold = _pieces(row) if "gold_ids" in row else [titled[each] for each in row["gold_titles"]]
        queries.append(Query(row["question"], tuple(map(frozenset, gold)), frozenset(), row["id"]))
    return queries


def sub_questions(folder: Path) -> list[Query]:
    """Return the gold sub-questions of MuSiQue, the answers of earlier ones put in."""
    queries = []
    for row in _rows(folder / "questions.jsonl"):
        steps = filled(row["decomposition"])
        gold = _pieces(row)
        for (text, _), own in zip(steps, gold, strict=True):
            others = frozenset().union(*gold) - own
            queries.append(Query(text, (own,), others, row["id"]))
    return queries


def _pieces(row: dict[str, Any]) -> list[frozenset[str]]:
    return [frozenset([each] if isinstance(each, str) else each) for each in row["gold_ids"]]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.open()]


def scores_of(queries: Sequence[Retrieved]) -> Mapping[str, list[Floats]]:
    """Return what each way to cut off goes by, for the passages of each query."""
    adapter = load_adapter()
    return {
        "fixed number": [-np.arange(1.0, len(each.gold) + 1) for each in queries],
        "cosine": [each.cosines.astype(float) for each in queries],
        "cosine adapter": [
            adapter.chances(each.vector, each.cosines).astype(float) for each in queries
        ],
        "retrieval's own score": [each.scores.astype(float) for each in queries],
    }


def print_cutoffs(queries: Sequence[Retrieved]) -> None:
    """Print precision where each way keeps as much of the gold, and what the shipped one keeps."""
    ways = scores_of(queries)
    print(f"| gold kept, of that among the first {DEPTH} | cut off by | precision | beyond a fixed"
          " number | passages kept |\n| --- | --- | --- | --- | ---: |")  # fmt: skip
    for level in LEVELS:
        fixed = None
        for name, scores in ways.items():
            kept = _kept_at(level, scores, queries)
            fixed = kept if fixed is None else fixed
            print(f"| {_kept_row(f'at least {level:.0%}', name, kept, fixed, queries)}")
    adapter = ways["cosine adapter"]
    kept = [each >= min(CUTOFF, each.max()) for each in adapter]
    share = _ratio(*_sums(kept, queries)[::2])
    number = np.mean([each.sum() for each in kept])
    same = [np.arange(len(each)) < round(number) for each in adapter]
    print(f"| {_kept_row(f'{share:.1%}', 'cosine adapter as shipped', kept, same, queries)}\n")


def _kept_row(
    level: str,
    name: str,
    kept: Sequence[NDArray[np.bool_]],
    fixed: Sequence[NDArray[np.bool_]],
    queries: Sequence[Retrieved],
) -> str:
    ours, theirs = _sums(kept, queries), _sums(fixed, queries)
    precisions, gains = [], []
    for block in drawn(len(queries), seed=0):
        left = ours[0][block].sum(1) / ours[1][block].sum(1)
        right = theirs[0][block].sum(1) / theirs[1][block].sum(1)
        precisions.append(left)
        gains.append(left - right)
    precision, (low, high) = _ratio(*ours[:2]), bounds(np.concatenate(precisions))
    gain, (least, most) = precision - _ratio(*theirs[:2]), bounds(np.concatenate(gains))
    beyond = "" if name == "fixed number" else (
        f"{100 * gain:+.1f} [{100 * least:+.1f}, {100 * most:+.1f}]"
    )  # fmt: skip
    shown = f"{100 * precision:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
    return f"{level} | {name} | {shown} | {beyond} | {ours[1].mean():.1f} |"


def _kept_at(
    level: float, scores: Sequence[Floats], queries: Sequence[Retrieved]
) -> list[NDArray[np.bool_]]:
    """Return what the highest threshold keeps that keeps this share of the gold passages."""
    gold = np.concatenate([each[query.gold] for each, query in zip(scores, queries, strict=True)])
    threshold = np.sort(gold)[int((1 - level) * len(gold))]
    return [each >= threshold for each in scores]


def _sums(
    kept: Sequence[NDArray[np.bool_]], queries: Sequence[Retrieved]
) -> tuple[Floats, Floats, Floats]:
    """Return for each query the gold passages kept, all those kept, and all gold ones."""
    pairs = list(zip(kept, queries, strict=True))
    return (
        np.array([float((each & query.gold).sum()) for each, query in pairs]),
        np.array([float(each.sum()) for each, _ in pairs]),
        np.array([float(query.gold.sum()) for _, query in pairs]),
    )


def _ratio(part: Floats, whole: Floats) -> float:
    return float(part.sum() / whole.sum())


def print_orders(queries: Sequence[Retrieved]) -> None:
    """Print the recall of retrieval's order, of the adapter's, and of both fused."""
    print("| order | recall@1 | recall@2 | recall@5 |\n| --- | --- | --- | --- |")
    orders: dict[str, Callable[[Retrieved], NDArray[np.int64]]] = {
        "retrieval": lambda each: np.arange(len(each.gold)),
        "cosine adapter": lambda each: np.argsort(-each.cosines, kind="stable"),
        "both by reciprocal ranks": _fused,
    }
    base: dict[int, list[float]] = {}
    for name, order in orders.items():
        cells = []
        for depth in (1, 2, 5):
            found = [_recall(each, order(each), depth) for each in queries]
            mean, low, high = bootstrap(found)
            cell = f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
            if depth in base:
                gain = bootstrap([a - b for a, b in zip(found, base[depth], strict=True)])
                cell += f"; {100 * gain[0]:+.1f} [{100 * gain[1]:+.1f}, {100 * gain[2]:+.1f}]"
            base.setdefault(depth, found)
            cells.append(cell)
        print(f"| {name} | {' | '.join(cells)} |")
    print(flush=True)


def _fused(each: Retrieved) -> NDArray[np.int64]:
    ranks = np.argsort(np.argsort(-each.cosines, kind="stable"))
    return np.argsort(-(1 / (_RRF + 1 + ranks) + 1 / (_RRF + 1 + np.arange(len(ranks)))))


def _recall(each: Retrieved, order: NDArray[np.int64], depth: int) -> float:
    return recall_at(depth, [each.documents[place] for place in order], each.query.gold)


def print_cost(home: Path, texts: Sequence[str]) -> None:
    """Print what judging a search's passages takes, whether they are met for the first time."""
    encoder = CachingEncoder(load_encoder(None, cache_dir=home / "models"))
    index, adapter = open_corpus(home, "musique"), CosineAdapter(encoder)
    retriever = Retriever(index, encoder)
    for depth in (6, DEPTH):
        for label in ("met for the first time or again, as steps come", "all met before"):
            seconds = []
            for text in texts[:TIMED]:
                found = [hit.passage for hit in retriever.retrieve(text, limit=depth)]
                start = time.perf_counter()
                asyncio.run(adapter.relevance(text, found))
                seconds.append(time.perf_counter() - start)
            print(f"{depth} passages, {label}: {1000 * np.median(seconds):.0f} ms")
    index.close()


if __name__ == "__main__":
    main()

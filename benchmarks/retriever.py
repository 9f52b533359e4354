"""The retriever on the development questions: recall, calibration, and a cut-off on its score.

Whole questions of all three sets, and sub-questions of MuSiQue with the gold answers of earlier
ones put in, with and without the gold passages of earlier ones as what is known. The network is set
beside the plain features that it falls back to.

    python benchmarks/retriever.py
"""

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from multihop import DATA, SETS

from clew.agent.training.reading_examples import as_question
from clew.evals.metrics import bootstrap, recall_at
from clew.tools.corpus.candidates import Candidates
from clew.tools.corpus.encoder import Encoder, load_encoder
from clew.tools.corpus.index import CorpusIndex, open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.relevance_network import CUTOFF, load_relevance
from clew.tools.passages import Passage

DEPTHS = (2, 5)
STEPS_OF = 150
"""Questions of MuSiQue whose sub-questions are asked."""
KEPT = 20
"""Passages of a search that a cut-off is measured on."""


@dataclass(frozen=True)
class Asked:
    """A query: its gold documents, the documents of other steps, and what is known."""

    text: str
    gold: tuple[frozenset[str], ...]
    others: frozenset[str] = frozenset()
    known: tuple[str, ...] = ()


@dataclass
class Measured:
    """Of each query: its recalls, its passages' scores with whether they are gold, its seconds."""

    recalls: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--out", type=Path, help="file for the recalls of each query, as JSON")
    arguments = parser.parse_args()
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    recalls = {}
    print("| queries | n | ranked by | recall@2 | recall@5 | ms a query |")
    print("| --- | ---: | --- | --- | --- | ---: |")
    cutoffs = []
    for name in arguments.set or SETS:
        folder = arguments.data / name
        index_documents([folder / "corpus.jsonl"], home=arguments.home, name=name, encoder=encoder)
        index = open_corpus(arguments.home, name)
        for kind, queries in asked(name, folder).items():
            found = measured(index, encoder, queries[: arguments.limit])
            print_recalls(f"{name}, {kind}", found)
            cutoffs.append((f"{name}, {kind}", found["network"]))
            recalls[f"{name}, {kind}"] = {way: each.recalls for way, each in found.items()}
        index.close()
    print()
    print(f"| queries | gold kept of the first {KEPT} | passages kept | precision | beside as many "
          "of each query | calibration error |")  # fmt: skip
    print("| --- | ---: | ---: | --- | --- | ---: |")
    for label, each in cutoffs:
        print_cutoff(label, each)
    if arguments.out:
        arguments.out.write_text(json.dumps(recalls))


def asked(name: str, folder: Path) -> dict[str, list[Asked]]:
    """Return the queries of a set by their kind."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").open()]
    titled: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "corpus.jsonl").open():
        row = json.loads(line)
        titled[row["title"]].add(str(row["id"]))
    found = {"questions": [Asked(row["question"], gold_of(row, titled)) for row in rows]}
    if name == "musique":
        found["sub-questions"] = [
            each for row in rows[:STEPS_OF] for each in steps(row, known=False)
        ]
        found["sub-questions, passages known"] = [
            each for row in rows[:STEPS_OF] for each in steps(row, known=True)
        ]
    return found


def gold_of(row: dict[str, Any], titled: dict[str, set[str]]) -> tuple[frozenset[str], ...]:
    if "gold_ids" in row:
        pieces = [[each] if isinstance(each, str) else each for each in row["gold_ids"]]
        return tuple(frozenset(map(str, each)) for each in pieces)
    return tuple(frozenset(titled[each]) for each in row["gold_titles"])


def steps(row: dict[str, Any], *, known: bool) -> list[Asked]:
    """Return the sub-questions of a MuSiQue question; only later ones where something is known."""
    gold = gold_of(row, {})
    found = []
    for place, step in enumerate(row["decomposition"]):
        needs = [int(number) - 1 for number in re.findall(r"#(\d)", step["question"])]
        text = re.sub(
            r"#(\d)",
            lambda match: row["decomposition"][int(match[1]) - 1]["answer"],
            step["question"],
        )
        others = frozenset().union(*gold) - gold[place]
        if needs or not known:
            ids = tuple(sorted(gold[need])[0] for need in needs) if known else ()
            found.append(Asked(as_question(text), (gold[place],), others, ids))
    return found


def measured(index: CorpusIndex, encoder: Encoder, queries: Sequence[Asked]) -> dict[str, Measured]:
    """Search for queries, and rank what comes by plain features and by the network."""
    network = load_relevance()
    documents: dict[str, list[Passage]] = defaultdict(list)
    for passage in index.passages(index.passage_ids()):
        documents[document(passage)].append(passage)
    found = {"plain features": Measured(), "network": Measured()}
    for query in queries:
        known = [passage for id in query.known for passage in documents[id]]
        start = time.perf_counter()
        candidates = Candidates(index, query.text, encoder.encode([query.text])[0])
        candidates.follow(known)
        collected = time.perf_counter()
        for way, each in found.items():
            begun = time.perf_counter()
            ranked = candidates.ranked(network if way == "network" else None)
            each.seconds.append(collected - start + time.perf_counter() - begun)
            judged = [hit for hit in ranked if document(hit[0]) not in query.others]
            keys = [document(passage) for passage, _ in judged]
            for depth in DEPTHS:
                each.recalls[depth].append(recall_at(depth, keys, query.gold))
            gold = [any(key in piece for piece in query.gold) for key in keys[:KEPT]]
            each.kept.append((np.array([score for _, score in judged[:KEPT]]), np.array(gold)))
    return found


def document(passage: Passage) -> str:
    return passage.source.rpartition("#")[2]


def print_recalls(label: str, found: dict[str, Measured]) -> None:
    plain = found["plain features"]
    for way, each in found.items():
        cells = []
        for depth in DEPTHS:
            cell = shown(each.recalls[depth])
            if each is not plain:
                pairs = zip(each.recalls[depth], plain.recalls[depth], strict=True)
                cell += "; " + shown([ours - theirs for ours, theirs in pairs], signed=True)
            cells.append(cell)
        milliseconds = 1000 * np.median(each.seconds)
        print(f"| {label} | {len(each.seconds)} | {way} | {' | '.join(cells)} | "
              f"{milliseconds:.0f} |", flush=True)  # fmt: skip


def shown(values: Sequence[float], *, signed: bool = False) -> str:
    mean, low, high = (100 * each for each in bootstrap(values))
    sign = "+" if signed else ""
    return f"{mean:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def print_cutoff(label: str, each: Measured) -> None:
    """Print what the shipped cut-off keeps, and how far scores are from the shares of gold."""
    judged = [(scores, gold) for scores, gold in each.kept if gold.any()]
    kept = [scores >= min(CUTOFF, scores.max()) for scores, _ in judged]
    number = round(float(np.mean([mask.sum() for mask in kept])))
    all_gold = sum(gold.sum() for _, gold in judged)
    share = sum((mask & gold).sum() for mask, (_, gold) in zip(kept, judged, strict=True))
    precision = [
        (mask & gold).sum() / mask.sum() for mask, (_, gold) in zip(kept, judged, strict=True)
    ]
    fixed = [gold[:number].sum() / min(number, len(gold)) for _, gold in judged]
    gain = [ours - theirs for ours, theirs in zip(precision, fixed, strict=True)]
    scores, gold = (np.concatenate(part) for part in zip(*judged, strict=True))
    print(
        f"| {label} | {100 * share / all_gold:.1f}% | {np.mean([m.sum() for m in kept]):.1f} | "
        f"{shown(precision)} | {shown(gain, signed=True)} | {calibration_error(scores, gold):.3f} |"
    )


def calibration_error(scores: np.ndarray, gold: np.ndarray) -> float:
    """Return the mean distance of scores from shares of gold, over ten bins of equal width."""
    bins = np.minimum((scores * 10).astype(int), 9)
    parts = [(bins == each) for each in range(10)]
    return float(
        sum(
            abs(scores[part].mean() - gold[part].mean()) * part.mean()
            for part in parts
            if part.any()
        )
    )


if __name__ == "__main__":
    main()

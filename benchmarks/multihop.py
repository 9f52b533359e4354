"""The agent beside single-shot retrieval on the multi-hop development questions.

Each set is evaluated as `clew eval` does, over an index that is made once; beside it the same
questions are searched for once, by BM25, by MiniLM and by both fused, over the same index.

    python benchmarks/multihop.py
    python benchmarks/multihop.py --set 2wiki --limit 50
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clew import Passage, Settings
from clew.evals import Evaluation, evaluate, load_questions
from clew.evals.cli.progress import RunView
from clew.evals.gold import document_key, title_key
from clew.evals.metrics import bootstrap, recall_at
from clew.evals.questions import EvalQuestion
from clew.graphs.searching import fuse
from clew.tools.corpus.encoder import Encoder, load_encoder
from clew.tools.corpus.index import CorpusIndex, open_corpus
from clew.tools.corpus.indexing import index_documents

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "multihop"
SETS = ("2wiki", "hotpotqa", "musique")
FUSED_FROM = 100
SHARES = (
    *("recall@2", "recall@5", "em", "f1", "cover_em", "f1_answered", "abstained"),
    *("citation_precision", "citation_recall"),
)
COUNTS = ("searches", "policy_calls", "seconds_p50", "seconds_p95")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder for the run directories")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"the development data is not at {arguments.data}; name it with --data")
    with tempfile.TemporaryDirectory() as folder:
        out = arguments.out or Path(folder)
        for name in arguments.set or SETS:
            measure_set(name, out / name, arguments)


def measure_set(name: str, out: Path, arguments: argparse.Namespace) -> None:
    """Index one set's corpus, ask its questions and print what came of them."""
    folder = arguments.data / name
    settings = Settings(home=arguments.home)
    encoder = load_encoder(None, cache_dir=settings.home / "models")
    index_documents([folder / "corpus.jsonl"], home=settings.home, name=name, encoder=encoder)
    questions = load_questions(str(folder / "questions.jsonl"), limit=arguments.limit)
    with RunView(shown=True) as view:
        run = evaluate(
            questions,
            out=out,
            corpus=name,
            workers=arguments.workers,
            resume=True,
            settings=settings,
            watcher=view,
        )
    print_run(name, run)
    index = open_corpus(settings.home, name)
    print_single_shot(index, encoder, questions.questions)


def print_run(name: str, run: Evaluation) -> None:
    corpus, metrics = run.config.corpus, run.metrics
    assert corpus is not None
    print(
        f"{name}: {metrics['n']} questions, {metrics['failed']} failed; "
        f"{corpus.documents:,} documents, {corpus.passages:,} passages; "
        f"{run.config.workers} questions at a time\n"
    )
    print("| metric | all | " + " | ".join(metrics["by_type"]) + " |")
    print("| --- | ---: |" + " ---: |" * len(metrics["by_type"]))
    for key in (*SHARES, *COUNTS):
        groups = metrics["by_type"].values()
        cells = [cell(metrics, key), *(cell(group, key, interval=False) for group in groups)]
        print(f"| {key} | {' | '.join(cells)} |")
    print()


def cell(metrics: dict[str, Any], key: str, *, interval: bool = True) -> str:
    if key not in metrics:
        return ""
    scale = 100 if key in SHARES else 1
    digits = 1 if key in SHARES else 2
    mean, (low, high) = metrics[key], metrics["ci"][key]
    shown = f"{scale * mean:.{digits}f}"
    return f"{shown} [{scale * low:.{digits}f}, {scale * high:.{digits}f}]" if interval else shown


def print_single_shot(
    index: CorpusIndex, encoder: Encoder, questions: Sequence[EvalQuestion]
) -> None:
    """Print what searching once finds."""
    rankings: dict[str, list[Sequence[Passage]]] = {"BM25": [], "MiniLM": [], "fused": []}
    for question in questions:
        for kind, ranking in single_shot(index, encoder, question.question).items():
            rankings[kind].append(ranking)
    print("| single-shot ranking | recall@2 | recall@5 |\n| --- | --- | --- |")
    for kind, ranked in rankings.items():
        cells = []
        for depth in (2, 5):
            pairs = zip(ranked, questions, strict=True)
            mean, low, high = bootstrap([recall(depth, *pair) for pair in pairs])
            cells.append(f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]")
        print(f"| {kind} | {' | '.join(cells)} |")
    print(flush=True)


def single_shot(
    index: CorpusIndex, encoder: Encoder, question: str
) -> dict[str, Sequence[Passage]]:
    """Return the passages that each single search ranks first."""
    vector = encoder.encode([question])[0]
    terms = index.passages([id for id, _ in index.search_terms(question, FUSED_FROM)])
    vectors = index.passages([id for id, _ in index.search_vectors(vector, FUSED_FROM)])
    return {"BM25": terms, "MiniLM": vectors, "fused": fuse([terms, vectors])}


def recall(depth: int, ranked: Sequence[Passage], question: EvalQuestion) -> float:
    """Return the share of the question's gold documents among the first ones."""
    by = question.gold_by
    keys = [document_key(by, source=each.source, title=each.title) for each in ranked]
    gold = [
        [title_key(key) if by == "title" else key for key in alternatives]
        for alternatives in question.gold
    ]
    return recall_at(depth, keys, gold)


if __name__ == "__main__":
    main()

"""The agent beside single-shot retrieval on the multi-hop development questions.

For each question the evidence is ranked by BM25, by MiniLM, by both fused, and by the agent, all
over the same index; then the agent's answers are scored. Gold reaches nothing but the scoring.

    python benchmarks/multihop.py
    python benchmarks/multihop.py --set 2wiki --limit 50
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clew import Answer, Passage, SearchAgent
from clew.evals.metrics import bootstrap, cover_em, exact_match, f1, recall_at
from clew.graphs.searching import fuse
from clew.tools.corpus.encoder import load_encoder
from clew.tools.corpus.index import CorpusIndex, open_corpus
from clew.tools.corpus.indexing import index_documents

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "multihop"
SETS = ("2wiki", "hotpotqa", "musique")
FUSED_FROM = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder for a line of JSON for each question")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"the development data is not at {arguments.data}; name it with --data")
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.set or SETS:
        measure_set(name, arguments)


def measure_set(name: str, arguments: argparse.Namespace) -> None:
    """Index one set's corpus, ask its questions and print what came of them."""
    folder = arguments.data / name
    corpus = folder / "corpus.jsonl"
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    report = index_documents([corpus], home=arguments.home, name=name, encoder=encoder)
    index = open_corpus(arguments.home, name)
    questions = [json.loads(line) for line in (folder / "questions.jsonl").open()]
    questions = questions[: arguments.limit]

    rankings: dict[str, list[Sequence[Passage]]] = {"BM25": [], "MiniLM": [], "fused": []}
    for question in questions:
        single = single_shot(index, encoder, question["question"])
        for kind, ranking in single.items():
            rankings[kind].append(ranking)
    agent = SearchAgent(home=arguments.home, corpus=name)
    started = time.perf_counter()
    answers, seconds = asyncio.run(ask_all(agent, questions, arguments.concurrency))
    wall = time.perf_counter() - started
    rankings["agent"] = [answer.evidence for answer in answers]

    print(
        f"{name}: {len(questions)} questions, {len(index):,} passages "
        f"({report.added} documents added, {report.unchanged} unchanged)\n"
    )
    print("| ranking | recall@2 | recall@5 |\n| --- | --- | --- |")
    for kind, ranked in rankings.items():
        cells = [
            estimate(
                [
                    recall(k, each, question)
                    for each, question in zip(ranked, questions, strict=True)
                ]
            )
            for k in (2, 5)
        ]
        print(f"| {kind} | {' | '.join(cells)} |")
    print("\n| answers | value |\n| --- | --- |")
    for label, measure in (("EM", exact_match), ("F1", f1), ("cover-EM", cover_em)):
        values = [
            measure(answer.short_answer, question["answers"])
            for answer, question in zip(answers, questions, strict=True)
        ]
        print(f"| {label} | {estimate(values)} |")
    print(f"| abstained | {estimate([float(answer.abstained) for answer in answers])} |")
    answered = [(a, q) for a, q in zip(answers, questions, strict=True) if not a.abstained]
    values = [f1(a.short_answer, q["answers"]) for a, q in answered]
    print(f"| F1 where it answered | {estimate(values)} |")
    ordered = sorted(seconds)
    print(
        f"| seconds a question, {arguments.concurrency} at a time: median, 95th percentile "
        f"| {ordered[len(ordered) // 2]:.2f}, "
        f"{ordered[int(len(ordered) * 0.95)]:.2f} |"
    )
    print(f"| questions a second | {len(questions) / wall:.2f} |")
    if arguments.out:
        write(arguments.out / f"{name}.jsonl", questions, answers, seconds)


def single_shot(index: CorpusIndex, encoder: Any, question: str) -> dict[str, Sequence[Passage]]:
    """Return the passages that each single search ranks first."""
    vector = encoder.encode([question])[0]
    terms = index.passages([id for id, _ in index.search_terms(question, FUSED_FROM)])
    vectors = index.passages([id for id, _ in index.search_vectors(vector, FUSED_FROM)])
    return {"BM25": terms, "MiniLM": vectors, "fused": fuse([terms, vectors])}


async def ask_all(
    agent: SearchAgent, questions: Sequence[dict[str, Any]], concurrency: int
) -> tuple[list[Answer], list[float]]:
    """Return the agent's answers and the seconds that each took."""
    slots = asyncio.Semaphore(concurrency)
    done = 0

    async def one(question: str) -> tuple[Answer, float]:
        nonlocal done
        async with slots:
            started = time.perf_counter()
            answer = await agent.aask(question)
            done += 1
            if done % 50 == 0:
                print(f"… {done} of {len(questions)}", flush=True)
            return answer, time.perf_counter() - started

    results = await asyncio.gather(*(one(question["question"]) for question in questions))
    return [answer for answer, _ in results], [seconds for _, seconds in results]


def recall(k: int, ranked: Sequence[Passage], question: dict[str, Any]) -> float:
    """Return the share of the question's gold documents among the first ``k`` documents."""
    if gold := question.get("gold_ids"):
        return recall_at(k, [passage.source.rpartition("#")[2] for passage in ranked], gold)
    return recall_at(k, [passage.title for passage in ranked], question["gold_titles"])


def estimate(values: Sequence[float]) -> str:
    """Return a mean of shares in percent with its 95 % interval."""
    if not values:
        return "–"
    mean, low, high = bootstrap(values)
    return f"{100 * mean:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def write(
    path: Path,
    questions: Sequence[dict[str, Any]],
    answers: Sequence[Answer],
    seconds: Sequence[float],
) -> None:
    """Write a line of JSON for each question: what was asked, expected and answered."""
    with path.open("w") as file:
        for question, answer, took in zip(questions, answers, seconds, strict=True):
            line = {
                "id": question["id"],
                "question": question["question"],
                "answers": question["answers"],
                "gold": question.get("gold_ids") or question["gold_titles"],
                "seconds": took,
                "answer": answer.model_dump(mode="json"),
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

"""Each query strategy's recall at 5, one retrieval round without reading or retrying.

The embedded policy words the queries. First for the single hops of musique: the gold sub-question
with the gold answers before it put in, which is fair only here, where nothing but the retrieval of
one hop is measured. Then for the whole questions of each set. Indexes are those that
`benchmarks/multihop.py` makes.

    python benchmarks/query_strategies.py
    python benchmarks/query_strategies.py --set musique --limit 50
"""

import argparse
import asyncio
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clew import Passage
from clew.agent.policies.embedded.policy import EmbeddedPolicy
from clew.evals import load_questions
from clew.evals.gold import document_key, title_key
from clew.evals.metrics import bootstrap, recall_at
from clew.graphs.meter import Tally
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import Policy, QueryStrategy, RewriteRequest
from clew.graphs.queries import query_strategy_named
from clew.graphs.searching import search_all
from clew.tools.corpus.encoder import Encoder, load_encoder
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.retrieval import Retriever
from clew.tools.search.base import SearchBackend
from clew.tools.search.corpus import CorpusSearch

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "multihop"
SETS = ("musique", "2wiki", "hotpotqa")
STRATEGIES = ("plain", "paraphrases", "intents", "thought", "hypothetical", "feedback")


@dataclass(frozen=True)
class Case:
    """A text to search for, and the documents that should be found.

    Attributes:
        question_id: The question it belongs to; hops of one question are no independent cases.
        question: That question.
        text: What is searched for.
        gold: Keys of the documents, any of each group.
        by: What those keys are: ``id`` or ``title``.
    """

    question_id: str
    question: str
    text: str
    gold: Sequence[Sequence[str]]
    by: Literal["id", "title"]


@dataclass(frozen=True)
class Outcome:
    """What one strategy made of one case."""

    recall: float
    searches: int
    policy_calls: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="all of them by default")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--limit", type=int, help="only the first questions")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"the development data is not at {arguments.data}; name it with --data")
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    for name in arguments.set or SETS:
        folder = arguments.data / name
        index_documents([folder / "corpus.jsonl"], home=arguments.home, name=name, encoder=encoder)
        backend = CorpusSearch(Retriever(open_corpus(arguments.home, name), encoder))
        if name == "musique":
            hops = hop_cases(folder / "questions.jsonl", arguments.limit)
            report("single hops of musique", hops, backend, encoder)
        cases = whole_cases(folder / "questions.jsonl", arguments.limit)
        report(f"whole questions of {name}", cases, backend, encoder)


def hop_cases(file: Path, limit: int | None) -> list[Case]:
    """Return the hops of each question of musique, the gold answers they build on put in."""
    cases = []
    for line in file.read_text(encoding="utf-8").splitlines()[:limit]:
        row = json.loads(line)
        answers: list[str] = []
        for hop, gold in zip(row["decomposition"], row["gold_ids"], strict=True):
            text = hop["question"]
            for number, answer in enumerate(answers, start=1):
                text = text.replace(f"#{number}", answer)
            answers.append(hop["answer"])
            any_of = [gold] if isinstance(gold, str) else gold
            cases.append(Case(row["id"], row["question"], as_question(text), [any_of], "id"))
    return cases


def as_question(text: str) -> str:
    """Return a hop that musique writes as ``subject >> relation`` as a question."""
    subject, arrow, relation = text.partition(" >> ")
    return f"What is the {relation} of {subject}?" if arrow else text


def whole_cases(file: Path, limit: int | None) -> list[Case]:
    """Return each question as it is asked."""
    return [
        Case(each.id, each.question, each.question, each.gold, each.gold_by)
        for each in load_questions(str(file), limit=limit).questions
    ]


def report(what: str, cases: Sequence[Case], backend: SearchBackend, encoder: Encoder) -> None:
    """Measure every strategy and print a table; intervals are over questions."""
    policy = EmbeddedPolicy(encoder)
    questions = len({case.question_id for case in cases})
    print(f"{what}: {len(cases)} searched for, of {questions} questions\n")
    print("| strategy | recall@5 | against plain | searches | policy calls | seconds, median |")
    print("| --- | --- | --- | ---: | ---: | ---: |")
    plain: list[float] = []
    for name in STRATEGIES:
        strategy = query_strategy_named(name)(encoder)
        outcomes = asyncio.run(measured(strategy, cases, policy, backend))
        recalls = by_question(cases, outcomes)
        plain = plain or recalls
        differences = [ours - theirs for ours, theirs in zip(recalls, plain, strict=True)]
        cells = (
            estimate(recalls),
            "" if name == "plain" else estimate(differences, sign="+"),
            f"{statistics.mean(each.searches for each in outcomes):.2f}",
            f"{statistics.mean(each.policy_calls for each in outcomes):.2f}",
            f"{statistics.median(each.seconds for each in outcomes):.3f}",
        )
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(flush=True)


async def measured(
    strategy: QueryStrategy, cases: Sequence[Case], policy: Policy, backend: SearchBackend
) -> list[Outcome]:
    """Search for every case, one after the other."""
    return [await outcome(strategy, case, policy, backend) for case in cases]


async def outcome(
    strategy: QueryStrategy, case: Case, policy: Policy, backend: SearchBackend
) -> Outcome:
    """Search for a case once, as the searcher does for a sub-question."""
    tally = Tally.unlimited()

    async def look_up(queries: Sequence[str]) -> Sequence[Sequence[Passage]]:
        searched = await search_all([backend], queries, tally=tally, tell=lambda record: None)
        return searched.rankings

    request = RewriteRequest(
        question=case.question,
        tally=tally,
        sub_question=SubQuestion(id="q1", text=case.text),
        text=case.text,
    )
    started = time.perf_counter()
    ranked = await strategy.search(request, policy, look_up)
    seconds = time.perf_counter() - started
    keys = [document_key(case.by, source=each.source, title=each.title) for each in ranked]
    gold = [
        [title_key(key) if case.by == "title" else key for key in any_of] for any_of in case.gold
    ]
    usage = tally.usage
    return Outcome(recall_at(5, keys, gold), usage.searches, usage.policy_calls, seconds)


def by_question(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[float]:
    """Return the mean recall of each question."""
    recalls: dict[str, list[float]] = defaultdict(list)
    for case, each in zip(cases, outcomes, strict=True):
        recalls[case.question_id].append(each.recall)
    return [statistics.mean(values) for values in recalls.values()]


def estimate(values: Sequence[float], sign: str = "") -> str:
    """Return a mean with its 95 % bootstrap interval, in percent."""
    mean, low, high = (100 * each for each in bootstrap(values))
    return f"{mean:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


if __name__ == "__main__":
    main()

"""Evaluating the retriever alone, on test sets that judge which documents a query should find."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from ..errors import QuestionsError
from ..tools.corpus.encoder import Encoder
from ..tools.corpus.index import CorpusIndex, open_corpus
from ..tools.corpus.indexing import index_documents
from .files import write_atomically
from .metrics import bootstrap, recall_at
from .ranking import ndcg_at
from .retrieval_data import RetrievalSet, read_retrieval_set
from .retrieval_rankings import RANKINGS, RankedDocuments, ranked_documents
from .versions import versions

_DIGITS = 6

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done and how many there are."""


class RetrievalConfig(BaseModel):
    """What it takes to repeat the evaluation of a ranking.

    Attributes:
        dataset: Name of the folder.
        split: Which of its queries were asked.
        sha256: Hash of documents, queries and judgements.
        queries: How many queries were asked.
        limit: The most that were to be asked, if there was a limit.
        documents: How many documents the corpus holds.
        passages: How many passages they are cut into.
        empty_documents: Documents without a word, which nothing can find.
        unjudged: Queries left out because no document is relevant to them.
        unknown_queries: Judgements of queries that there are none of.
        unknown_documents: Judgements of documents that the corpus lacks.
        ranking: What ranked the documents.
        encoder: Name of the encoder.
        seed: Seed of the resampling.
        versions: Versions of Python, clew and the packages it stands on.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    split: str
    sha256: str
    queries: int
    limit: int | None
    documents: int
    passages: int
    empty_documents: int
    unjudged: int
    unknown_queries: int
    unknown_documents: int
    ranking: str
    encoder: str
    seed: int
    versions: dict[str, str]


class RetrievalResult(NamedTuple):
    """What came of an evaluation.

    Attributes:
        config: What was evaluated.
        metrics: ``n``, the mean of each measure, ``seconds_p50`` of a query, and in ``ci`` the
            95 % interval of each mean.
        run: The documents found for each query with their scores, best first.
    """

    config: RetrievalConfig
    metrics: dict[str, Any]
    run: dict[str, RankedDocuments]


def evaluate_retriever(
    folder: Path,
    *,
    split: str = "test",
    ranking: str = "retriever",
    home: Path,
    encoder: Encoder,
    chroma_url: str | None = None,
    limit: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> RetrievalResult:
    """Index a test set's documents, rank them for its queries, and score the rankings.

    The corpus stays in the home, so that the next evaluation finds it indexed. A document stands
    where its best passage does.

    Args:
        folder: The test set, in the layout of BEIR.
        split: Which of its queries to ask.
        ranking: One of `RANKINGS`.
        home: Directory in which clew keeps its data.
        encoder: Makes the vectors.
        chroma_url: Address of the Chroma server that is to hold them, if one is.
        limit: The most queries to ask, from the first on.
        seed: Seed of the resampling that the intervals come from.
        progress: Called as work goes on.

    Raises:
        QuestionsError: The test set cannot be used, or there is no such ranking.
        ClewError: The corpus cannot be indexed.
    """
    if ranking not in RANKINGS:
        raise QuestionsError(f"there is no ranking {ranking!r} (known: {', '.join(RANKINGS)})")
    if limit is not None and limit < 1:
        raise QuestionsError(f"at least one query must be asked, not {limit}")
    tell = progress or (lambda what, done, total: None)
    test_set = read_retrieval_set(folder, split).first(limit)
    corpus = _corpus_name(folder)
    file = (home / "beir" / f"{corpus}.jsonl").resolve()
    empty = _write_corpus(test_set, file)
    report = index_documents(
        [file],
        home=home,
        name=corpus,
        encoder=encoder,
        chroma_url=chroma_url,
        progress=lambda at: tell(at.stage, at.done, at.total),
    )
    index = open_corpus(home, corpus, chroma_url=chroma_url)
    try:
        run, seconds = _ranked(test_set, ranking, index, encoder, f"{file}#", tell)
    finally:
        index.close()
    config = RetrievalConfig(
        dataset=test_set.name,
        split=split,
        sha256=test_set.sha256,
        queries=len(test_set.queries),
        limit=limit,
        documents=len(test_set.documents),
        passages=report.passages,
        empty_documents=empty,
        unjudged=test_set.unjudged,
        unknown_queries=test_set.unknown_queries,
        unknown_documents=test_set.unknown_documents,
        ranking=ranking,
        encoder=encoder.name,
        seed=seed,
        versions=versions(),
    )
    metrics = retrieval_metrics(run, test_set.relevance, seed=seed)
    return RetrievalResult(config, metrics | {"seconds_p50": round(median(seconds), 4)}, run)


def retrieval_metrics(
    run: Mapping[str, RankedDocuments], relevance: Mapping[str, Mapping[str, int]], *, seed: int = 0
) -> dict[str, Any]:
    """Return the mean of each measure over the queries of a run, with its 95 % interval.

    Args:
        run: Ranked documents by query.
        relevance: What documents are worth, by query and document; some worth for each query.
        seed: Seed of the resampling.
    """
    values: dict[str, list[float]] = {"ndcg@10": [], "recall@10": [], "recall@100": []}
    for query, found in run.items():
        ranked, worth = [document for document, _ in found], relevance[query]
        relevant = [document for document, each in worth.items() if each > 0]
        values["ndcg@10"].append(ndcg_at(10, ranked, worth))
        for k in (10, 100):
            values[f"recall@{k}"].append(recall_at(k, ranked, relevant))
    estimates = {name: bootstrap(each, seed=seed) for name, each in values.items()}
    return {
        "n": len(run),
        **{name: round(each.mean, _DIGITS) for name, each in estimates.items()},
        "ci": {
            name: [round(each.low, _DIGITS), round(each.high, _DIGITS)]
            for name, each in estimates.items()
        },
    }


def _corpus_name(folder: Path) -> str:
    """Return a name that no other folder's corpus has."""
    path = folder.resolve()
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.name)[:40]
    return f"beir-{readable}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def _write_corpus(test_set: RetrievalSet, file: Path) -> int:
    """Write the documents as clew indexes them, and return how many hold not a word.

    BEIR's ids have another name than clew's, and a title may stand without a text.
    """
    lines, empty = [], 0
    for id, (title, text) in test_set.documents.items():
        if content := text if text.strip() else title.strip():
            lines.append(json.dumps({"id": id, "title": title, "text": content}) + "\n")
        else:
            empty += 1
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, "".join(lines))
    return empty


def _ranked(
    test_set: RetrievalSet,
    ranking: str,
    index: CorpusIndex,
    encoder: Encoder,
    prefix: str,
    tell: Progress,
) -> tuple[dict[str, RankedDocuments], Sequence[float]]:
    run, seconds = {}, []
    for done, (id, query) in enumerate(test_set.queries.items()):
        tell("searching", done, len(test_set.queries))
        started = time.perf_counter()
        found = ranked_documents(RANKINGS[ranking](index, encoder, query))
        seconds.append(time.perf_counter() - started)
        run[id] = [(source.removeprefix(prefix), score) for source, score in found]
    return run, seconds

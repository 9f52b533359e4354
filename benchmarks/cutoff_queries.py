"""Queries with what retrieval brings for them, and which of it is gold evidence.

Sub-questions count beside whole questions, for a workflow searches for both.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from claim_statements import asked_for
from fit_ranking import paragraphs
from numpy.typing import NDArray

from clew.agent.policies.embedded.text import bare_title, plain
from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.index import open_corpus
from clew.tools.corpus.indexing import index_documents
from clew.tools.corpus.retrieval import Retriever

DEPTH = 20
"""Passages that retrieval brings for a query."""


@dataclass(frozen=True)
class Query:
    """A query, and the documents that are gold for it.

    Attributes:
        text: The query.
        gold: Ids of its documents; where several will do for one piece of evidence, together.
        unjudged: Ids of documents of which nobody has said whether they help.
        group: The question that it belongs to.
    """

    text: str
    gold: tuple[frozenset[str], ...]
    unjudged: frozenset[str]
    group: str

    def is_gold(self, document: str) -> bool:
        """Whether a document is evidence for the query."""
        return any(document in each for each in self.gold)


@dataclass(frozen=True)
class Retrieved:
    """What retrieval brings for a query, best first; unjudged documents are left out.

    Attributes:
        query: The query.
        vector: Its vector.
        scores: The passages' scores.
        cosines: Their cosines to the query.
        gold: Which of them are of gold documents.
        documents: The id of each one's document.
    """

    query: Query
    vector: NDArray[np.float32]
    scores: NDArray[np.float32]
    cosines: NDArray[np.float32]
    gold: NDArray[np.bool_]
    documents: tuple[str, ...]


def retrieved(corpus: str, home: Path, queries: Sequence[Query], encoder: Encoder
              ) -> list[Retrieved]:  # fmt: skip
    """Search an indexed corpus for queries."""
    index = open_corpus(home, corpus)
    retriever, found = Retriever(index, encoder), []
    for query in queries:
        vector = encoder.encode([query.text])[0]
        hits = [
            (hit, document)
            for hit in retriever.retrieve(query.text, limit=DEPTH)
            if (document := hit.passage.source.rpartition("#")[2]) not in query.unjudged
        ]
        if not hits:
            continue
        cosines = index.vectors([hit.passage.id for hit, _ in hits]) @ vector
        documents = tuple(document for _, document in hits)
        found.append(
            Retrieved(
                query=query,
                vector=vector,
                scores=np.array([hit.score for hit, _ in hits], dtype=np.float32),
                cosines=cosines.astype(np.float32),
                gold=np.array([query.is_gold(document) for document in documents]),
                documents=documents,
            )
        )
    index.close()
    return found


def training_queries(
    name: str, data: Path, home: Path, encoder: Encoder
) -> tuple[str, list[Query]]:
    """Index a training set's pooled paragraphs; return the corpus and all queries over it."""
    rows = [json.loads(line) for line in (data / f"{name}_paragraphs.jsonl").open()]
    pool: dict[tuple[str, str], str] = {}
    for row in rows:
        for paragraph, _ in paragraphs(row):
            pool.setdefault(paragraph, str(len(pool)))
    corpus, file = f"train_{name}", home / f"train_{name}.jsonl"
    home.mkdir(parents=True, exist_ok=True)
    with file.open("w") as out:
        for (title, text), id in pool.items():
            out.write(json.dumps({"id": id, "title": title, "text": text}) + "\n")
    index_documents([file], home=home, name=corpus, encoder=encoder)
    return corpus, [query for row in rows for query in _queries(row, pool)]


def alone(ids: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Return gold documents for none of which another will do."""
    return tuple(frozenset([id]) for id in ids)


def _queries(row: dict[str, Any], pool: Mapping[tuple[str, str], str]) -> Iterator[Query]:
    gold = {pool[paragraph]: paragraph for paragraph, supports in paragraphs(row) if supports}
    if gold:
        yield Query(row["question"], alone(gold), frozenset(), row["question"])
    for asked, subject, answer in _sub_questions(row):
        own = {
            id
            for id, (title, text) in gold.items()
            if plain(answer) in plain(text) and (not subject or bare_title(title) == subject)
        }
        # A document of another step may hold the answer as well; it is not counted either way.
        if len(own) == 1:
            yield Query(asked, alone(own), frozenset(gold) - own, row["question"])


def _sub_questions(row: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the sub-questions of a row, their subject where known, and their answers."""
    for subject, relation, answer in row.get("evidences", ()):
        yield asked_for(subject, relation), bare_title(subject), answer
    for asked, answer in filled(row.get("decomposition", ())):
        yield asked, "", answer


def filled(steps: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """Return the questions of a MuSiQue decomposition, answers put in, with their answers.

    Its shorthand *subject >> relation* is worded as a question.
    """
    found = []
    for step in steps:
        asked = re.sub(r"#(\d)", lambda match: steps[int(match[1]) - 1]["answer"], step["question"])
        subject, arrow, relation = asked.partition(" >> ")
        found.append((asked_for(subject, relation) if arrow else asked, step["answer"]))
    return found

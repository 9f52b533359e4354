"""Retrieval test sets in the layout of BEIR (Thakur et al., 2021, arXiv:2104.08663)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import QuestionsError
from ..tools.listing import listed
from .datasets.fields import BadRecord, Record, identifier, optional_text, text
from .datasets.records import read_entries

_SHOWN = 20
"""Unusable lines that an error names."""


class RetrievalSet(NamedTuple):
    """Documents, queries, and which of the documents each query should find.

    Attributes:
        name: Name of its folder.
        split: Which of its queries these are.
        documents: Title and text by id; either may be empty.
        queries: The judged queries by id, in the order of their file.
        relevance: What each document is worth, by query and document; documents that the corpus
            lacks are kept, as trec_eval does, and can never be found.
        unjudged: Queries that are left out because no document is relevant to them.
        unknown_queries: Judgements of queries that there are none of.
        unknown_documents: Judgements of documents that the corpus lacks.
    """

    name: str
    split: str
    documents: dict[str, tuple[str, str]]
    queries: dict[str, str]
    relevance: dict[str, dict[str, int]]
    unjudged: int
    unknown_queries: int
    unknown_documents: int

    @property
    def sha256(self) -> str:
        """Hash of the documents, queries and judgements."""
        digest = hashlib.sha256()
        for part in (self.documents, self.queries, self.relevance):
            for item in part.items():
                digest.update(json.dumps(item, sort_keys=True).encode() + b"\n")
        return digest.hexdigest()

    def first(self, limit: int | None) -> "RetrievalSet":
        """Return the set with its first queries only, or all of them where there is no limit."""
        return self._replace(queries=dict(list(self.queries.items())[:limit]))


def read_retrieval_set(folder: Path, split: str) -> RetrievalSet:
    """Read a folder of ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/SPLIT.tsv``.

    Or, flat, of ``corpus.jsonl``, ``queries_SPLIT.jsonl`` and ``qrels_SPLIT.tsv``.

    Raises:
        QuestionsError: A file is missing, some lines cannot be used, or no query is judged.
    """
    if not folder.is_dir():
        raise QuestionsError(f"there is no folder {folder}")
    judgements = _judgements(_file(folder, f"qrels/{split}.tsv", f"qrels_{split}.tsv"))
    queries = _by_id(_file(folder, "queries.jsonl", f"queries_{split}.jsonl"), _query)
    documents = _by_id(_file(folder, "corpus.jsonl"), _document)
    relevant = {query for query, worth in judgements.items() if max(worth.values()) > 0}
    judged = {id: asked for id, asked in queries.items() if id in relevant}
    if not judged:
        raise QuestionsError(f"{folder} judges no document relevant to any of its queries")
    return RetrievalSet(
        name=folder.resolve().name,
        split=split,
        documents=documents,
        queries=judged,
        relevance={id: judgements[id] for id in judged},
        unjudged=len(queries) - len(judged),
        unknown_queries=sum(len(worth) for id, worth in judgements.items() if id not in queries),
        unknown_documents=sum(
            document not in documents for worth in judgements.values() for document in worth
        ),
    )


def _file(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise QuestionsError(
        f"{folder} has no {' or '.join(names)}; a retrieval test set has corpus.jsonl, "
        f"queries.jsonl and qrels/SPLIT.tsv{_splits(folder)}"
    )


def _splits(folder: Path) -> str:
    found = [path.stem for path in folder.glob("qrels/*.tsv")]
    found += [path.stem.removeprefix("qrels_") for path in folder.glob("qrels_*.tsv")]
    return f"; the splits here are: {', '.join(sorted(found))}" if found else ""


def _by_id(path: Path, read: Callable[[Record], Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    places: dict[str, str] = {}
    bad = []
    for entry in read_entries(path):
        try:
            if entry.record is None:
                raise BadRecord(entry.reason)
            id = _id(entry.record)
            if id in places:
                raise BadRecord(f"its id {id!r} was already used by {places[id]}")
            found[id] = read(entry.record)
            places[id] = entry.place
        except BadRecord as error:
            bad.append(f"{entry.place}: {error}")
    _refuse(path, bad)
    return found


def _id(record: Record) -> str:
    id = identifier(record, "_id", "id")
    if not id.isprintable() or len(id.split()) != 1 or id != id.strip():
        raise BadRecord(f"its id {id[:80]!r} has spaces or control characters in it")
    return id


def _query(record: Record) -> str:
    return text(record, "text")


def _document(record: Record) -> tuple[str, str]:
    return optional_text(record, "title") or "", optional_text(record, "text") or ""


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    bad = []
    for number, line in _numbered(path):
        fields = line.split("\t")
        if number == 1 and fields[-1].strip() == "score":
            continue
        try:
            query, document, score = (field.strip() for field in fields)
            worth = int(score)
        except ValueError:
            bad.append(f"line {number}: not query id, document id and whole number between tabs")
            continue
        if judged.setdefault(query, {}).setdefault(document, worth) != worth:
            bad.append(f"line {number}: an earlier line judges {document!r} otherwise")
    _refuse(path, bad)
    if not judged:
        raise QuestionsError(f"{path} judges nothing")
    return judged


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise QuestionsError(f"{path} cannot be read: it is not UTF-8") from None
    except OSError as error:
        raise QuestionsError(f"{path} cannot be read: {error.strerror or error}") from error
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _refuse(path: Path, bad: list[str]) -> None:
    if bad:
        raise QuestionsError(f"{path} has unusable lines: {listed(bad, _SHOWN)}")

"""Queries with the documents that they should find: of the question sets, and of a user's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...errors import TrainingDataError
from ...tools.corpus.encoder import Encoder
from .holding_out import fold_of
from .known_questions import SETS, index_paragraphs
from .overlaps import Overlaps
from .reading_examples import Question, multihop_questions, musique_questions, triple_questions
from .rows import read_rows

_HELD_OUT = 10  # one of so many groups is kept from learning


@dataclass(frozen=True)
class Query:
    """A query and what it should find.

    Attributes:
        text: The query.
        gold: Ids of the documents that answer it or a part of it. An id is the source of a
            document, or what stands behind ``#`` in that.
        kind: Whether it is a whole question, or a part of one.
        answer: Its answer; what holds that is not taken for wrong. Empty where it is not known.
        group: What it shares with queries that must not be both learnt from and measured on.
    """

    text: str
    gold: frozenset[str]
    kind: Literal["whole", "part"]
    answer: str
    group: str

    def is_gold(self, source: str) -> bool:
        """Whether a document answers the query or a part of it."""
        return bool(self.gold & {source, source.rpartition("#")[2]})


def training_queries(
    folder: Path, home: Path, encoder: Encoder, skip: Overlaps
) -> dict[str, list[Query]]:
    """Index the paragraphs of the question sets, a corpus each.

    Args:
        folder: The folder of training data.
        home: Where the indexes go.
        encoder: Makes the vectors.
        skip: Questions not to learn from.

    Returns:
        The queries of each corpus, by its name in the home: questions, and parts of them.

    Raises:
        TrainingDataError: The data cannot be read.
    """
    found = {}
    for name in SETS:
        corpus = index_paragraphs(folder, name, home, encoder)
        found[corpus] = set_queries(folder, name, home / f"{corpus}.jsonl", skip)
    return found


def set_queries(folder: Path, name: str, documents: Path, skip: Overlaps) -> list[Query]:
    """Read the questions of a set, and parts of them.

    Args:
        folder: The folder of training data.
        name: One of `SETS`.
        documents: The set's paragraphs as they were indexed.
        skip: Questions not to learn from.
    """
    file = folder / f"{name}_paragraphs.jsonl"
    ids = {(row["title"], _spaced(row["text"])): str(row["id"]) for row in read_rows(documents)}
    whole, parts = _questions(file, name, skip)
    kinds: list[tuple[Question, Literal["whole", "part"]]] = [
        *((each, "whole") for each in whole),
        *((each, "part") for each in parts),
    ]
    golds = [[ids[title, _spaced(text)] for title, text in each.gold] for each, _ in kinds]
    groups = _groups(golds)
    return [
        Query(each.text, frozenset(gold), kind, each.answer, groups[gold[0]])
        for (each, kind), gold in zip(kinds, golds, strict=True)
    ]


def _groups(golds: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return for each document the first of those that queries join it with, over any detour."""
    first: dict[str, str] = {}

    def of(id: str) -> str:
        while (up := first.setdefault(id, id)) != id:
            id = up
        return id

    for gold in golds:
        root = min(map(of, gold))
        for id in gold:
            first[of(id)] = root
    return {id: of(id) for id in first}


def own_queries(file: Path, sources: Iterable[str]) -> list[Query]:
    """Read a user's queries: lines of ``{"query": …, "documents": […]}``.

    Args:
        file: The file, of JSON Lines.
        sources: Sources of the documents of the corpus. A line names one as it is, or by what
            stands behind ``#`` in it.

    Raises:
        TrainingDataError: A line is not of that form, or names a document that there is not.
    """
    known = {name for source in sources for name in (source, source.rpartition("#")[2])}
    found = []
    for number, row in enumerate(read_rows(file), 1):
        text, named = row.get("query"), row.get("documents")
        if not isinstance(text, str) or not isinstance(named, list) or not (text.strip() and named):
            raise TrainingDataError(
                f'{file}: query {number} is not of the form {{"query": "…", "documents": ["…"]}}'
            )
        gold = frozenset(map(str, named))
        if strange := sorted(gold - known):
            raise TrainingDataError(
                f"{file}: query {number} names {strange[0]!r}, which is no document of the "
                "corpus; name documents by their sources, as `clew search --json` shows them"
            )
        found.append(Query(text.strip(), gold, "whole", "", text.strip()))
    if not found:
        raise TrainingDataError(f"{file} holds no query")
    return found


def parted(queries: Sequence[Query]) -> tuple[list[Query], list[Query]]:
    """Part queries into those to learn from and one in ten, held out with its group."""
    held = [fold_of(each.group, _HELD_OUT) == 0 for each in queries]
    return (
        [each for each, out in zip(queries, held, strict=True) if not out],
        [each for each, out in zip(queries, held, strict=True) if out],
    )


def _questions(file: Path, name: str, skip: Overlaps) -> tuple[list[Question], list[Question]]:
    if name == "musique":
        return musique_questions(file, skip)
    return multihop_questions(file, skip), triple_questions(file, skip) if name == "2wiki" else []


def _spaced(text: str) -> str:
    return " ".join(text.split())

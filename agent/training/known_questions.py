"""Training questions whose answers are known, and a corpus of all their paragraphs to search."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...tools.corpus.encoder import Encoder
from ...tools.corpus.indexing import index_documents
from .overlaps import Overlaps, development_questions
from .rollouts import Known
from .rows import read_rows

SETS = ("2wiki", "hotpotqa", "musique")


def known_questions(folder: Path, name: str, skip: list[Overlaps]) -> tuple[list[Known], int]:
    """Read the questions of a set.

    Args:
        folder: Holds ``<name>_paragraphs.jsonl``.
        name: One of `SETS`.
        skip: What the questions must not resemble.

    Returns:
        The questions, and how many were left out.

    Raises:
        TrainingDataError: The file cannot be read.
    """
    rows = list(read_rows(_file(folder, name)))
    kept = [row for row in rows if not any(each.has(row["question"]) for each in skip)]
    known = [Known(str(row["id"]), row["question"], (row["answer"],)) for row in kept]
    return known, len(rows) - len(known)


def measured_questions(folder: Path) -> list[Overlaps]:
    """Return the questions that results are checked on, those of judged rollouts among them.

    Args:
        folder: The folder of data; what is not there cannot be stayed clear of.
    """
    judged = (row["question"] for file in folder.glob("prm/*.jsonl") for row in read_rows(file))
    return [development_questions(folder), Overlaps(judged)]


def index_paragraphs(folder: Path, name: str, home: Path, encoder: Encoder) -> str:
    """Index all paragraphs of a set's questions together, unless that has been done.

    Args:
        folder: Holds ``<name>_paragraphs.jsonl``.
        name: One of `SETS`.
        home: Where the index goes.
        encoder: Makes the vectors.

    Returns:
        The name of the corpus.
    """
    pool: dict[tuple[str, str], str] = {}
    for row in read_rows(_file(folder, name)):
        for paragraph, _ in paragraphs(row):
            pool.setdefault(paragraph, str(len(pool)))
    home.mkdir(parents=True, exist_ok=True)
    file = home / f"train_{name}.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for (title, text), id in pool.items():
            out.write(json.dumps({"id": id, "title": title, "text": text}) + "\n")
    index_documents([file], home=home, name=f"train_{name}", encoder=encoder)
    return f"train_{name}"


def drawn(questions: list[Known], most: int | None, seed: int) -> list[Known]:
    """Return some of the questions in random order, the first of them whatever ``most`` is."""
    shuffled = sorted(questions, key=lambda each: each.id)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:most]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}_paragraphs.jsonl"


def paragraphs(row: dict[str, Any]) -> Iterator[tuple[tuple[str, str], bool]]:
    """Yield title and text of a question's paragraphs, each with whether it supports the answer."""
    if "paragraphs" in row:
        for each in row["paragraphs"]:
            yield (each["title"], each["paragraph_text"].strip()), each["is_supporting"]
    else:
        supporting = {title for title, _ in row["supporting_facts"]}
        for title, sentences in row["context"]:
            yield (title, " ".join(" ".join(sentences).split())), title in supporting

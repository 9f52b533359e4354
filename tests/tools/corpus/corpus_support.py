"""A fast encoder, files to index, and a look at what a corpus answers."""

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.tools.corpus.index import CorpusIndex


class WordEncoder:
    """Sums a fixed random vector per word; storage does not care what vectors mean."""

    name = "words"
    dimension = 32

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        rows = []
        for text in texts:
            row = np.full(self.dimension, 1e-3)
            for word in re.findall(r"\w+", text.lower()):
                row += np.random.default_rng(zlib.crc32(word.encode())).normal(size=self.dimension)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, np.float32)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a directory, and return the directory."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def json_lines(records: Mapping[str, tuple[str, str]]) -> str:
    """Return a JSON lines file of records, given as id: (title, text)."""
    return "".join(
        json.dumps({"id": name, "title": title, "text": text}) + "\n"
        for name, (title, text) in records.items()
    )


def texts(index: CorpusIndex) -> set[tuple[str, str]]:
    """Return all a corpus holds, found by each of its three ways of searching."""
    vector = WordEncoder().encode(["anything"])[0]
    ids = [name for name, _ in index.search_vectors(vector, len(index) + 10)]
    assert len(ids) == len(set(ids)) == len(index)
    passages = index.passages(ids)
    expected = WordEncoder().encode([f"{p.title}. {p.text}" for p in passages])
    if ids:
        np.testing.assert_allclose(index.vectors(ids), expected, atol=1e-5)
    for passage in passages:
        word = max(re.findall(r"\w+", passage.text), key=len)
        assert passage.id in {name for name, _ in index.search_terms(word, len(ids))}
    return {(Path(passage.source).name, passage.text) for passage in passages}

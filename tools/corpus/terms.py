"""The terms of all passages, in bm25s."""

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_IDS = "ids.npy"
# Stemmers of PyStemmer must not be used by two threads at once.
_stemming = threading.Lock()


def _bm25s() -> Any:
    import bm25s  # type: ignore[import-untyped]

    # It logs every index it builds, and turns that on by itself.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s


def _tokens(texts: list[str]) -> list[list[str]]:
    import Stemmer  # type: ignore[import-not-found]

    with _stemming:
        tokens = _bm25s().tokenize(
            texts,
            stopwords="en",
            stemmer=Stemmer.Stemmer("english"),
            return_ids=False,
            show_progress=False,
        )
    return [list(words) for words in tokens]


def build_terms(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """Index the terms of passages, given with their ids, in a new directory."""
    ids, contents = [], []
    for name, text in texts:
        ids.append(name)
        contents.append(text)
    tokens = _tokens(contents) if contents else []
    folder.mkdir()
    # bm25s has no index of nothing.
    if any(tokens):
        index = _bm25s().BM25(backend="numpy")
        index.index(tokens, show_progress=False)
        index.save(folder)
    np.save(folder / _IDS, np.array(ids if any(tokens) else [], dtype="S16"))


class Terms:
    """Read access to the terms of a generation, from any thread."""

    def __init__(self, folder: Path) -> None:
        """Open the index; the files are mapped, not read."""
        self._ids = np.load(folder / _IDS)
        self._index = None
        if len(self._ids):
            self._index = _bm25s().BM25.load(folder, mmap=True)

    def search(self, query: str, limit: int) -> list[tuple[str, float]]:
        """Return the ids of passages with their BM25 scores above zero, best first."""
        if self._index is None or limit < 1:
            return []
        words = [word for word in _tokens([query])[0] if word in self._index.vocab_dict]
        if not words:
            return []
        scores: NDArray[np.float32] = self._index.get_scores(words)
        matching = np.flatnonzero(scores > 0)
        # A stable sort, so that equal scores always come in the same order.
        best = matching[np.argsort(-scores[matching], kind="stable")[:limit]]
        return [(self._ids[row].decode(), float(scores[row])) for row in best]

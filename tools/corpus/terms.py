"""The terms of all passages, in bm25s."""

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_IDS = "ids.npy"
_ID = "S16"
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


def _indexed(texts: Iterable[tuple[str, str]]) -> tuple[NDArray[np.bytes_], Any]:
    """Return the ids of passages and the index of their terms; none where there are no terms."""
    pairs = list(texts)
    tokens = _tokens([text for _, text in pairs]) if pairs else []
    # bm25s has no index of nothing.
    if not any(tokens):
        return np.array([], dtype=_ID), None
    index = _bm25s().BM25(backend="numpy")
    index.index(tokens, show_progress=False)
    return np.array([name for name, _ in pairs], dtype=_ID), index


def build_terms(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """Index the terms of passages, given with their ids, in a new directory."""
    ids, index = _indexed(texts)
    folder.mkdir()
    if index is not None:
        index.save(folder)
    np.save(folder / _IDS, ids)


class _Searched:
    """An index of bm25s, searched from any thread."""

    def __init__(self, ids: NDArray[np.bytes_], index: Any) -> None:
        self._ids = ids
        self._index = index

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


class Terms(_Searched):
    """Read access to the terms of a generation, from any thread."""

    def __init__(self, folder: Path) -> None:
        """Open the index; the files are mapped, not read."""
        ids = np.load(folder / _IDS)
        super().__init__(ids, _bm25s().BM25.load(folder, mmap=True) if len(ids) else None)


class MemoryTerms(_Searched):
    """The terms of passages in memory, weighed as those of a generation are, from any thread."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """Index the terms of passages, given with their ids."""
        super().__init__(*_indexed(texts))

"""Vectors that are kept are those that the encoder would make again."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clew.tools.corpus import encoder_cache
from clew.tools.corpus.encoder import Encoder
from clew.tools.corpus.encoder_cache import CachingEncoder


class Counting:
    """An encoder of letters that remembers what it was given."""

    name = "counting"
    dimension = 26

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.encoded += texts
        if progress is not None:
            progress(len(texts))
        rows = [[text.count(chr(97 + each)) + 1.0 for each in range(26)] for text in texts]
        matrix = np.array(rows, dtype=np.float32).reshape(-1, 26)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [(at, at + 1) for at in range(len(text))]


def test_it_is_an_encoder_and_goes_by_the_name_of_its_own() -> None:
    caching = CachingEncoder(Counting())
    assert isinstance(caching, Encoder) and (caching.name, caching.dimension) == ("counting", 26)
    assert caching.token_offsets("ab") == [(0, 1), (1, 2)]


@given(st.lists(st.lists(st.text("abc", max_size=3), max_size=6), max_size=6))
def test_each_text_is_encoded_once_and_comes_out_the_same(calls: list[list[str]]) -> None:
    counting = Counting()
    caching = CachingEncoder(counting)
    for texts in calls:
        assert np.array_equal(caching.encode(texts), Counting().encode(texts))
    assert len(counting.encoded) == len(set(counting.encoded))


def test_progress_counts_kept_texts_too() -> None:
    caching, done = CachingEncoder(Counting()), list[int]()
    caching.encode(["a", "b"])
    caching.encode(["a", "b", "c"], progress=done.append)
    assert sum(done) == 3


def test_what_was_not_wanted_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_cache, "_MOST", 2)
    counting = Counting()
    caching = CachingEncoder(counting)
    for text in ("a", "b", "a", "c", "a", "b"):
        caching.encode([text])
    assert counting.encoded == ["a", "b", "c", "b"]


def test_threads_may_share_it() -> None:
    caching = CachingEncoder(Counting())
    texts = [[f"{'a' * (each % 7)}{'b' * (each % 5)}"] for each in range(200)]
    with ThreadPoolExecutor(8) as threads:
        rows = list(threads.map(caching.encode, texts))
    assert all(
        np.array_equal(row, Counting().encode(text)) for row, text in zip(rows, texts, strict=True)
    )

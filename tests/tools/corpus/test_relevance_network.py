"""The network over the features of candidates: what it takes, what it gives, what it needs."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from corpus_support import WordEncoder
from hypothesis import given
from hypothesis import strategies as st
from support import POLAR

from clew.errors import ModelUnavailable
from clew.tools.corpus import relevance_network
from clew.tools.corpus.memory_index import MemoryIndex
from clew.tools.corpus.relevance_network import (
    CUTOFF,
    WEIGHTS,
    compared,
    load_relevance,
    packaged_relevance,
)
from clew.tools.corpus.retrieval import Retriever

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

QUESTION = "Who was the captain of the Endurance?"


def candidates(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(count + 1, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return draw.uniform(size=(count, 6)), draw.uniform(size=count), vectors[0], vectors[1:]


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_any_candidates_get_chances(seed: int, count: int) -> None:
    plain, chances, query, vectors = candidates(seed, count)
    features = compared(plain, chances, query, vectors, [str(n) for n in range(count)])
    found = load_relevance().relevance(features)
    assert found.shape == (count,)
    assert np.all((found >= 0) & (found <= 1))


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_candidates_does_not_matter(seed: int) -> None:
    plain, chances, query, vectors = candidates(seed, 9)
    order = np.random.default_rng(seed).permutation(9)
    sources = [f"file#{n % 5}" for n in range(9)]
    whole = compared(plain, chances, query, vectors, sources)
    mixed = compared(
        plain[order], chances[order], query, vectors[order], [sources[n] for n in order]
    )
    assert mixed == pytest.approx(whole[order], abs=1e-6)


def test_nothing_follows_from_itself() -> None:
    plain, chances, query, vectors = candidates(0, 4)
    vectors[1] = vectors[0]
    chances[:] = [0.9, 0.8, 0.1, 0.1]
    features = compared(plain, chances, query, vectors, ["a", "b", "c", "c"])
    assert features[0] == pytest.approx([*plain[0], *features[1][6:]])
    assert features[0, 7] == 0.0 != features[2, 7]


def test_the_file_is_small_and_comes_with_a_card() -> None:
    assert WEIGHTS.stat().st_size < 10_000
    assert WEIGHTS.with_suffix(".md").is_file()


@pytest.mark.parametrize("content", [None, b"no weights"])
def test_weights_that_cannot_be_read_are_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "relevance.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="clew train retriever"):
        load_relevance(file)


def test_without_weights_plain_features_rank_and_it_is_told_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    encoder: "Encoder",
) -> None:
    index = MemoryIndex(POLAR, encoder)
    trained = Retriever(index, encoder).retrieve(QUESTION, limit=4)
    # The default of the argument is bound already, so the file's bytes are what can be missing.
    monkeypatch.setattr(load_relevance, "__defaults__", (tmp_path / "none.safetensors",))
    packaged_relevance.cache_clear()
    try:
        with caplog.at_level(logging.WARNING, logger=relevance_network.__name__):
            plain = [Retriever(index, encoder).retrieve(QUESTION, limit=4) for _ in range(3)]
    finally:
        monkeypatch.undo()
        packaged_relevance.cache_clear()
    assert [record.message[:36] for record in caplog.records] == [
        "passages are ranked by plain feature"
    ]
    assert plain[0][0].passage == trained[0].passage
    assert [hit.score for hit in plain[0]] != [hit.score for hit in trained]


def test_vectors_of_another_encoder_are_not_compared() -> None:
    network = load_relevance()
    assert network.knows("all-MiniLM-L6-v2@53aa51172d14:fp32")
    assert not network.knows(WordEncoder().name)


def test_a_cutoff_leaves_out_what_is_unlikely_but_never_the_best(encoder: "Encoder") -> None:
    index = MemoryIndex(POLAR, encoder)
    best, *others = Retriever(index, encoder).retrieve(QUESTION, limit=4)
    between = (best.score + others[0].score) / 2
    assert Retriever(index, encoder, cutoff=CUTOFF).retrieve(QUESTION, limit=1) == [best]
    assert Retriever(index, encoder, cutoff=between).retrieve(QUESTION, limit=4) == [best]
    assert Retriever(index, encoder, cutoff=1.0).retrieve(QUESTION, limit=4) == [best]

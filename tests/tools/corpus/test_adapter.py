"""The query adapter: a residual on the vectors of queries."""

from pathlib import Path

import numpy as np
import pytest
from corpus_support import WordEncoder
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from support import POLAR

from clew.errors import ModelUnavailable
from clew.tools.corpus.adapter import QueryAdapter, load_adapter
from clew.tools.corpus.memory_index import MemoryIndex
from clew.tools.corpus.retrieval import Retriever


def unit(seed: int, size: int = 32) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector))


@given(st.integers(0, 2**32 - 1), st.floats(0, 1e4, width=32))
def test_any_query_keeps_its_length(seed: int, size: float) -> None:
    draw = np.random.default_rng(seed)
    keys, values = (size * draw.normal(size=(16, 32)).astype(np.float32) for _ in range(2))
    adapted = QueryAdapter(keys, values, encoder="words").adapted(unit(seed))
    assert float(np.linalg.norm(adapted)) == pytest.approx(1.0, abs=1e-5)


def test_values_of_zero_leave_queries_where_they_are() -> None:
    adapter = QueryAdapter(np.ones((4, 32)), np.zeros((4, 32)), encoder="words")
    assert adapter.adapted(unit(1)) == pytest.approx(unit(1), abs=1e-6)


def test_a_query_moves_by_the_value_whose_key_it_matches() -> None:
    keys = np.stack([100 * unit(1), 100 * unit(2)])
    adapter = QueryAdapter(keys, np.stack([unit(3), unit(4)]), encoder="words")
    moved = adapter.adapted(unit(1))
    assert moved @ unit(3) > unit(1) @ unit(3)
    assert moved @ unit(3) > moved @ unit(4)


def test_a_retriever_searches_where_the_adapter_points() -> None:
    encoder = WordEncoder()
    index = MemoryIndex(POLAR, encoder)
    [away] = encoder.encode([f"{POLAR[3].title}. {POLAR[3].text}"])
    adapter = QueryAdapter(np.zeros((1, 32)), 9 * away[None], encoder=encoder.name)
    query = "sailing"
    plain = Retriever(index, encoder).retrieve(query, limit=1)
    adapted = Retriever(index, encoder, adapter=adapter).retrieve(query, limit=1)
    assert [hit.passage for hit in adapted] == [POLAR[3]] != [hit.passage for hit in plain]


def test_vectors_of_another_encoder_are_refused() -> None:
    encoder = WordEncoder()
    adapter = QueryAdapter(np.ones((1, 32)), np.ones((1, 32)), encoder="another")
    with pytest.raises(ModelUnavailable, match="trained on vectors of another"):
        Retriever(MemoryIndex(POLAR, encoder), encoder, adapter=adapter)


@pytest.mark.parametrize("content", [None, b"no weights", "keys only"])
def test_files_that_cannot_be_used_are_told(tmp_path: Path, content: bytes | str | None) -> None:
    file = tmp_path / "adapter.safetensors"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content:
        save_file({"keys": np.ones((1, 32), np.float32)}, file, metadata={"encoder": "words"})
    with pytest.raises(ModelUnavailable, match="train it anew"):
        load_adapter(file)

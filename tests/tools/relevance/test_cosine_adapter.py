"""The cosine adapter: a monotone map of cosine for each query, and one cut-off."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import POLAR, passage

from clew.errors import ModelUnavailable
from clew.tools.corpus.encoder_cache import CachingEncoder
from clew.tools.relevance.cosine_adapter import CosineAdapter, load_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from clew.tools.corpus.encoder import Encoder

OTHERS = (
    passage("Puff pastry", "Puff pastry is a light dough that is folded with butter."),
    passage("Photosynthesis", "Plants make sugar of carbon dioxide and water by light."),
)


async def test_what_answers_is_kept_and_what_does_not_is_cut_off(encoder: "Encoder") -> None:
    adapter = CosineAdapter(encoder)
    answering, *others = await adapter.relevance("Who designed the ship Fram?", [POLAR[2], *OTHERS])
    assert answering >= adapter.cutoff > max(others)


async def test_the_order_is_that_of_the_cosines(encoder: "Encoder") -> None:
    query, passages = "Where was Colin Archer born?", (*POLAR, *OTHERS)
    chances = await CosineAdapter(encoder).relevance(query, passages)
    vectors = encoder.encode([query, *(f"{each.title}. {each.text}" for each in passages)])
    assert np.argsort(chances).tolist() == np.argsort(vectors[1:] @ vectors[0]).tolist()


async def test_an_encoder_that_keeps_vectors_changes_nothing(encoder: "Encoder") -> None:
    query = "Where was Colin Archer born?"
    kept = CosineAdapter(CachingEncoder(encoder))
    first, again = await kept.relevance(query, POLAR), await kept.relevance(query, POLAR)
    assert list(first) == list(again)
    assert list(first) == pytest.approx(list(await CosineAdapter(encoder).relevance(query, POLAR)))


@given(st.integers(0, 2**32 - 1), st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=9))
def test_any_query_maps_cosines_monotonically(seed: int, cosines: list[float]) -> None:
    query = np.random.default_rng(seed).normal(size=384).astype(np.float32)
    query /= np.linalg.norm(query)
    chances = load_adapter().chances(query, np.sort(np.array(cosines, dtype=np.float32)))
    assert np.all((chances >= 0) & (chances <= 1))
    assert np.all(np.diff(chances) >= 0)


def test_missing_weights_are_told(tmp_path: "Path") -> None:
    with pytest.raises(ModelUnavailable, match="cosine adapter cannot be read"):
        load_adapter(tmp_path / "none.safetensors")


def test_broken_weights_are_told(tmp_path: "Path") -> None:
    file = tmp_path / "broken.safetensors"
    file.write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable, match="cosine adapter cannot be read"):
        load_adapter(file)


def test_vectors_of_another_length_are_refused() -> None:
    class Short:
        name = "short"
        dimension = 8

        def encode(self, texts: list[str], *, progress: object = None) -> np.ndarray:
            return np.zeros((len(texts), 8), dtype=np.float32)

        def token_offsets(self, text: str) -> list[tuple[int, int]]:
            return []

    with pytest.raises(ModelUnavailable, match="length 384"):
        CosineAdapter(Short())

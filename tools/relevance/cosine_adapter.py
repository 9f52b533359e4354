"""The cosine adapter: cosines made comparable between queries, so that one cut-off serves all.

A cosine of 0.4 is much for one query and little for another. A small net on the query's vector
gives a monotone map of cosine for that query, and one global threshold on what comes out replaces
a fixed number of passages (Rossi et al., "Relevance Filtering for Embedding-based Retrieval",
CIKM 2024).
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from ..corpus.chunking import embedded_text
from ..corpus.encoder import Encoder
from ..passages import Passage

WEIGHTS = Path(__file__).with_name("cosine_adapter.safetensors")

CUTOFF = 0.013
"""Keeps 97 % of the gold passages that retrieval brings for questions kept from the fit."""


class AdapterNetwork:
    """Maps the cosines of a query monotonically to chances of relevance.

    Args:
        weights: ``hidden.weight`` (hidden, d), ``hidden.bias`` (hidden,), ``out.weight``
            (2, hidden) and ``out.bias`` (2,).
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = weights

    @property
    def dimension(self) -> int:
        """Length d of the vectors that it takes."""
        return int(self._weights["hidden.weight"].shape[1])

    def chances(
        self, query: NDArray[np.float32], cosines: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return sigmoid(a·cos + b), with slope a > 0 and offset b made of the query's vector.

        Args:
            query: The query's unit vector, (d,).
            cosines: Of its passages, (passages,).
        """
        weights = self._weights
        hidden = np.maximum(weights["hidden.weight"] @ query + weights["hidden.bias"], 0)
        raw, offset = weights["out.weight"] @ hidden + weights["out.bias"]
        slope = np.logaddexp(0, raw)  # softplus
        return np.asarray(1 / (1 + np.exp(-(slope * cosines + offset))), dtype=np.float32)


def load_adapter(file: Path = WEIGHTS) -> AdapterNetwork:
    """Load the adapter's network.

    Raises:
        ModelUnavailable: The file is missing or broken.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return AdapterNetwork(load_file(file))
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(
            f"the weights of the cosine adapter cannot be read from {file}: {error}; install clew "
            "again, or write them anew with benchmarks/fit_cutoff.py"
        ) from error


class CosineAdapter:
    """Says how relevant passages are to a query by the vectors of both.

    See cosine_adapter.md for what it was trained on and what it is worth.

    Args:
        encoder: The encoder whose vectors it was trained on: the packaged MiniLM. Give one that
            keeps its vectors where the same passages come back.

    Raises:
        ModelUnavailable: The weights cannot be read, or are for vectors of another length.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._network = load_adapter()
        if encoder.dimension != self._network.dimension:
            raise ModelUnavailable(
                f"the cosine adapter was trained on vectors of length {self._network.dimension} "
                f"and {encoder.name} makes some of {encoder.dimension}: use the default encoder, "
                "or leave the cut-off out"
            )
        self._encoder = encoder

    @property
    def cutoff(self) -> float:
        """Passages below this are better left out."""
        return CUTOFF

    async def relevance(self, query: str, passages: Sequence[Passage]) -> Sequence[float]:
        """Return for each passage the chance, in [0, 1], that it helps to answer the query."""
        return await asyncio.to_thread(self._relevance, query, passages)

    def _relevance(self, query: str, passages: Sequence[Passage]) -> list[float]:
        if not passages:
            return []
        texts = [embedded_text(passage.title, passage.text) for passage in passages]
        vectors = self._encoder.encode([query, *texts])
        return [float(each) for each in self._network.chances(vectors[0], vectors[1:] @ vectors[0])]

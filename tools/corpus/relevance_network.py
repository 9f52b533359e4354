"""The network that says how relevant candidates are, by plain features and by vectors compared.

The plain features say what leads from the query to a passage. Whether it follows from what is
known already shows in the vectors as well: how near it is to the passages found first, and to what
the query asks beside the best of them. A network of one small hidden layer weighs all of it; it
needs no text, and a query's candidates take it a fraction of a millisecond.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable

WEIGHTS = Path(__file__).with_name("relevance.safetensors")
KNOWN_FIRST = 4
"""Candidates, the best by plain features, that stand for what is known."""
CUTOFF = 0.009
"""Keeps 97 % of the gold passages among twenty, of training questions that were held out."""

_SAME = 0.9999  # cosine of equal texts, as rounded
_NAMES = 10.0  # brings a number of names to the size of the rest

Floats = NDArray[np.float64]


def compared(
    plain: Floats,
    chances: Floats,
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    sources: Sequence[str],
) -> Floats:
    """Return the features that the network takes, a row for each candidate.

    Args:
        plain: The plain features, (candidates, 6), in the order of `Features`.
        chances: The relevance by plain features alone, (candidates,).
        query: The query's vector, (d,).
        vectors: The candidates' vectors, (candidates, d).
        sources: Their documents.

    Returns:
        ``plain``, and beside it: cosine to the query; to the best candidate; the highest to one of
        the `KNOWN_FIRST`, times that one's relevance; the dot product with what of the query is
        orthogonal to the best candidate; the best one's relevance; the highest cosine to the
        query; how many candidates the query names. Passages of one document, and equal ones, count
        as having no likeness: nothing follows from itself.
    """
    cosines = vectors @ query
    known = np.argsort(-chances, kind="stable")[:KNOWN_FIRST]
    beside = vectors @ vectors[known].T
    of = np.array(sources)
    beside[(of[:, None] == of[known]) | (beside > _SAME)] = 0.0
    best = vectors[known[0]]
    whole = [chances[known[0]], cosines.max(), (plain[:, 2] > 0).sum() / _NAMES]
    return np.column_stack(
        [
            plain,
            cosines,
            beside[:, 0],
            (beside * chances[known]).max(axis=1),
            vectors @ (query - (query @ best) * best),
            np.broadcast_to(whole, (len(plain), len(whole))),
        ]
    )


class RelevanceNetwork:
    """Weighs the features of candidates.

    Args:
        weights: ``mean`` and ``scale`` of the features, (features,); ``hidden.weight`` (hidden,
            features) and ``hidden.bias``; ``out.weight`` (1, hidden) and ``out.bias``.
        encoder: Name of the encoder whose vectors were compared in training.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.float32]], *, encoder: str) -> None:
        self._weights = {name: each.astype(np.float64) for name, each in weights.items()}
        self._encoder = encoder

    def knows(self, encoder: str) -> bool:
        """Whether it was trained on the vectors of this encoder, in whatever precision."""
        return encoder.partition(":")[0] == self._encoder.partition(":")[0]

    def relevance(self, features: Floats) -> Floats:
        """Return the chance of each candidate to be evidence, of features as `compared` gives."""
        weights = self._weights
        scaled = (features - weights["mean"]) / weights["scale"]
        hidden = np.tanh(scaled @ weights["hidden.weight"].T + weights["hidden.bias"])
        logits = hidden @ weights["out.weight"][0] + weights["out.bias"][0]
        return np.asarray(1.0 / (1.0 + np.exp(-logits)), dtype=np.float64)


def load_relevance(file: Path = WEIGHTS) -> RelevanceNetwork:
    """Load the network.

    Raises:
        ModelUnavailable: The file is missing or broken.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as stored:
            encoder = (stored.metadata() or {})["encoder"]
            weights = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        return RelevanceNetwork(weights, encoder=encoder)
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelUnavailable(
            f"the weights of relevance cannot be read from {file}: {error}; install clew again, "
            "or write them anew with `clew train retriever`"
        ) from error


@cache
def packaged_relevance() -> RelevanceNetwork | None:
    """Return the network that comes with clew; None, told once, where it cannot be loaded."""
    try:
        return load_relevance()
    except ModelUnavailable as error:
        logging.getLogger(__name__).warning("passages are ranked by plain features: %s", error)
        return None

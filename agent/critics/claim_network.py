"""The network that weighs a claim against quotes: words aligned, compared and added up.

Decomposable attention (Parikh et al., EMNLP 2016, arXiv:1606.01933) over the encoder's vectors of
single words, beside the vectors of claim and quotes as a whole and plain signs. It runs in numpy;
benchmarks/fit_claims.py trains the same network in torch and writes its weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable

Vectors = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("claims.safetensors")
SHARPNESS = 10.0
"""How much the quotes closest to the claim outweigh the others in what is compared as a whole."""


@dataclass(frozen=True)
class Compared:
    """A claim and its quotes in vectors of the encoder's dimension d.

    Attributes:
        claim_words: Of the claim's words, in order: (words, d).
        quote_words: Of the words of all quotes: (words, d).
        claim: Of the claim: (d,).
        quotes: Of the quotes: (quotes, d).
        signs: The signs: (signs,).
    """

    claim_words: Vectors
    quote_words: Vectors
    claim: Vectors
    quotes: Vectors
    signs: Vectors


class ClaimNetwork:
    """Gives the logit of the chance that quotes support a claim.

    Args:
        weights: Those of the layers, by name: ``project``, ``context``, ``compare``, ``sentence``,
            ``hidden`` and ``out``, each with ``.weight`` (out, in) and ``.bias`` (out,), and the
            scalar ``temperature``.
    """

    def __init__(self, weights: Mapping[str, Vectors]) -> None:
        self._weights = weights

    @property
    def dimension(self) -> int:
        """Length of the vectors that it takes."""
        return int(self._weights["project.weight"].shape[1])

    def logit(self, compared: Compared) -> float:
        """Return the calibrated logit; claim and quotes must have at least a word each."""
        pooled = self._words(compared.claim_words, compared.quote_words)
        cosines = compared.quotes @ compared.claim
        quoted = _softmax(SHARPNESS * cosines) @ compared.quotes
        # Entries of unit vectors are small; the factor brings them to the size of the rest.
        apart = 10 * np.concatenate([compared.claim * quoted, np.abs(compared.claim - quoted)])
        whole = np.maximum(self._layer("sentence", apart), 0)
        similar = np.array([cosines.max(), cosines.mean()])
        features = np.concatenate([pooled, whole, compared.signs, similar])
        return float(self._layer("out", np.maximum(self._layer("hidden", features), 0))[0])

    def _words(self, claim: Vectors, quotes: Vectors) -> Vectors:
        cosines = claim @ quotes.T
        ours, theirs = (np.tanh(self._layer("project", words)) for words in (claim, quotes))
        alike = ours @ theirs.T / np.sqrt(ours.shape[1])
        attention = _softmax(alike + self._weights["temperature"] * cosines)
        ours, aligned = self._in_context(ours), attention @ self._in_context(theirs)
        best = cosines.max(axis=1, keepdims=True)
        beside = np.concatenate([ours * aligned, np.abs(ours - aligned), best], axis=1)
        compared = np.maximum(self._layer("compare", beside), 0)
        return np.concatenate([compared.mean(axis=0), compared.max(axis=0)])

    def _in_context(self, words: Vectors) -> Vectors:
        padded = np.pad(words, ((1, 1), (0, 0)))
        windows = np.concatenate([padded[:-2], words, padded[2:]], axis=1)
        return np.maximum(self._layer("context", windows), 0)

    def _layer(self, name: str, inputs: Vectors) -> Vectors:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return np.asarray(inputs @ weight.T + bias, dtype=np.float32)


def _softmax(logits: Vectors) -> Vectors:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


@cache
def load_network(file: Path = WEIGHTS) -> ClaimNetwork:
    """Load the network from a file of weights.

    Raises:
        ModelUnavailable: The file is missing or broken.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return ClaimNetwork(
            {name: each.astype(np.float32) for name, each in load_file(file).items()}
        )
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(
            f"the weights of the claim scorer cannot be read from {file}: {error}; install clew "
            "again, or write them anew with benchmarks/fit_claims.py"
        ) from error

"""The query adapter: a small residual that moves queries towards the passages that answer them.

e' = e + softmax(e·Kᵀ)V, scaled to length 1, with a learnt dictionary of keys K and values V, as in
"Adapted Dense Retrieval". The vectors of passages stay as they were indexed, so that adapting to a
corpus takes minutes and nothing is indexed anew.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable


class QueryAdapter:
    """Moves the vectors of queries.

    Args:
        keys: The dictionary's keys, (entries, d).
        values: What each adds to a query that it matches, (entries, d).
        encoder: Name of the encoder whose vectors it was trained on.
    """

    def __init__(
        self, keys: NDArray[np.float32], values: NDArray[np.float32], *, encoder: str
    ) -> None:
        self._keys = keys
        self._values = values
        self.encoder = encoder

    def adapted(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a query's vector (d,), moved and of length 1."""
        logits = self._keys @ vector
        shares = np.exp(logits - logits.max())
        moved = vector + (shares / shares.sum()) @ self._values
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


def load_adapter(file: Path) -> QueryAdapter:
    """Load an adapter.

    Raises:
        ModelUnavailable: The file is missing or broken.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as stored:
            encoder = (stored.metadata() or {})["encoder"]
            return QueryAdapter(
                stored.get_tensor("keys"), stored.get_tensor("values"), encoder=encoder
            )
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelUnavailable(
            f"the query adapter cannot be read from {file}: {error}; train it anew with "
            "`clew train retriever`, or remove the file to search without it"
        ) from error

"""An encoder that keeps the vectors it has made."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .encoder import Encoder

_MOST = 20_000
"""Vectors that are kept: 30 MB of those of MiniLM."""


class CachingEncoder:
    """Gives texts that it has met lately the vectors that they had; for use from any thread.

    Pages of the web come back for one sub-question after another, and are embedded while others
    are still on their way. No text's vector depends on the texts beside it, so that a kept one is
    as good as a new one.

    Args:
        encoder: Makes the vectors.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self._encoder = encoder
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Encode texts; see `Encoder.encode`."""
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if progress is not None and len(texts) > len(missing):
            progress(len(texts) - len(missing))
        made = self._encoder.encode(missing, progress=progress)
        # Copies: a row that is kept would keep all the others of its call.
        found.update((text, row.copy()) for text, row in zip(missing, made, strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = found[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > _MOST:
                self._vectors.popitem(last=False)
        return np.stack([found[text] for text in texts]) if texts else made

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return where each token of the text starts and ends; see `Encoder.token_offsets`."""
        return self._encoder.token_offsets(text)

"""Sentence vectors, remembered by content: passages come back from step to step."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class TextEncoder(Protocol):
    """What turns texts into unit vectors; safe to call from several threads."""

    def encode(self, texts: list[str]) -> Vectors:
        """Return one row of length 1 for each text."""
        ...


class VectorCache:
    """An encoder with a bounded memory of the texts it has seen (least recently used go first)."""

    def __init__(self, encoder: TextEncoder, size: int = 8_192) -> None:
        """Wrap an encoder; ``size`` is how many vectors are kept."""
        self._encoder = encoder
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts, encoding those not known in one batch."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        if missing:
            rows = self._encoder.encode(missing)
            found.update(zip(missing, rows, strict=True))
            with self._lock:
                self._known.update((text, found[text]) for text in missing)
                while len(self._known) > self._size:
                    self._known.popitem(last=False)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([found[text] for text in texts])

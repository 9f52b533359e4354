"""Trying out what has to work, for doctor."""

from pathlib import Path

import numpy as np

from ...tools.corpus.encoder import Encoder
from ...tools.corpus.index import open_corpus
from ..settings import Settings

_SENTENCE = "Ariadne gave Theseus a ball of thread."
_ITS_VECTOR = (-0.0501, 0.0496, 0.0234, -0.0326, -0.0632, -0.0093, 0.0689, -0.0481)
"""First components of the sentence's vector by all-MiniLM-L6-v2 in fp32."""

_TOLERANCE = 0.02  # int8 differs from fp32 by less than half of this


def vector_trouble(encoder: Encoder) -> str:
    """Return what is wrong with the vectors of an encoder, or nothing."""
    vector = encoder.encode([_SENTENCE])[0]
    if not np.isfinite(vector).all() or abs(np.linalg.norm(vector) - 1) > _TOLERANCE:
        return "gives vectors that are not of length 1"
    if encoder.name.startswith("all-MiniLM-L6-v2"):
        difference = float(np.abs(vector[: len(_ITS_VECTOR)] - np.array(_ITS_VECTOR)).max())
        if difference > _TOLERANCE:
            return f"gives other vectors than it should (off by {difference:.3f})"
    return ""


def try_corpus(settings: Settings, name: str, encoder: Encoder | None) -> None:
    """Open a corpus and search it by terms, and by vector if its encoder is at hand.

    Raises:
        CorpusCorrupt: If its index cannot be used.
    """
    index = open_corpus(settings.home, name)
    try:
        index.search_terms(_SENTENCE, 1)
        if encoder is not None and encoder.name == index.encoder:
            index.search_vectors(encoder.encode([_SENTENCE])[0], 1)
    finally:
        index.close()


def folder_size(folder: Path) -> int:
    """Return the bytes that the files below a folder take; 0 if there is none."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())

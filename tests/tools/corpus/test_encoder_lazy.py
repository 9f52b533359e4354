"""An encoder that nobody has needed yet is not loaded."""

from typing import TYPE_CHECKING

import numpy as np

from clew.tools.corpus.encoder_lazy import LazyEncoder

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder


def test_it_is_loaded_when_it_is_needed_and_is_the_same(encoder: "Encoder") -> None:
    loaded: list[str] = []

    def load() -> "Encoder":
        loaded.append("once more")
        return encoder

    lazy = LazyEncoder(load)
    assert not loaded
    assert (lazy.name, lazy.dimension) == (encoder.name, encoder.dimension)
    assert loaded
    assert np.array_equal(lazy.encode(["a ship"]), encoder.encode(["a ship"]))
    assert lazy.token_offsets("a ship") == encoder.token_offsets("a ship")

"""An encoder that is loaded when it is first needed."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .encoder import Encoder


class LazyEncoder:
    """Loads an encoder, which takes seconds, at its first use; for use from any thread.

    Args:
        load: Returns the encoder, the same each time.
    """

    def __init__(self, load: Callable[[], Encoder]) -> None:
        self._load = load

    @property
    def name(self) -> str:
        """Name of the encoder."""
        return self._load().name

    @property
    def dimension(self) -> int:
        """Length of its vectors."""
        return self._load().dimension

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Encode texts; see `Encoder.encode`."""
        return self._load().encode(texts, progress=progress)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return where each token of the text starts and ends; see `Encoder.token_offsets`."""
        return self._load().token_offsets(text)

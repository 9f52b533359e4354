"""Any sentence-transformers model as an encoder, run by torch in fp32."""

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from .encoder import TOKEN_LIMIT
from .encoder_export import fingerprint

_CHUNK = 256  # texts between two reports of progress
_HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


class SentenceTransformerEncoder:
    """A model given by its folder, or by its name on the Hugging Face hub."""

    def __init__(self, model: str, *, threads: int) -> None:
        """Load the model; only a name that is no folder here may go to the network.

        Args:
            model: Folder, or name on the hub.
            threads: Threads that torch computes with.
        """
        local = Path(model).expanduser()
        if not (model and local.is_dir()) and not _HUB_NAME.fullmatch(model):
            raise ModelUnavailable(f"the encoder {model!r} is no folder, nor a name on the hub")
        # Several seconds of imports, for those who ask for such a model.
        import torch
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(
                str(local) if local.is_dir() else model,
                device="cpu",
                local_files_only=local.is_dir(),
            )
        except Exception as error:  # whatever the hub, the loader or the model's code raises
            raise ModelUnavailable(f"the encoder {model!r} cannot be loaded: {error}") from error
        torch.set_num_threads(threads)
        self._model.max_seq_length = min(TOKEN_LIMIT, self._positions())
        # The tokenizer keeps its truncation as state, which two threads would pull about.
        self._lock = threading.Lock()
        self.name = f"{_identity(model, local)}:fp32"
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for at in range(0, len(texts), _CHUNK):
            chunk = list(texts[at : at + _CHUNK])
            with self._lock:
                vectors[at : at + len(chunk)] = self._model.encode(
                    chunk, normalize_embeddings=True, show_progress_bar=False
                )
            if progress is not None:
                progress(len(chunk))
        return vectors

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """See `Encoder.token_offsets`."""
        with self._lock:
            encoded = self._model.tokenizer(
                text,
                add_special_tokens=False,
                return_offsets_mapping=True,
                truncation=False,
                verbose=False,
            )
        return [(int(start), int(end)) for start, end in encoded["offset_mapping"]]

    def _positions(self) -> int:
        """How many tokens the model has positions for, where it says so."""
        config = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        return int(getattr(config, "max_position_embeddings", TOKEN_LIMIT))


def _identity(model: str, local: Path) -> str:
    """Tell a folder's model by its weights, since folders are overwritten by training."""
    if not local.is_dir():
        return model
    weights = sorted(local.rglob("*.safetensors")) or sorted(local.rglob("pytorch_model*.bin"))
    return "+".join([local.resolve().name, *(fingerprint(path)[:12] for path in weights)])

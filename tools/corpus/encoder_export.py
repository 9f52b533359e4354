"""The packaged encoder as an int8 ONNX model in a cache folder, exported where it is missing.

A cached file is named by the weights it came from and the version of the export, so that a stale
one is never used. It begins with the checksum of the model behind it, so that a damaged one is
noticed and written anew. It appears by a rename: two processes that export at once write the same
model twice, and neither ever reads half of it.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable

# Raise it whenever the exported numbers change: indexes built with an older version then no
# longer match the encoder's name, and are rebuilt instead of being compared with new vectors.
EXPORT_VERSION = 2

_log = logging.getLogger(__name__)

_CHECKSUM_BYTES = hashlib.sha256().digest_size

# The calibration texts are walks over the vocabulary: the few channels that need damping come
# from the weights and show on any words, so that no corpus has to be shipped or chosen.
_CALIBRATION_TEXTS = 16
_CALIBRATION_TOKENS = 94
_FIRST_WORD = 1996  # below lie unused entries, the special tokens and single characters
_STRIDE = 7919  # a prime far above the length of a text: neighbours have nothing in common
# A channel is damped where its peak exceeds this many times the median channel's. The inputs of
# the second feed-forward map ("down") are mostly near zero anyway; their weights suffer sooner.
_OUTLIER = 2.0
_OUTLIER_DOWN = 6.0


def fingerprint(weights: Path) -> str:
    """Return the checksum that tells a model's weights from all others."""
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def exported_model(model_dir: Path, weights_fingerprint: str, cache_dir: Path) -> bytes:
    """Return the ONNX model of the BERT encoder in `model_dir`, from the cache where it can.

    Raises:
        ModelUnavailable: the model cannot be read.
    """
    cached = cache_dir / f"encoder-{weights_fingerprint}-v{EXPORT_VERSION}.onnx"
    model = _read(cached)
    if model is None:
        model = _export(model_dir)
        try:
            _write(cached, model)
        except OSError as error:  # a full or read-only disk costs time, not the run
            _log.warning("the encoder cannot be cached in %s: %s", cache_dir, error)
    return model


def _read(cached: Path) -> bytes | None:
    """Return the cached model, or None where there is no sound one."""
    try:
        content = cached.read_bytes()
    except OSError:
        return None
    checksum, model = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
    return model if model and hashlib.sha256(model).digest() == checksum else None


def _write(cached: Path, model: bytes) -> None:
    cached.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=cached.parent, prefix=cached.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(model).digest())
            file.write(model)
        os.replace(name, cached)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _export(model_dir: Path) -> bytes:
    # Needed once for each machine and slow to import.
    import onnxruntime  # type: ignore[import-untyped]
    from safetensors.numpy import load_file

    from .encoder_graph import build_graph

    try:
        config: dict[str, Any] = json.loads((model_dir / "config.json").read_text("utf-8"))
        weights = load_file(model_dir / "model.safetensors")
    except Exception as error:  # safetensors raises its own kinds for damaged files
        raise ModelUnavailable(f"the encoder in {model_dir} cannot be read: {error}") from error
    exact = onnxruntime.InferenceSession(
        build_graph(weights, config), providers=["CPUExecutionProvider"]
    )
    return build_graph(weights, config, damping=_damping(exact, int(config["vocab_size"])))


def _damping(exact: Any, vocabulary: int) -> Mapping[str, NDArray[np.float32]]:
    """Choose what to divide each channel by before it is quantised.

    All channels of a text share one scale, and BERT has a few channels that are ten times as
    large as the others, which would leave these with a handful of steps. Dividing the large ones
    (and multiplying their weights) spreads the error evenly. The divisors are few, the quarter
    powers of two, so that another machine's rounding does not change them.
    """
    names = [output.name for output in exact.get_outputs()][1:]
    peaks: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    span = vocabulary - _FIRST_WORD
    for number in range(_CALIBRATION_TEXTS):
        places = np.arange(number * _CALIBRATION_TOKENS, (number + 1) * _CALIBRATION_TOKENS)
        ids = np.concatenate([[101], _FIRST_WORD + places * _STRIDE % span, [102]])
        for name, states in zip(names, exact.run(names, {"ids": ids}), strict=True):
            peaks[name].append(np.abs(states).max(axis=0))
    damping = {}
    for name, found in peaks.items():
        peak = np.max(found, axis=0)
        limit = _OUTLIER_DOWN if name.endswith(".down") else _OUTLIER
        excess = np.maximum(peak / (limit * np.median(peak)), 1)
        damping[name] = np.exp2(np.rint(4 * np.log2(excess)) / 4).astype(np.float32)
    return damping

"""The packaged encoder as an int8 ONNX model, exported where the cache lacks it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from .onnx_cache import cached_model

# Raise it whenever the exported numbers change: indexes built with an older version then no
# longer match the encoder's name, and are rebuilt instead of being compared with new vectors.
EXPORT_VERSION = 2

# The calibration texts are walks over the vocabulary: the few channels that need damping come
# from the weights and show on any words, so that no corpus has to be shipped or chosen.
_CALIBRATION_TEXTS = 16
_CALIBRATION_TOKENS = 94
_FIRST_WORD = 1996  # below lie unused entries, the special tokens and single characters
_QUESTION = 16  # tokens of a calibration text that count as the first segment
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
    name = f"encoder-{weights_fingerprint}-v{EXPORT_VERSION}.onnx"
    return cached_model(cache_dir / name, lambda: _export(model_dir))


def read_weights(model_dir: Path) -> tuple[dict[str, NDArray[np.float32]], dict[str, Any]]:
    """Return the tensors of a BERT model and its configuration.

    Raises:
        ModelUnavailable: they cannot be read.
    """
    from safetensors.numpy import load_file

    try:
        config: dict[str, Any] = json.loads((model_dir / "config.json").read_text("utf-8"))
        return load_file(model_dir / "model.safetensors"), config
    except Exception as error:  # safetensors raises its own kinds for damaged files
        raise ModelUnavailable(f"the encoder in {model_dir} cannot be read: {error}") from error


def in_int8(
    build: Callable[[Mapping[str, NDArray[np.float32]] | None], bytes], words: int
) -> bytes:
    """Build a model twice: exactly, to choose the damping from, then in int8 with it.

    Args:
        build: Writes the model for a damping, or in fp32 without one (see `BertGraph`).
        words: Size of its vocabulary.
    """
    # Needed once for each machine and slow to import.
    import onnxruntime  # type: ignore[import-untyped]

    exact = onnxruntime.InferenceSession(build(None), providers=["CPUExecutionProvider"])
    return build(_damping(exact, words))


def _export(model_dir: Path) -> bytes:
    from .encoder_graph import build_graph

    weights, config = read_weights(model_dir)
    return in_int8(
        lambda damping: build_graph(weights, config, damping=damping), int(config["vocab_size"])
    )


def _damping(exact: Any, vocabulary: int) -> Mapping[str, NDArray[np.float32]]:
    """Choose what to divide each channel by before it is quantised.

    All channels of a text share one scale, and BERT has a few channels that are ten times as
    large as the others, which would leave these with a handful of steps. Dividing the large ones
    (and multiplying their weights) spreads the error evenly. The divisors are few, the quarter
    powers of two, so that another machine's rounding does not change them.
    """
    from .encoder_graph import INPUT, SEGMENTS

    names = [
        output.name
        for output in exact.get_outputs()
        if output.name.endswith((".qkv", ".out", ".up", ".down"))
    ]
    segmented = len(exact.get_inputs()) > 1
    peaks: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    span = vocabulary - _FIRST_WORD
    for number in range(_CALIBRATION_TEXTS):
        places = np.arange(number * _CALIBRATION_TOKENS, (number + 1) * _CALIBRATION_TOKENS)
        ids = np.concatenate([[101], _FIRST_WORD + places * _STRIDE % span, [102]])
        inputs = {INPUT: ids}
        if segmented:
            inputs[SEGMENTS] = (np.arange(len(ids)) > _QUESTION).astype(np.int64)
        for name, states in zip(names, exact.run(names, inputs), strict=True):
            peaks[name].append(np.abs(states).max(axis=0))
    damping = {}
    for name, found in peaks.items():
        peak = np.max(found, axis=0)
        limit = _OUTLIER_DOWN if name.endswith(".down") else _OUTLIER
        excess = np.maximum(peak / (limit * np.median(peak)), 1)
        damping[name] = np.exp2(np.rint(4 * np.log2(excess)) / 4).astype(np.float32)
    return damping

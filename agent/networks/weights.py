"""Files of trained weights: what a network adds to the encoder that it grew from.

Matrices are kept as bytes with a scale for each row, an eighth of a per cent of the largest entry
off at most; tensors that training left as they were are not kept at all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from ...tools.corpus.encoder import DEFAULT_MODEL, packaged_model
from ...tools.corpus.encoder_export import read_weights

Floats = NDArray[np.float32]

_SCALE = ".scale"
_HEADS = "heads."
_WEIGHT = ".weight"
_BIAS = ".bias"
_ABOUT = "clew"
_FORMAT = 1
_BYTE = np.float32(127)


@dataclass(frozen=True)
class Head:
    """A linear map at the top of the encoder.

    Attributes:
        weight: (outputs, hidden).
        bias: (outputs,).
        per_token: Whether every token goes through it, or the first alone.
    """

    weight: Floats
    bias: Floats
    per_token: bool


@dataclass(frozen=True)
class About:
    """What a file of trained weights says of itself.

    Attributes:
        heads: The names of its heads.
        per_token: Those through which every token goes.
        named: The encoder beneath it as it was named; None for the packaged one.
        backbone: The folder of that encoder.
        notes: What else training wrote down: thresholds, scales of calibration.
    """

    heads: Sequence[str]
    per_token: Sequence[str]
    named: str | None
    backbone: Path
    notes: Mapping[str, float]

    @property
    def tokenizer(self) -> Path:
        """The file of its tokenizer."""
        return self.backbone / "tokenizer.json"


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Attributes:
        encoder: The encoder's tensors under their Hugging Face names.
        config: The encoder's `config.json`.
        heads: The heads by name.
    """

    encoder: Mapping[str, Floats]
    config: Mapping[str, Any]
    heads: Mapping[str, Head]


def save_trained(
    file: Path,
    *,
    kind: str,
    encoder: Mapping[str, Floats],
    heads: Mapping[str, Head],
    notes: Mapping[str, float],
    backbone: str | None = None,
) -> None:
    """Write a trained network.

    Args:
        file: Where it goes.
        kind: What it was trained to do: ``reader``, ``splitter``, ``reward``.
        encoder: All of the encoder's tensors, trained or not.
        heads: The heads by name.
        notes: See `About`.
        backbone: The encoder that it grew from; the packaged one by default.

    Raises:
        ModelUnavailable: The backbone cannot be read.
    """
    from safetensors.numpy import save_file

    before, _ = read_weights(backbone_folder(backbone))
    tensors: dict[str, NDArray[Any]] = {}
    for name, values in sorted(encoder.items()):
        if name in before and not np.array_equal(values, before[name]):
            _keep(tensors, name, values)
    for name, head in heads.items():
        tensors[f"{_HEADS}{name}{_WEIGHT}"] = head.weight
        tensors[f"{_HEADS}{name}{_BIAS}"] = head.bias
    about = {
        "format": _FORMAT,
        "kind": kind,
        "backbone": backbone or DEFAULT_MODEL,
        "per_token": sorted(name for name, head in heads.items() if head.per_token),
        "notes": dict(notes),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".part")
    # One entry, since several are written in random order: equal weights make equal files.
    save_file(tensors, partial, metadata={_ABOUT: json.dumps(about, sort_keys=True)})
    partial.replace(file)


def describe(file: Path, kind: str) -> About:
    """Read what a file of trained weights says of itself, and none of the weights.

    Args:
        file: The file.
        kind: What it must have been trained to do.

    Raises:
        ModelUnavailable: The file or the encoder is missing or broken, or the network was trained
            for something else.
    """
    return _read(file, kind, with_tensors=False)[0]


def load_trained(file: Path, kind: str) -> Trained:
    """Read a trained network and the encoder beneath it.

    Args:
        file: Its file.
        kind: What it must have been trained to do.

    Raises:
        ModelUnavailable: See `describe`.
    """
    about, tensors = _read(file, kind, with_tensors=True)
    weights, config = read_weights(about.backbone)
    encoder = {name: np.asarray(values, dtype=np.float32) for name, values in weights.items()}
    for name in tensors:
        if not name.startswith(_HEADS) and not name.endswith(_SCALE):
            encoder[name] = _restored(tensors, name)
    heads = {
        head: Head(
            weight=tensors[f"{_HEADS}{head}{_WEIGHT}"],
            bias=tensors[f"{_HEADS}{head}{_BIAS}"],
            per_token=head in about.per_token,
        )
        for head in about.heads
    }
    return Trained(encoder=encoder, config=config, heads=heads)


def backbone_folder(name: str | None) -> Path:
    """Return the folder of an encoder.

    Args:
        name: A folder, or a name in the hub's local cache; the packaged encoder by default.

    Raises:
        ModelUnavailable: It is not on this machine.
    """
    if name is None:
        return packaged_model()
    if (folder := Path(name)).is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise ModelUnavailable(
            f"the encoder {name} is not on this machine: give its folder, or download it with "
            f"`hf download {name}`"
        ) from error


def _read(file: Path, kind: str, *, with_tensors: bool) -> tuple[About, Mapping[str, NDArray[Any]]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np") as opened:
            about = json.loads((opened.metadata() or {}).get(_ABOUT, "{}"))
            names = list(opened.keys())
            tensors = {name: opened.get_tensor(name) for name in names} if with_tensors else {}
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelUnavailable(
            f"the weights of the {kind} cannot be read from {file}: {error}; install clew again, "
            f"or train one with `clew train {kind}`"
        ) from error
    if about.get("kind") != kind or about.get("format") != _FORMAT:
        raise ModelUnavailable(
            f"{file} holds no weights of a {kind} that this version of clew reads: train one with "
            f"`clew train {kind}`"
        )
    named = None if about["backbone"] == DEFAULT_MODEL else about["backbone"]
    heads = (name for name in names if name.startswith(_HEADS) and name.endswith(_WEIGHT))
    return About(
        heads=sorted(name.removeprefix(_HEADS).removesuffix(_WEIGHT) for name in heads),
        per_token=about["per_token"],
        named=named,
        backbone=backbone_folder(named),
        notes=about["notes"],
    ), tensors


def _keep(tensors: dict[str, NDArray[Any]], name: str, values: Floats) -> None:
    if values.ndim < 2:
        tensors[name] = values.astype(np.float32)
        return
    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True) / _BYTE, np.float32(1e-12))
    tensors[name] = np.rint(values / scale).astype(np.int8)
    tensors[name + _SCALE] = scale.astype(np.float32)


def _restored(tensors: Mapping[str, NDArray[Any]], name: str) -> Floats:
    values = tensors[name]
    if values.dtype != np.int8:
        return np.asarray(values, dtype=np.float32)
    return np.asarray(values * tensors[name + _SCALE], dtype=np.float32)

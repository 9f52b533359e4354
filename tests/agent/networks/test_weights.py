"""Files of trained weights: what is kept, what comes back, what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from clew.agent.networks.weights import Head, describe, load_trained, save_trained
from clew.errors import ModelUnavailable
from clew.tools.corpus.encoder import packaged_model
from clew.tools.corpus.encoder_export import read_weights

HEADS = {
    "spans": Head(np.ones((2, 384), np.float32), np.zeros(2, np.float32), per_token=True),
    "options": Head(np.ones((6, 384), np.float32), np.arange(6, dtype=np.float32), per_token=False),
}
CHANGED = "encoder.layer.5.output.dense.weight"
NORM = "encoder.layer.5.output.LayerNorm.bias"


@pytest.fixture(scope="module")
def encoder() -> dict[str, np.ndarray]:
    weights, _ = read_weights(packaged_model())
    return weights


def test_what_training_changed_comes_back(tmp_path: Path, encoder: dict[str, np.ndarray]) -> None:
    rng = np.random.default_rng(0)
    trained = dict(encoder)
    trained[CHANGED] = encoder[CHANGED] + rng.normal(0, 0.01, encoder[CHANGED].shape).astype("f")
    trained[NORM] = encoder[NORM] + 1
    file = tmp_path / "sub" / "reader.safetensors"

    save_trained(file, kind="reader", encoder=trained, heads=HEADS, notes={"temperature": 1.5})
    loaded = load_trained(file, "reader")

    step = np.abs(trained[CHANGED]).max(axis=1, keepdims=True) / 127
    assert np.all(np.abs(loaded.encoder[CHANGED] - trained[CHANGED]) <= step / 2 + 1e-7)
    assert np.array_equal(loaded.encoder[NORM], trained[NORM])
    about = describe(file, "reader")
    assert about.notes == {"temperature": 1.5}
    assert about.heads == sorted(loaded.heads) == sorted(HEADS)
    assert about.per_token == ["spans"] and about.tokenizer.exists()
    assert loaded.heads["spans"].per_token and not loaded.heads["options"].per_token
    assert np.array_equal(loaded.heads["options"].bias, HEADS["options"].bias)
    untouched = "encoder.layer.0.output.dense.weight"
    assert np.array_equal(loaded.encoder[untouched], encoder[untouched])


def test_only_what_changed_is_kept(tmp_path: Path, encoder: dict[str, np.ndarray]) -> None:
    trained = {**encoder, CHANGED: encoder[CHANGED] * 2}
    file = tmp_path / "reader.safetensors"
    save_trained(file, kind="reader", encoder=trained, heads={}, notes={})
    assert encoder[CHANGED].size < file.stat().st_size < encoder[CHANGED].size * 1.1


@pytest.mark.parametrize("read", [describe, load_trained])
@pytest.mark.parametrize("content", [None, b"", b"no weights at all"])
def test_missing_or_broken_weights_are_told(
    tmp_path: Path, content: bytes | None, read: Callable[[Path, str], object]
) -> None:
    file = tmp_path / "reader.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="clew train reader"):
        read(file, "reader")


def test_weights_of_another_kind_are_refused(
    tmp_path: Path, encoder: dict[str, np.ndarray]
) -> None:
    file = tmp_path / "reader.safetensors"
    save_trained(file, kind="splitter", encoder=encoder, heads=HEADS, notes={})
    with pytest.raises(ModelUnavailable, match="no weights of a reader"):
        load_trained(file, "reader")
    other = tmp_path / "other.safetensors"
    save_file({"a": np.zeros(3)}, other)
    with pytest.raises(ModelUnavailable, match="no weights of a reader"):
        load_trained(other, "reader")


def test_a_backbone_that_is_not_here_is_told(
    tmp_path: Path, encoder: dict[str, np.ndarray]
) -> None:
    with pytest.raises(ModelUnavailable, match="not on this machine"):
        save_trained(
            tmp_path / "reader.safetensors",
            kind="reader",
            encoder=encoder,
            heads=HEADS,
            notes={},
            backbone="nobody/no-such-encoder",
        )


def test_equal_weights_make_equal_files(tmp_path: Path, encoder: dict[str, np.ndarray]) -> None:
    files = [tmp_path / name for name in ("one.safetensors", "other.safetensors")]
    for file in files:
        save_trained(file, kind="reader", encoder=encoder, heads=HEADS, notes={"b": 1, "a": 2})
    assert files[0].read_bytes() == files[1].read_bytes()

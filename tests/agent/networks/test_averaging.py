"""Networks averaged: what becomes of weights, heads and notes, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run
from clew.agent.networks.averaging import average
from clew.agent.networks.weights import Head, describe, load_trained, save_trained
from clew.errors import ModelUnavailable
from clew.tools.corpus.encoder import packaged_model
from clew.tools.corpus.encoder_export import read_weights

CHANGED = "encoder.layer.5.output.LayerNorm.bias"
UNTOUCHED = "encoder.layer.0.output.dense.weight"


def trained(
    folder: Path, change: float, *, head: float = 1.0, notes: dict[str, float] | None = None
) -> Path:
    """Write a reader whose weights differ from the encoder's by this much in one place."""
    encoder, _ = read_weights(packaged_model())
    file = folder / f"{change}.safetensors"
    spans = Head(np.full((2, 384), head, np.float32), np.zeros(2, np.float32), per_token=True)
    save_trained(
        file,
        kind="reader",
        encoder={**encoder, CHANGED: encoder[CHANGED] + np.float32(change)},
        heads={"spans": spans},
        notes={"temperature": change} if notes is None else notes,
    )
    return file


def test_the_mean_is_taken_weight_by_weight(tmp_path: Path) -> None:
    files = [trained(tmp_path, 1.0), trained(tmp_path, 4.0, head=3.0)]
    out = tmp_path / "mean" / "reader.safetensors"
    average(files, "reader", out)
    encoder, _ = read_weights(packaged_model())
    mean = load_trained(out, "reader")
    assert np.allclose(mean.encoder[CHANGED], encoder[CHANGED] + 2.5, atol=1e-6)
    assert np.array_equal(mean.encoder[UNTOUCHED], encoder[UNTOUCHED])
    assert np.allclose(mean.heads["spans"].weight, 2.0) and mean.heads["spans"].per_token
    assert describe(out, "reader").notes == {"temperature": 2.5}
    assert out.stat().st_size < 2 * files[0].stat().st_size, "what training left is not kept"


def test_the_mean_of_one_with_itself_is_itself(tmp_path: Path) -> None:
    file, out = trained(tmp_path, 1.0), tmp_path / "reader.safetensors"
    average([file, file], "reader", out)
    assert out.read_bytes() == file.read_bytes()


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    files = [trained(tmp_path, 1.0), trained(tmp_path, 2.0, notes={})]
    with pytest.raises(ModelUnavailable, match=r"cannot be averaged.*same training command"):
        average(files, "reader", tmp_path / "out.safetensors")
    with pytest.raises(ModelUnavailable, match="holds no weights of a splitter"):
        average(files[:1] * 2, "splitter", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


def test_it_is_done_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(trained(tmp_path, 1.0)), str(trained(tmp_path, 2.0))]
    out = tmp_path / "mean"
    assert run(["train", "average", "reader", *files, "--out", str(out)]) == ANSWERED
    assert f"CLEW_WEIGHTS={out}" in capsys.readouterr().out
    assert describe(out / "reader.safetensors", "reader").notes == {"temperature": 1.5}
    assert run(["train", "average", "reader", files[0], "--out", str(out)]) == BAD_INPUT
    assert "two files of weights or more" in capsys.readouterr().err

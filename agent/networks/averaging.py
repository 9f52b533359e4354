"""Networks averaged: one that reads better than each of the runs that it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...errors import ModelUnavailable
from .weights import Floats, Head, describe, load_trained, save_trained


def average(files: Sequence[Path], kind: str, out: Path) -> None:
    """Write the mean of trained networks, weight by weight.

    A uniform soup (Wortsman et al., ICML 2022, arXiv:2203.05482): networks that were trained from
    the same start lie in one valley, and its middle is better than its sides. What training noted
    beside the weights is averaged too.

    Args:
        files: Weights of the same kind, heads and encoder; two or more.
        kind: What they were trained to do.
        out: Where the mean goes.

    Raises:
        ModelUnavailable: One of the files cannot be read, or they do not go together.
    """
    abouts = [describe(file, kind) for file in files]
    first = abouts[0]
    for file, about in zip(files, abouts, strict=True):
        if replace(about, notes={}) != replace(first, notes={}) or about.notes.keys() != (
            first.notes.keys()
        ):
            raise ModelUnavailable(
                f"{file} and {files[0]} cannot be averaged, for they differ in their heads, notes "
                "or the encoder beneath them: name runs of the same training command"
            )
    trained = [load_trained(file, kind) for file in files]
    heads = {
        name: Head(
            weight=_mean([each.heads[name].weight for each in trained]),
            bias=_mean([each.heads[name].bias for each in trained]),
            per_token=name in first.per_token,
        )
        for name in first.heads
    }
    save_trained(
        out,
        kind=kind,
        encoder=_means([each.encoder for each in trained]),
        heads=heads,
        notes=_notes([about.notes for about in abouts]),
        backbone=first.named,
    )


def _means(of_each: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    return {name: _mean([each[name] for each in of_each]) for name in of_each[0]}


def _mean(arrays: Sequence[Floats]) -> Floats:
    if all(np.array_equal(each, arrays[0]) for each in arrays):
        return arrays[0]  # untouched ones stay so to the bit, and are not kept in the file
    mean: Floats = np.mean(arrays, axis=0, dtype=np.float32)
    return mean


def _notes(of_each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(each[name] for each in of_each) / len(of_each) for name in of_each[0]}

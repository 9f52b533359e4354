"""Trained networks in int8 under ONNX Runtime, one text at a time, as the encoder runs."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...tools.corpus.encoder_export import fingerprint, in_int8
from ...tools.corpus.onnx_cache import cached_model
from ...tools.corpus.onnx_session import started, tokenizable
from .weights import Head, Trained, describe, load_trained

Floats = NDArray[np.float32]

# Raise it whenever the exported numbers change.
_EXPORT_VERSION = 1


class Network:
    """A trained network; safe to call from several threads.

    Args:
        file: Its weights.
        kind: What it must have been trained to do.
        cache_dir: Folder for the exported model.
        threads: Inputs that are run at the same time; by default as many as there are cores.

    Raises:
        ModelUnavailable: The weights are missing, broken or for something else.
    """

    def __init__(
        self, file: Path, kind: str, *, cache_dir: Path, threads: int | None = None
    ) -> None:
        about = describe(file, kind)
        name = f"{kind}-{fingerprint(file)}-v{_EXPORT_VERSION}.onnx"
        # Reading the encoder beneath it takes longer than all else, and only the export needs it.
        model = cached_model(cache_dir / name, lambda: _exported(load_trained(file, kind)))
        self._session, self._tokenizer = started(
            model, about.tokenizer, name=f"the {kind} of {file}"
        )
        self._heads = about.heads
        self._threads = threads or os.cpu_count() or 1
        self.notes = about.notes

    def tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the ids of a text's tokens, without marks, and where each starts and ends."""
        encoding = self._tokenizer.encode(tokenizable(text), add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def run(self, ids: Sequence[int], first_segment: int) -> Mapping[str, Floats]:
        """Run one input.

        Args:
            ids: Its token ids, marks included.
            first_segment: How many of them belong to the first segment.

        Returns:
            What each head gives: (tokens, outputs) or (outputs,).
        """
        segments = (np.arange(len(ids)) >= first_segment).astype(np.int64)
        inputs = {"ids": np.array(ids, dtype=np.int64), "segments": segments}
        found = self._session.run(self._heads, inputs)
        return dict(zip(self._heads, found, strict=True))

    def run_all(self, inputs: Sequence[tuple[Sequence[int], int]]) -> list[Mapping[str, Floats]]:
        """Run several inputs at the same time, each as `run` does."""
        if self._threads == 1 or len(inputs) <= 1:
            return [self.run(*each) for each in inputs]
        with ThreadPoolExecutor(self._threads, thread_name_prefix="network") as pool:
            return list(pool.map(lambda each: self.run(*each), inputs))


def _exported(trained: Trained) -> bytes:
    def build(damping: Mapping[str, Floats] | None) -> bytes:
        return _graph(trained, damping)

    return in_int8(build, int(trained.config["vocab_size"]))


def _graph(trained: Trained, damping: Mapping[str, Floats] | None) -> bytes:
    from ...tools.corpus.encoder_graph import BertGraph

    graph = BertGraph(trained.encoder, trained.config, damping, segments=True)
    states = graph.states()
    first = graph.add("Gather", states, graph.constant("axis", np.array([0])), axis=0)
    outputs: dict[str, Sequence[int | str]] = {}
    for name, head in sorted(trained.heads.items()):
        outputs[name] = _add_head(graph.add, graph.constant, name, head, states, first)
    return graph.serialised(outputs)


def _add_head(
    add: Callable[..., str],
    constant: Callable[[str, NDArray[Any]], str],
    name: str,
    head: Head,
    states: str,
    first: str,
) -> Sequence[int | str]:
    weight = constant(f"heads.{name}.weight", head.weight.T)
    bias = constant(f"heads.{name}.bias", head.bias)
    width = int(head.bias.shape[0])
    if head.per_token:
        add("Gemm", states, weight, bias, name=name)
        return ["tokens", width]
    row = add("Gemm", first, weight, bias)
    add("Squeeze", row, constant("axis", np.array([0])), name=name)
    return [width]

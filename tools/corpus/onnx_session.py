"""Networks in ONNX and their tokenizers, started so that threads take whole texts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def started(model: bytes, tokenizer: Path, *, name: str) -> "tuple[Any, Tokenizer]":
    """Start ONNX Runtime on a model, and its tokenizer, which neither pads nor cuts.

    Args:
        model: The ONNX model, as `encoder_graph` writes it.
        tokenizer: Its `tokenizer.json`.
        name: What an error calls the two.

    Raises:
        ModelUnavailable: One of them cannot be read.
    """
    import onnxruntime  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    # Threads take whole texts instead of sharing one, which wastes nothing on waiting.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The graph is written as it should run; further fusions make it slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        read = Tokenizer.from_file(str(tokenizer))
    except Exception as error:  # both raise bare kinds of Exception
        raise ModelUnavailable(f"{name} cannot be started: {error}") from error
    read.no_padding()
    read.no_truncation()
    return session, read


def tokenizable(text: str) -> str:
    """Replace lone surrogates, which PDFs yield and tokenizers refuse; offsets stay."""
    return text.encode("utf-8", "replace").decode("utf-8")

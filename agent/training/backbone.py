"""The encoder that is trained further: the packaged MiniLM, or another BERT by its name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import ModelUnavailable
from ...tools.corpus.encoder import packaged_model

if TYPE_CHECKING:
    import torch


def device() -> str:
    """Return the accelerator at hand, else the processor."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def load_backbone(name: str | None = None) -> "tuple[torch.nn.Module, BackboneTokenizer]":
    """Load a BERT encoder without its pooling head, and its tokenizer.

    Args:
        name: Folder or hub name of a BERT model; the packaged MiniLM by default.

    Raises:
        ModelUnavailable: It cannot be loaded.
    """
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]

    place = name or str(packaged_model())
    try:
        # Without dropout, which a pass or two over the data does not need: attention then runs in
        # one fused kernel, twice as fast on processors.
        model = AutoModel.from_pretrained(
            place,
            attn_implementation="sdpa",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        tokenizer = AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"{place} cannot be loaded as a BERT encoder: {error}; give its folder, or download it"
        ) from error
    model.pooler = None
    return model, BackboneTokenizer(tokenizer)


class BackboneTokenizer:
    """A Hugging Face tokenizer as `windows` uses it."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        # Windows are cut by us; its warnings about long texts are noise.
        self._tokenizer.model_max_length = 1 << 30

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        """See `Tokens.tokens`."""
        found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return found["input_ids"], found["offset_mapping"]

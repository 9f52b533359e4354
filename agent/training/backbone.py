"""The encoder that is trained further: the packaged MiniLM, or another BERT by its name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ModelUnavailable
from ...tools.corpus.encoder import packaged_model
from ..networks.weights import Head, save_trained

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


def freeze_lower(backbone: "torch.nn.Module") -> None:
    """Keep the embeddings and the lower half of the layers from learning, or being stored.

    What they do serves any task.
    """
    layers = list(backbone.encoder.layer)  # type: ignore[union-attr, arg-type]
    for module in (backbone.embeddings, *layers[: len(layers) // 2]):
        module.requires_grad_(False)


def states_of(
    backbone: "torch.nn.Module", inputs: "Sequence[tuple[Sequence[int], int]]"
) -> "torch.Tensor":
    """Return the states of the top layer.

    Args:
        backbone: The encoder.
        inputs: Token ids, and how many of them belong to the first segment.

    Returns:
        (inputs, tokens of the longest, width).
    """
    import torch

    place = next(backbone.parameters()).device
    longest = max(len(ids) for ids, _ in inputs)
    tokens = torch.zeros(len(inputs), longest, dtype=torch.long)
    segments, read = torch.zeros_like(tokens), torch.zeros_like(tokens)
    for row, (ids, first) in enumerate(inputs):
        tokens[row, : len(ids)] = torch.tensor(ids)
        segments[row, first : len(ids)] = 1
        read[row, : len(ids)] = 1
    given = {"input_ids": tokens, "token_type_ids": segments, "attention_mask": read}
    found = backbone(**{name: each.to(place) for name, each in given.items()})
    return found.last_hidden_state  # type: ignore[no-any-return]


def save_model(
    model: "torch.nn.Module",
    file: Path,
    *,
    kind: str,
    heads: Mapping[str, bool],
    notes: Mapping[str, float],
    backbone: str | None,
) -> None:
    """Write a model's weights as `clew` reads them (see `save_trained`).

    Args:
        model: Holds the encoder as ``backbone``, and linear heads.
        file: Where they go.
        kind: What it was trained to do.
        heads: The names of the heads to keep, and whether every token goes through them.
        notes: What else is to be remembered.
        backbone: The encoder's name (see `load_backbone`).

    Raises:
        ModelUnavailable: The encoder cannot be read again.
    """
    state = {name: each.detach().float().cpu().numpy() for name, each in model.state_dict().items()}
    prefix = "backbone."
    save_trained(
        file,
        kind=kind,
        encoder={
            name.removeprefix(prefix): each
            for name, each in state.items()
            if name.startswith(prefix)
        },
        heads={
            name: Head(state[f"{name}.weight"], state[f"{name}.bias"], per_token=per_token)
            for name, per_token in heads.items()
        },
        notes=notes,
        backbone=backbone,
    )


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

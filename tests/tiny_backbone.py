"""A BERT encoder so small that training it takes seconds, with the packaged tokenizer."""

import shutil
from pathlib import Path

from clew.tools.corpus.encoder import packaged_model

WIDTH = 32


def make_tiny_backbone(folder: Path) -> Path:
    """Write an encoder of random weights as a Hugging Face folder."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (packaged_model() / name).exists():
            shutil.copy(packaged_model() / name, folder / name)
    return folder

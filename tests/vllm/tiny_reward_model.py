"""Makes a tiny Llama with random weights that puts texts, or steps at a tag, into two classes.

It has no chat template, as many reward models have none. The id of the tag lies in ``tag.json``.

Usage: python tiny_reward_model.py FOLDER PASSAGES
"""

import json
import sys
from pathlib import Path

import torch
from tiny_model import CONTEXT, make_tokenizer
from transformers import LlamaConfig, LlamaForSequenceClassification

TAG = "<extra_0>"

if __name__ == "__main__":
    folder, passages = map(Path, sys.argv[1:])
    lines = passages.read_text(encoding="utf-8").splitlines()
    tokenizer = make_tokenizer([json.loads(line)["text"] for line in lines])
    tokenizer.chat_template = None
    tokenizer.add_special_tokens({"additional_special_tokens": [TAG]})
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        initializer_range=0.2,
        num_labels=2,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    model = LlamaForSequenceClassification(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "tag.json").write_text(json.dumps(tokenizer.convert_tokens_to_ids(TAG)))

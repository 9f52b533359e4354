"""Makes a tiny Llama of random weights; run by the interpreter that has vLLM.

Its first dimension is the same for every token, so that one column of the output layer sets how
often a token comes whatever the context. Thus what it writes is nonsense, but strings and lists
are closed and texts end, where plain random weights would go on to the limit.

Usage: python tiny_model.py FOLDER PASSAGES
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

CONTEXT = 8192
VOCABULARY = 2048
TEMPLATE = """\
{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}\
{% if add_generation_prompt %}<|assistant|>{% endif %}"""
SPREAD = 0.05
"""Deviation of the layers' weights: higher, and the context has more of a say."""
FAVOURED = {"{": 0.8, "]": 0.7, "}": 0.7, '"': 0.6, "<|end|>": 0.6}
"""Tokens that come often: in this order, so that lists have members but few."""
SPECIAL = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]


def make_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|end|>",
        pad_token="<|end|>",
        chat_template=TEMPLATE,
        model_max_length=CONTEXT,
    )


def make_model(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=4,
        initializer_range=SPREAD,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        embedding = model.get_input_embeddings().weight
        output = model.get_output_embeddings().weight
        embedding.normal_(std=0.5)
        output.normal_(std=0.3)
        embedding[:, 0] = 8.0
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight[0] = 0.0
            layer.mlp.down_proj.weight[0] = 0.0
        output[:, 0] = 0.0
        for token, favour in FAVOURED.items():
            output[tokenizer.convert_tokens_to_ids(token), 0] = favour
    return model


if __name__ == "__main__":
    folder, passages = map(Path, sys.argv[1:])
    lines = passages.read_text(encoding="utf-8").splitlines()
    tokenizer = make_tokenizer([json.loads(line)["text"] for line in lines])
    model = make_model(tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)

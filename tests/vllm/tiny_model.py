"""Makes a tiny Llama whose weights are random but for a habit of closing what it opens.

Plain random weights go on to the limit of tokens, so that no JSON of theirs is ever whole. Here
some dimensions of the embedding are not random, and no layer writes to them: one is the same for
every token, and others tell what the last token was. Columns of the output layer turn them into a
liking for certain tokens always, and after certain tokens. What comes of it is still nonsense.

Usage: python tiny_model.py FOLDER PASSAGES [SEED]
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
LIKED = {'"': 2.0, "<|end|>": 0.6}
"""Tokens that are liked after every token, and how much: texts are a token or two."""
LIKED_AFTER = (
    ('"', {'"': -2.6}),
    ("[", {"{": 2.0, "1": 1.8, "]": 1.5}),
    ("0123456789", {",": 1.5, "}": 1.5, "]": 1.5}),
    ("}", {"]": 0.5}),
)
"""Tokens that are liked after tokens made of certain characters: texts and lists are not empty,
numbers and lists are short."""
KNOWN = 8.0
"""What the dimensions hold that are not random."""
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


def make_model(tokenizer: PreTrainedTokenizerFast, seed: int = 0) -> LlamaForCausalLM:
    torch.manual_seed(seed)
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
        known = 1 + len(LIKED_AFTER)
        embedding[:, :known] = output[:, :known] = 0.0
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight[:known] = 0.0
            layer.mlp.down_proj.weight[:known] = 0.0
        embedding[:, 0] = KNOWN
        like(output[:, 0], LIKED, tokenizer)
        for dimension, (characters, liked) in enumerate(LIKED_AFTER, start=1):
            for token, id in tokenizer.get_vocab().items():
                if set(token) <= set(characters):
                    embedding[id, dimension] = KNOWN
            like(output[:, dimension], liked, tokenizer)
    return model


def like(column: torch.Tensor, liked: dict[str, float], tokenizer: PreTrainedTokenizerFast) -> None:
    for token, how_much in liked.items():
        column[tokenizer.convert_tokens_to_ids(token)] = how_much


if __name__ == "__main__":
    folder, passages = map(Path, sys.argv[1:3])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    lines = passages.read_text(encoding="utf-8").splitlines()
    tokenizer = make_tokenizer([json.loads(line)["text"] for line in lines])
    model = make_model(tokenizer, seed)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)

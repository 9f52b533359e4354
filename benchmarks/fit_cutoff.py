"""Train the cosine adapter of tools/relevance and write its weights.

The paragraphs of two training sets are pooled and indexed, questions and sub-questions are searched
for, and the net learns which of the passages that come back are gold evidence. One question in five
is kept for choosing the epoch and the cut-off. No development question takes part.

    python benchmarks/fit_cutoff.py
"""

import argparse
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from cutoff_queries import Retrieved, retrieved, training_queries
from fit_ranking import DATA
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from clew.tools.corpus.encoder import load_encoder
from clew.tools.relevance.cosine_adapter import WEIGHTS

SETS = ("musique", "2wiki")  # HotpotQA's paragraphs would double the time to index them
SEED = 1
EPOCHS = 40
BATCH = 64
RATE = 2e-3
HIDDEN = 32
MOST = 1_000
"""Queries of a set; 2wiki has many times those of MuSiQue."""
RECALL = 0.97
"""Share of the gold passages among those retrieved that the cut-off is to keep."""


def main() -> None:
    """Train, write the weights and print the cut-off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    random.seed(SEED)
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    found: list[Retrieved] = []
    for name in SETS:
        corpus, queries = training_queries(name, arguments.data, arguments.home, encoder)
        queries = random.sample(queries, min(MOST, len(queries)))
        found += retrieved(corpus, arguments.home, queries, encoder)
        print(f"{name}: {len(queries)} queries", flush=True)
    judged = [each for each in found if each.gold.any()]
    validation = [each for each in judged if _held_out(each.query.group)]
    adapter = trained([each for each in judged if not _held_out(each.query.group)], validation)
    save_file({name: each.detach() for name, each in adapter.state_dict().items()}, arguments.out)
    with torch.no_grad():
        gold = np.concatenate(
            [
                torch.sigmoid(adapter(*_batch([each])[:2]))[0].numpy()[each.gold]
                for each in validation
            ]
        )
    print(f"{len(judged) - len(validation)} queries trained on, {len(validation)} held out")
    print(f"CUTOFF = {np.quantile(gold, 1 - RECALL):.3f}")


class Adapter(nn.Module):
    """`clew.tools.relevance.cosine_adapter.AdapterNetwork` in torch, for batches of queries.

    Args:
        dimension: Length of the vectors.
        slope: Of the map before training, for every query.
        offset: Likewise.
    """

    def __init__(self, dimension: int = 384, slope: float = 15.0, offset: float = -8.0) -> None:
        super().__init__()
        self.hidden = nn.Linear(dimension, HIDDEN)
        self.out = nn.Linear(HIDDEN, 2)
        with torch.no_grad():
            self.out.bias.copy_(torch.tensor([slope, offset]))

    def forward(self, vectors: torch.Tensor, cosines: torch.Tensor) -> torch.Tensor:
        """Return logits, (queries, passages), of vectors (queries, d) and their cosines."""
        raw, offset = self.out(torch.relu(self.hidden(vectors))).split(1, dim=-1)
        return torch.as_tensor(functional.softplus(raw) * cosines + offset)


def trained(training: Sequence[Retrieved], validation: Sequence[Retrieved]) -> Adapter:
    """Return an adapter as it was at its best in validation."""
    generator = np.random.default_rng(SEED)
    adapter = Adapter()
    optimiser = torch.optim.AdamW(adapter.parameters(), RATE, weight_decay=0.05)
    best, lowest = adapter.state_dict(), float("inf")
    for epoch in range(EPOCHS):
        order = generator.permutation(len(training))
        for start in range(0, len(order), BATCH):
            loss = _loss(adapter, [training[place] for place in order[start : start + BATCH]])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        with torch.no_grad():
            held = float(_loss(adapter, validation))
        print(f"epoch {epoch + 1}: validation loss {held:.4f}", flush=True)
        if held < lowest:
            best, lowest = {k: v.clone() for k, v in adapter.state_dict().items()}, held
    adapter.load_state_dict(best)
    return adapter


def _loss(adapter: Adapter, queries: Sequence[Retrieved]) -> torch.Tensor:
    vectors, cosines, gold, mask = _batch(queries)
    return functional.binary_cross_entropy_with_logits(adapter(vectors, cosines)[mask], gold[mask])


def _batch(queries: Sequence[Retrieved]) -> tuple[torch.Tensor, ...]:
    """Return vectors, and padded: cosines, what is gold, and what is no padding."""
    shape = (len(queries), max(len(each.cosines) for each in queries))
    cosines, gold, mask = (np.zeros(shape, dtype=np.float32) for _ in range(3))
    for row, each in enumerate(queries):
        cosines[row, : len(each.cosines)] = each.cosines
        gold[row, : len(each.gold)] = each.gold
        mask[row, : len(each.gold)] = 1
    vectors = torch.from_numpy(np.stack([each.vector for each in queries]))
    parts = torch.from_numpy(cosines), torch.from_numpy(gold), torch.from_numpy(mask).bool()
    return vectors, *parts


def _held_out(question: str) -> bool:
    return int(hashlib.sha256(question.encode()).hexdigest(), 16) % 5 == 0


if __name__ == "__main__":
    main()

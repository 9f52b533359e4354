"""Train the claim scorer and write its weights.

FEVER's claims and statements made of the training questions' facts teach it; the epoch and the
calibration come from a validation part, and a held-out part is left to benchmarks/claim_support.py.
No development question takes part.

    python benchmarks/fit_claims.py
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from claim_features import Batch, Features
from claim_pairs import DATA, Fever, Pair
from claim_statements import statement_pairs
from numpy.typing import NDArray
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from torch import nn
from torch.nn import functional

from clew.agent.critics.claim_network import SHARPNESS, WEIGHTS
from clew.agent.critics.claim_text import tidied
from clew.tools.corpus.encoder import Encoder, load_encoder

SEED = 1
EPOCHS = 7
BATCH = 128
RATE = 3e-3
DROPOUT = 0.2
PASSING = 0.97
"""Share of true statements that are to pass as supported."""

_TRUE_STATEMENTS = ("fact", "conclusion")  # worded and quoted as the embedded policy does


def main() -> None:
    """Train, write the weights and print what they do on the validation part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, default=Path("~/.clew/benchmarks").expanduser())
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # repeatable to the last bit
    encoder = load_encoder(None, cache_dir=arguments.home / "models")
    pairs = all_pairs(arguments.data, encoder)
    features = Features(pairs, encoder)
    network = trained(features, pairs)
    validation = places_of(pairs, "validation")
    calibrate(network, features, validation)
    save_file(
        {name: each.detach().half().contiguous() for name, each in network.state_dict().items()},
        arguments.out,
    )
    true = [place for place in validation if pairs[place].kind in _TRUE_STATEMENTS]
    passing = np.quantile(logits(network, features, true), 1 - PASSING)
    print(f"{sum(each.numel() for each in network.parameters()):,} weights in {arguments.out}")
    print(f"SUPPORTED = {1 / (1 + np.exp(-passing)):.2f}")


def all_pairs(data: Path, encoder: Encoder) -> list[Pair]:
    """Return the pairs that the scorer is trained and measured on."""
    fever = Fever(data)
    vectors = encoder.encode([tidied(claim) for claim in fever.claims])
    return fever.pairs(vectors, SEED) + statement_pairs(data, SEED)


def places_of(pairs: Sequence[Pair], part: str) -> list[int]:
    return [place for place, each in enumerate(pairs) if each.part == part]


class Network(nn.Module):
    """`clew.agent.critics.claim_network.ClaimNetwork` in torch, for batches.

    Args:
        signs: How many signs there are.
        dimension: Length of the vectors.
        width: Of the layers that look at words.
        narrow: Of the others.
    """

    def __init__(self, signs: int, dimension: int = 384, width: int = 48, narrow: int = 32) -> None:
        super().__init__()
        self.project = nn.Linear(dimension, width)
        self.context = nn.Linear(3 * width, width)
        self.compare = nn.Linear(2 * width + 1, width)
        self.sentence = nn.Linear(2 * dimension, narrow)
        self.hidden = nn.Linear(2 * width + narrow + signs + 2, narrow)
        self.out = nn.Linear(narrow, 1)
        self.temperature = nn.Parameter(torch.tensor(5.0))
        self._drop = nn.Dropout(DROPOUT)

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the logits."""
        masked = ~batch.quotes_mask
        cosines = (batch.quotes @ batch.claims[:, :, None])[..., 0]
        weights = (SHARPNESS * cosines).masked_fill(masked, -1e4).softmax(-1)
        quoted = (weights[:, None] @ batch.quotes)[:, 0]
        apart = [batch.claims * quoted, (batch.claims - quoted).abs()]
        whole = torch.relu(self.sentence(self._drop(10 * torch.cat(apart, -1))))
        most = cosines.masked_fill(masked, -1).amax(-1, keepdim=True)
        mean = cosines.sum(-1, keepdim=True) / batch.quotes_mask.sum(-1, keepdim=True)
        pooled = self._words(batch)
        features = torch.cat([pooled, whole, batch.signs, most, mean], -1)
        hidden = torch.relu(self.hidden(self._drop(features)))
        return torch.as_tensor(self.out(self._drop(hidden))[:, 0])

    def _words(self, batch: Batch) -> torch.Tensor:
        masked = ~batch.quote_mask[:, None]
        cosines = batch.claim_words @ batch.quote_words.transpose(1, 2)
        ours = self._drop(torch.tanh(self.project(batch.claim_words)))
        theirs = self._drop(torch.tanh(self.project(batch.quote_words)))
        alike = ours @ theirs.transpose(1, 2) / ours.shape[-1] ** 0.5
        attention = (alike + self.temperature * cosines).masked_fill(masked, -1e4).softmax(-1)
        aligned = attention @ self._in_context(theirs, batch.quote_mask)
        ours = self._in_context(ours, batch.claim_mask)
        best = cosines.masked_fill(masked, -1).amax(-1, keepdim=True)
        beside = torch.cat([ours * aligned, (ours - aligned).abs(), best], -1)
        compared = torch.relu(self.compare(self._drop(beside))) * batch.claim_mask[..., None]
        mean = compared.sum(1) / batch.claim_mask.sum(1, keepdim=True)
        return torch.cat([mean, compared.amax(1)], -1)

    def _in_context(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        padded = functional.pad(words * mask[..., None], (0, 0, 1, 1))
        windows = torch.cat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], -1)
        return torch.relu(self.context(windows))


def trained(features: Features, pairs: Sequence[Pair]) -> Network:
    """Train a network on the training part; return it as it was at its best in validation."""
    random = np.random.default_rng(SEED)
    places = np.array(places_of(pairs, "train"))
    validation = places_of(pairs, "validation")
    network = Network(features.signs.shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    steps = EPOCHS * len(list(_batches(features, places, random)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + EPOCHS)
    best, lowest = network.state_dict(), float("inf")
    for epoch in range(EPOCHS):
        network.train()
        for batch in _batches(features, places, random):
            loss = functional.binary_cross_entropy_with_logits(
                network(features.batch(batch)), features.supported[batch]
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        found = torch.from_numpy(logits(network, features, validation))
        held = float(
            functional.binary_cross_entropy_with_logits(found, features.supported[validation])
        )
        print(f"epoch {epoch + 1}: validation loss {held:.4f}", flush=True)
        if held < lowest:
            best, lowest = {k: v.clone() for k, v in network.state_dict().items()}, held
    network.load_state_dict(best)
    return network


def _batches(
    features: Features, places: NDArray[np.int64], random: np.random.Generator
) -> Iterator[list[int]]:
    """Yield shuffled batches of pairs whose quotes are about equally long."""
    shuffled = random.permutation(places)
    batches = []
    for start in range(0, len(shuffled), 32 * BATCH):
        alike = sorted(shuffled[start : start + 32 * BATCH].tolist(), key=features.size)
        batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    for number in random.permutation(len(batches)):
        yield batches[number]


def logits(network: Network, features: Features, places: Sequence[int]) -> NDArray[np.float32]:
    """Return the logits of the pairs at these places."""
    network.eval()
    found = np.empty(len(places), dtype=np.float32)
    order = sorted(range(len(places)), key=lambda each: features.size(places[each]))
    with torch.no_grad():
        for start in range(0, len(order), 256):
            rows = order[start : start + 256]
            found[rows] = network(features.batch([places[row] for row in rows])).numpy()
    return found


def calibrate(network: Network, features: Features, validation: Sequence[int]) -> None:
    """Put Platt's scaling (1999), fitted on the validation part, into the last layer."""
    found = logits(network, features, validation)[:, None]
    platt = LogisticRegression(C=1e6).fit(found, features.supported[validation].numpy())
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    with torch.no_grad():
        network.out.weight.mul_(slope)
        network.out.bias.mul_(slope).add_(offset)
    print(f"Platt: slope {slope:.2f}, offset {offset:+.2f}")


if __name__ == "__main__":
    main()

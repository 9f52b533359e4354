"""Pairs of claims and quotes as the claim scorer sees them, in batches of torch tensors."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import NamedTuple

import numpy as np
import torch
from claim_pairs import Pair

from clew.agent.critics.claim_signs import signs_of
from clew.agent.critics.claim_text import compared_words, tidied
from clew.agent.critics.claims import CLAIM_WORDS, QUOTE_WORDS, QUOTES
from clew.tools.corpus.encoder import Encoder


class Batch(NamedTuple):
    """Pairs side by side, padded; see `clew.agent.critics.claim_network.Compared`.

    The masks say what is no padding.
    """

    claim_words: torch.Tensor
    claim_mask: torch.Tensor
    quote_words: torch.Tensor
    quote_mask: torch.Tensor
    claims: torch.Tensor
    quotes: torch.Tensor
    quotes_mask: torch.Tensor
    signs: torch.Tensor


class Features:
    """The features of pairs, each word and text encoded once.

    Args:
        pairs: The pairs.
        encoder: Makes the vectors.
    """

    def __init__(self, pairs: Sequence[Pair], encoder: Encoder) -> None:
        words, texts = _Numbered(), _Numbered()
        self._claim_words = [words.of(compared_words(each.claim)[:CLAIM_WORDS]) for each in pairs]
        self._quote_words = [
            words.of([word for quote in each.quotes for word in compared_words(quote)])[
                :QUOTE_WORDS
            ]
            for each in pairs
        ]
        self._claims = [texts.of([tidied(each.claim)]) for each in pairs]
        self._quotes = [texts.of(map(tidied, each.quotes))[:QUOTES] for each in pairs]
        signs = [astuple(signs_of(each.claim, each.quotes, each.question)) for each in pairs]
        self.signs = torch.tensor(signs, dtype=torch.float32)
        self.supported = torch.tensor([float(each.supported) for each in pairs])
        self._words, self._texts = words.vectors(encoder), texts.vectors(encoder)

    def size(self, place: int) -> int:
        """Return the number of words of a pair's quotes."""
        return len(self._quote_words[place])

    def batch(self, places: Sequence[int]) -> Batch:
        """Return the pairs at these places."""
        claim_words = _padded([self._claim_words[place] for place in places])
        quote_words = _padded([self._quote_words[place] for place in places])
        claims = _padded([self._claims[place] for place in places])[:, 0]
        quotes = _padded([self._quotes[place] for place in places])
        return Batch(
            claim_words=self._words[claim_words],
            claim_mask=claim_words > 0,
            quote_words=self._words[quote_words],
            quote_mask=quote_words > 0,
            claims=self._texts[claims],
            quotes=self._texts[quotes],
            quotes_mask=quotes > 0,
            signs=self.signs[list(places)],
        )


class _Numbered:
    """Texts by number, from 1; 0 is padding, whose vector is zero."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, texts: Iterable[str]) -> list[int]:
        return [self._numbers.setdefault(text, len(self._numbers) + 1) for text in texts]

    def vectors(self, encoder: Encoder) -> torch.Tensor:
        rows = encoder.encode(list(self._numbers))
        return torch.from_numpy(np.concatenate([np.zeros((1, rows.shape[1]), np.float32), rows]))


def _padded(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])

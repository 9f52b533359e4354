"""The claim scorer that needs no language model: sentence vectors, aligned words, plain signs."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import astuple

import numpy as np

from ...errors import ModelUnavailable
from ...graphs.protocols import Claim
from ...tools.corpus.encoder import Encoder
from ..policies.embedded.vectors import VectorCache
from .claim_network import Compared, load_network
from .claim_signs import signs_of
from .claim_text import compared_words, tidied

SUPPORTED = 0.23
"""Chance from which a sentence counts as supported: 97 % of true statements reach it.

Chosen by benchmarks/fit_claims.py on facts and conclusions kept from training. It is low, for
where the scorer is unsure it is too careful more often than not: names that only the passage
before the quote gives, and conclusions drawn from two quotes.
"""

CLAIM_WORDS, QUOTE_WORDS, QUOTES = 40, 160, 8
"""What is read of a claim and its quotes, as in training."""


class EmbeddedClaimScorer:
    """Says how well quotes support claims; trained on FEVER's and on statements of answers.

    See claims.md for what it was trained on and how far it can be trusted.

    Args:
        encoder: The encoder whose vectors it was trained on: the packaged MiniLM.

    Raises:
        ModelUnavailable: The weights cannot be read; at its first use, that they are for vectors of
            another length.
    """

    name = "embedded"

    def __init__(self, encoder: Encoder) -> None:
        self._network = load_network()
        self._encoder = encoder
        self._vectors = VectorCache(encoder)

    @property
    def threshold(self) -> float:
        """The least chance of support from which a sentence counts as supported."""
        return SUPPORTED

    async def support(self, claims: Sequence[Claim]) -> Sequence[float]:
        """Return for each claim the chance, in [0, 1], that its quotes support it.

        Claims and quotes without a word in them, and claims without quotes, have no support.
        """
        return await asyncio.to_thread(self._support, claims)

    def _support(self, claims: Sequence[Claim]) -> list[float]:
        if claims and self._encoder.dimension != self._network.dimension:
            raise ModelUnavailable(
                f"the claim scorer was trained on vectors of length {self._network.dimension} and "
                f"{self._encoder.name} makes some of {self._encoder.dimension}: use the default "
                "encoder, or turn check_support off"
            )
        return [self._chance(tidied(claim.text), claim.quotes, claim.question) for claim in claims]

    def _chance(self, claim: str, quotes: Sequence[str], question: str) -> float:
        quotes = [text for quote in quotes if compared_words(text := tidied(quote))][:QUOTES]
        ours = compared_words(claim)[:CLAIM_WORDS]
        theirs = [word for quote in quotes for word in compared_words(quote)][:QUOTE_WORDS]
        if not ours or not theirs:
            return 0.0
        texts = self._vectors.encode([claim, *quotes])
        words = self._vectors.encode([*ours, *theirs])
        compared = Compared(
            claim_words=words[: len(ours)],
            quote_words=words[len(ours) :],
            claim=texts[0],
            quotes=texts[1:],
            signs=np.array(astuple(signs_of(claim, quotes, question)), dtype=np.float32),
        )
        return 1 / (1 + math.exp(-self._network.logit(compared)))

"""How relevant a passage is to a query: six plain features under a logistic model."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Features(NamedTuple):
    """What speaks for a passage.

    Attributes:
        gap: How much less similar it is to the query, in cosine, than the most similar passage.
        terms: Its BM25 score as a share of the best passage's.
        named: One over the number of documents that share the name by which the query calls
            its document; 0 where the query does not.
        linked: The relevance of the best passage that names its document, over the number of
            documents that share the name; 0 where none does.
        relation: ``linked`` times the number of words, at most three, that stand beside that
            name and that the query holds as well ("directed" for "director").
        onward: The relevance of the best passage from which a search for the next hop finds this
            one, times its BM25 score there as a share of the best passage's.
    """

    gap: float
    terms: float
    named: float
    linked: float
    relation: float
    onward: float


# Fitted by logistic regression on training questions of MuSiQue and 2WikiMultihopQA, over the pools
# of their paragraphs, as benchmarks/fit_ranking.py does; no development question took part. They
# choose what is followed, and rank where the network of relevance_network.py is not to be had.
WEIGHTS = Features(gap=-6.1, terms=3.2, named=5.3, linked=4.4, relation=2.3, onward=2.4)
INTERCEPT = -5.1


def relevance(features: Sequence[Features]) -> list[float]:
    """Return the estimated probability of each passage to be evidence for the query."""
    if not features:
        return []
    logits = np.array(features, dtype=np.float64) @ np.array(WEIGHTS) + INTERCEPT
    return [float(each) for each in 1.0 / (1.0 + np.exp(-logits))]

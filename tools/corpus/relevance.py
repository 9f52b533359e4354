"""How relevant a passage is to a query: five plain features under a logistic model."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np


@dataclass(frozen=True)
class Features:
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
    """

    gap: float
    terms: float
    named: float
    linked: float
    relation: float


# Fitted on the questions of shared/data/train, over the pools of their paragraphs, by the procedure
# of benchmarks/fit_ranking.py; none of the development questions took part. The fit used vectors
# computed beforehand, in fp32 but for HotpotQA's, so that a run of the script may differ slightly.
WEIGHTS = Features(gap=-6.8, terms=3.2, named=4.6, linked=4.4, relation=1.7)
INTERCEPT = -4.5


def relevance(features: Sequence[Features]) -> list[float]:
    """Return the estimated probability of each passage to be evidence for the query."""
    if not features:
        return []
    matrix = np.array([astuple(each) for each in features], dtype=np.float64)
    logits = matrix @ np.array(astuple(WEIGHTS)) + INTERCEPT
    return [float(each) for each in 1.0 / (1.0 + np.exp(-logits))]

"""Clustering a handful of vectors by their cosine."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def clustered(vectors: Vectors, *, most: int, alike: float) -> list[list[int]]:
    """Cluster unit vectors, bottom up, by average linkage.

    The two clusters whose members are closest on average are merged as long as there are more
    than ``most``, or the two are alike.

    Args:
        vectors: One row of length 1 for each item.
        most: How many clusters there are at most.
        alike: Mean cosine from which two clusters are one anyway.

    Returns:
        The members of each cluster as row numbers in order; clusters by their first member.
    """
    cosines = vectors @ vectors.T
    clusters = [[row] for row in range(len(vectors))]
    while len(clusters) > 1:
        closeness, left, right = max(
            (float(cosines[np.ix_(clusters[left], clusters[right])].mean()), -left, -right)
            for left in range(len(clusters))
            for right in range(left + 1, len(clusters))
        )
        if len(clusters) <= most and closeness < alike:
            break
        clusters[-left] = sorted(clusters[-left] + clusters.pop(-right))
    return clusters


def centre(vectors: Vectors) -> Vectors:
    """Return the direction of the mean of vectors, as a vector of length 1."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)

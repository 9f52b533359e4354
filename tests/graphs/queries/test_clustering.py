"""Clustering by cosine: as many clusters as there are directions, no more than wanted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clew.graphs.queries.clustering import centre, clustered


def directions(*degrees: float) -> NDArray[np.float32]:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_what_points_the_same_way_is_one_cluster() -> None:
    vectors = directions(0, 90, 5, 85, 180)
    assert clustered(vectors, most=3, alike=0.9) == [[0, 2], [1, 3], [4]]


def test_the_closest_are_merged_until_there_are_few_enough() -> None:
    vectors = directions(0, 60, 100, 180)
    assert clustered(vectors, most=3, alike=0.99) == [[0], [1, 2], [3]]
    assert clustered(vectors, most=1, alike=0.99) == [[0, 1, 2, 3]]


def test_the_average_counts_and_not_the_nearest_member() -> None:
    # 40 is as close to 20 as 20 is to 0, but far from 0.
    assert clustered(directions(0, 19, 40), most=3, alike=0.92) == [[0, 1], [2]]


def test_one_or_none_needs_no_merging() -> None:
    assert clustered(directions(30), most=3, alike=0.5) == [[0]]
    assert clustered(np.zeros((0, 2), np.float32), most=3, alike=0.5) == []


@given(
    st.lists(st.floats(0, 360), min_size=1, max_size=8), st.integers(1, 4), st.floats(-1.0, 1.01)
)
def test_each_item_is_in_one_cluster(degrees: list[float], most: int, alike: float) -> None:
    clusters = clustered(directions(*degrees), most=most, alike=alike)
    assert sorted(row for members in clusters for row in members) == list(range(len(degrees)))
    assert 1 <= len(clusters) <= most
    assert all(members == sorted(members) for members in clusters)


def test_the_centre_lies_between_and_has_length_one() -> None:
    np.testing.assert_allclose(centre(directions(0, 90)), directions(45)[0], atol=1e-6)
    np.testing.assert_allclose(centre(directions(0, 180)), [0, 0], atol=1e-3)

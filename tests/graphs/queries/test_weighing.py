"""Weighted reciprocal rank fusion."""

from hypothesis import given
from hypothesis import strategies as st
from support import POLAR

from clew.graphs.queries.weighing import fuse_weighted
from clew.graphs.searching import fuse

A, B, C, _ = POLAR
rankings = st.lists(st.permutations(POLAR), max_size=4)


def test_the_weightier_ranking_wins() -> None:
    assert fuse_weighted([(0.7, [A, B]), (0.2, [B, A])]) == [A, B]
    assert fuse_weighted([(0.2, [A, B]), (0.7, [B, A])]) == [B, A]


def test_two_light_rankings_outweigh_one_heavy() -> None:
    assert fuse_weighted([(0.7, [A]), (0.4, [B]), (0.4, [B, C])]) == [B, A, C]


@given(rankings)
def test_equal_weights_are_plain_fusion(ranked: list[list[object]]) -> None:
    weighted = fuse_weighted([(0.5, ranking) for ranking in ranked])  # type: ignore[misc]
    assert weighted == fuse(ranked)  # type: ignore[arg-type]

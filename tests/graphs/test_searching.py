"""Weighted reciprocal rank fusion."""

from hypothesis import given
from hypothesis import strategies as st
from support import POLAR

from clew.graphs.searching import fuse

A, B, C, _ = POLAR
rankings = st.lists(st.permutations(POLAR), max_size=4)


def test_the_weightier_ranking_wins() -> None:
    assert fuse([[A, B], [B, A]], [0.7, 0.2]) == [A, B]
    assert fuse([[A, B], [B, A]], [0.2, 0.7]) == [B, A]


def test_two_light_rankings_outweigh_one_heavy() -> None:
    assert fuse([[A], [B], [B, C]], [0.7, 0.4, 0.4]) == [B, A, C]


@given(rankings)
def test_equal_weights_are_plain_fusion(ranked: list[list[object]]) -> None:
    weighted = fuse(ranked, [0.5] * len(ranked))  # type: ignore[arg-type]
    assert weighted == fuse(ranked)  # type: ignore[arg-type]

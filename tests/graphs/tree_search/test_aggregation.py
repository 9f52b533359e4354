import pytest

from clew.graphs.tree_search.aggregation import (
    answered,
    best_value,
    clustered,
    share_of,
    weighted_vote,
)
from clew.graphs.tree_search.presets import agreement, reflected
from clew.graphs.tree_search.tree import Node, Tree


def tree_of(*found: tuple[float, str | None, bool]) -> Tree:
    """A root, and below it states of a value and an answer, ends or not."""
    nodes = [
        Node(id=id, parent=0, value=value, worth=value, answer=answer, terminal=end)
        for id, (value, answer, end) in enumerate(found, start=1)
    ]
    return {node.id: node for node in (Node(id=0), *nodes)}


VOTES = tree_of(
    (0.6, "Akaroa, New Zealand", True),
    (0.9, "Larvik", True),
    (0.5, "Akaroa", True),
    (0.3, None, False),
    (0.95, "Oslo", False),
)


def test_ends_are_chosen_among_and_others_where_there_is_no_end() -> None:
    assert [node.id for node in answered(VOTES)] == [1, 2, 3]
    underway = tree_of((0.6, "Akaroa", False), (0.9, None, True), (0.7, "Larvik", False))
    assert [node.id for node in answered(underway)] == [1, 3]
    assert best_value(underway) == weighted_vote(underway) == 3


def test_the_best_value_is_that_of_one_state() -> None:
    assert best_value(VOTES) == 2
    assert best_value(tree_of((0.5, "a", True), (0.5, "b", True))) == 1, "of equals the first"


def test_a_vote_gathers_the_values_of_answers_that_agree() -> None:
    # Akaroa 0.6 + 0.5 = 1.1 against 0.9; the better of the two states stands for it.
    assert weighted_vote(VOTES) == 1
    # 0.35 + 0.5 = 0.85 against 0.9
    assert weighted_vote({**VOTES, 1: VOTES[1].changed(value=0.35)}) == 2


def test_no_answer_is_none() -> None:
    for nothing in (tree_of(), tree_of((0.9, None, True))):
        assert best_value(nothing) is None and weighted_vote(nothing) is None
        assert share_of("Oslo", nothing) == 0.0


def test_answers_that_agree_are_in_one_group() -> None:
    groups = clustered(answered(VOTES))
    assert [[node.id for node in group] for group in groups] == [[1, 3], [2]]


def test_agreement_is_a_share_of_the_answers() -> None:
    assert share_of("Akaroa", VOTES) == pytest.approx(2 / 3)
    assert share_of("Larvik", VOTES) == pytest.approx(1 / 3)
    assert share_of("Paris", VOTES) == 0.0
    assert agreement(VOTES, VOTES[3]) == pytest.approx(2 / 3)
    assert agreement(VOTES, VOTES[4]) == 0.0, "it has no answer"


def test_lats_mixes_critic_and_agreement_by_halves() -> None:
    # 0.5 · 0.5 + 0.5 · 2/3 = 0.583333; a state without an answer has half its value.
    assert reflected(VOTES, VOTES[3]) == pytest.approx(0.583333, abs=1e-6)
    assert reflected(VOTES, VOTES[4]) == pytest.approx(0.15)

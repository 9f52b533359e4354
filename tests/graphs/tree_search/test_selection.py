import math
from collections.abc import Sequence

import pytest

from clew.graphs.tree_search.selection import (
    Score,
    beam,
    by_kind,
    descending,
    every_leaf,
    puct,
    rest,
    uct,
)
from clew.graphs.tree_search.tree import Node, Tree


def tree_of(*nodes: Node) -> Tree:
    return {node.id: node for node in nodes}


def test_uct_is_the_mean_and_the_upper_bound() -> None:
    child = Node(id=1, parent=0, worth=0.6, visits=4)
    # ln 16 / 4 = 0.693147, its root 0.832555, twice that 1.665109
    assert uct(child, Node(id=0, visits=16), 2.0) == pytest.approx(0.6 + 1.665109, abs=1e-6)
    assert uct(child, Node(id=0, visits=16), 0.0) == 0.6
    # A parent of one visit leaves nothing to explore: ln 1 = 0.
    assert uct(child, Node(id=0, visits=1), 2.0) == 0.6


def test_rest_has_twice_the_logarithm() -> None:
    child = Node(id=1, parent=0, worth=0.5, visits=2)
    # 2 ln 8 / 2 = 2.079442, its root 1.442027, 0.4 of it 0.576811
    assert rest(child, Node(id=0, visits=8), 0.4) == pytest.approx(1.076811, abs=1e-6)


def test_puct_is_the_mean_and_the_prior_share_of_the_root_of_visits() -> None:
    child = Node(id=1, parent=0, worth=0.3, visits=3, prior=0.25)
    # 0.4 · 0.25 · √9 / 4 = 0.075
    assert puct(child, Node(id=0, visits=9), 0.4) == pytest.approx(0.375)
    # Never visited: its critic's word and 0.4 · 0.25 · 3 / 1.
    fresh = Node(id=2, parent=0, worth=0.7, value=0.7, prior=0.25)
    assert puct(fresh, Node(id=0, visits=9), 0.4) == pytest.approx(1.0)


@pytest.mark.parametrize("score", [uct, rest])
def test_what_was_never_visited_comes_first(score: Score) -> None:
    assert score(Node(id=1, parent=0, worth=0.1), Node(id=0, visits=3), 0.4) == math.inf


def grown(first: float, second: float, *, visits: Sequence[int] = (1, 1)) -> Tree:
    """A root with two leaves of these worths."""
    return tree_of(
        Node(id=0, children=(1, 2), expanded=True, visits=sum(visits)),
        Node(id=1, parent=0, depth=1, worth=first, visits=visits[0]),
        Node(id=2, parent=0, depth=1, worth=second, visits=visits[1]),
    )


def test_a_root_alone_is_the_leaf() -> None:
    assert list(descending(uct, 1.0)(tree_of(Node(id=0)), 4)) == [0]


def test_the_most_attractive_child_is_gone_down_to() -> None:
    assert list(descending(uct, 1.0)(grown(0.5, 0.6), 1)) == [2]
    # 0.5 + √(ln 10 / 1) = 2.017 is more than 0.6 + √(ln 10 / 9) = 1.106.
    assert list(descending(uct, 1.0)(grown(0.5, 0.6, visits=(1, 9)), 1)) == [1]
    assert list(descending(uct, 0.0)(grown(0.5, 0.6, visits=(1, 9)), 1)) == [2]
    assert list(descending(uct, 1.0)(grown(0.5, 0.5), 1)) == [1], "of equals the first"


def test_leaves_chosen_together_differ() -> None:
    assert sorted(descending(uct, 0.0)(grown(0.9, 0.1), 5)) == [1, 2]


def test_virtual_loss_turns_the_next_choice_to_another_branch() -> None:
    # a: worth .6 of 2 visits, with leaves 3 (.6) and 4 (.6); b: worth .5 of 2, with leaf 5.
    tree = tree_of(
        Node(id=0, children=(1, 2), expanded=True, visits=4),
        Node(id=1, parent=0, children=(3, 4), expanded=True, worth=0.6, visits=2),
        Node(id=2, parent=0, children=(5,), expanded=True, worth=0.5, visits=2),
        Node(id=3, parent=1, worth=0.6, visits=1),
        Node(id=4, parent=1, worth=0.6, visits=1),
        Node(id=5, parent=2, worth=0.5, visits=2),
    )
    # With no exploring: a first. Then a counts 0.6 · 2 / 3 = 0.4 and b's 0.5 is more. b has
    # nothing else, so that the third is a's other leaf.
    assert list(descending(uct, 0.0)(tree, 1)) == [3]
    assert list(descending(uct, 0.0)(tree, 2)) == [3, 5]
    assert list(descending(uct, 0.0)(tree, 9)) == [3, 5, 4]


def test_virtual_loss_counts_as_a_visit_in_the_bounds_too() -> None:
    # a: .9 of 2 visits, leaves 3 and 4; b: .5 of 2, leaf 5; c 0.4 with puct and priors of a half.
    tree = tree_of(
        Node(id=0, children=(1, 2), expanded=True, visits=4),
        Node(id=1, parent=0, children=(3, 4), expanded=True, worth=0.9, visits=2, prior=0.5),
        Node(id=2, parent=0, children=(5,), expanded=True, worth=0.5, visits=2, prior=0.5),
        Node(id=3, parent=1, worth=0.9, visits=1, prior=0.5),
        Node(id=4, parent=1, worth=0.9, visits=1, prior=0.5),
        Node(id=5, parent=2, worth=0.5, visits=2, prior=1.0),
    )
    # First: a .9 + .2·2/3 = 1.033. Then root 5, a 3 of .6: .6 + .2·√5/4 = .7118;
    # b .5 + .2·√5/3 = .6491: a again, and its other leaf.
    assert list(descending(puct, 0.4)(tree, 2)) == [3, 4]
    # With c 4: a .9 + 2·2/3 = 2.233, b 1.833. Then a .6 + 2·√5/4 = 1.718, b .5 + 2·√5/3 = 1.991.
    assert list(descending(puct, 4.0)(tree, 2)) == [3, 5]


def test_spent_nodes_are_passed_by_and_a_spent_root_has_no_leaves() -> None:
    tree = dict(grown(0.9, 0.1))
    tree[1] = tree[1].changed(spent=True, terminal=True)
    assert list(descending(uct, 1.0)(tree, 3)) == [2]
    tree[2] = tree[2].changed(spent=True, terminal=True)
    tree[0] = tree[0].changed(spent=True)
    assert list(descending(uct, 1.0)(tree, 3)) == []


def test_a_node_with_moves_left_is_a_leaf() -> None:
    tree = dict(grown(0.9, 0.1))
    tree[0] = tree[0].changed(expanded=False)
    assert list(descending(uct, 1.0)(tree, 3)) == [0]


def test_every_leaf_is_every_one_that_can_be_gone_on_from() -> None:
    tree = dict(grown(0.9, 0.1))
    assert list(every_leaf(tree, 1)) == [1, 2]
    tree[1] = tree[1].changed(terminal=True)
    assert list(every_leaf(tree, 9)) == [2]


def level(*values: float, ends: Sequence[int] = (), visits: int = 1) -> Tree:
    ids = range(1, len(values) + 1)
    return tree_of(
        Node(id=0, children=tuple(ids), expanded=True, visits=len(values)),
        *(
            Node(
                id=id,
                parent=0,
                depth=1,
                value=value,
                worth=value,
                visits=visits,
                terminal=id in ends,
            )
            for id, value in zip(ids, values, strict=True)
        ),
    )


def test_a_beam_is_the_best_of_the_deepest_level() -> None:
    assert list(beam(2)(tree_of(Node(id=0)), 2)) == [0]
    assert list(beam(2)(level(0.2, 0.9, 0.5), 2)) == [2, 3]
    assert list(beam(2)(level(0.5, 0.5, 0.5), 2)) == [1, 2], "of equals the first"
    assert list(beam(2)(level(0.2, 0.9, 0.5, ends=[2]), 2)) == [3], "an end holds its place"
    assert list(beam(1)(level(0.2, 0.9, 0.5, ends=[2]), 1)) == []


def test_a_level_that_was_only_looked_ahead_to_is_none() -> None:
    assert list(beam(2)(level(0.2, 0.9, visits=0), 2)) == [0]


def test_by_kind_the_kind_is_chosen_first_by_the_mean_of_its_moves() -> None:
    tree = dict(level(0.9, 0.1, 0.55, 0.6))
    for id, kind in enumerate(("retrieve", "retrieve", "reason", "reason"), start=1):
        tree[id] = tree[id].changed(kind=kind)
    # retrieve (0.9 + 0.1) / 2 = 0.5, reason (0.55 + 0.6) / 2 = 0.575
    assert list(by_kind(tree, 1)) == [4]
    tree[4] = tree[4].changed(terminal=True)
    assert list(by_kind(tree, 1)) == [], "the end that it comes to is the end"
    tree[2] = tree[2].changed(value=0.4)
    assert list(by_kind(tree, 1)) == [1]  # 0.65 against 0.575

import pytest

from clew.graphs.tree_search.backup import Backup, best, child_weighted, mean, pooled
from clew.graphs.tree_search.tree import Changes, Node, Tree, children_of, leaves, path_to, spending


def tree() -> Tree:
    r"""``0 ─ 1 ─ 3, 4`` and ``0 ─ 2``: 3 was visited twice, 2 once, 4 never."""
    nodes = (
        Node(id=0, children=(1, 2), visits=3, total=1.9, worth=1.9 / 3, value=0.0),
        Node(id=1, parent=0, depth=1, children=(3, 4), visits=2, total=1.0, worth=0.5, value=0.7),
        Node(id=2, parent=0, depth=1, visits=1, total=0.9, worth=0.9, value=0.9),
        Node(id=3, parent=1, depth=2, visits=2, total=1.0, worth=0.5, value=0.6),
        Node(id=4, parent=1, depth=2, value=0.2, worth=0.2),
    )
    return {node.id: node for node in nodes}


def worths(changes: Changes) -> dict[int, float]:
    return {id: round(node.worth, 6) for id, node in changes.items()}


@pytest.mark.parametrize("backup", [mean, best, child_weighted])
def test_all_count_visits_and_sums_on_the_path_and_nowhere_else(backup: Backup) -> None:
    changes = backup(tree(), 4, 0.8)
    assert {id: (node.visits, round(node.total, 6)) for id, node in changes.items()} == {
        0: (4, 2.7),
        1: (3, 1.8),
        4: (1, 0.8),
    }


def test_mean_is_the_sum_by_the_count() -> None:
    # 2.7 / 4, 1.8 / 3, 0.8 / 1: the mean is never divided again.
    assert worths(mean(tree(), 4, 0.8)) == {0: 0.675, 1: 0.6, 4: 0.8}


def test_best_is_the_best_below_or_the_own_value() -> None:
    # 4 takes 0.8; 1 the most of its own 0.7, 0.5 and 0.8; 0 the most of 0.0, 0.8 and 0.9.
    assert worths(best(tree(), 4, 0.8)) == {0: 0.9, 1: 0.8, 4: 0.8}
    # A value of little worth leaves what else there is: 1 its own 0.7, 0 the 0.9 of 2.
    assert worths(best(tree(), 4, 0.1)) == {0: 0.9, 1: 0.7, 4: 0.1}
    # 3 takes 0.95 beside the 0.2 of 4, and all above it follow.
    assert worths(best(tree(), 3, 0.95)) == {0: 0.95, 1: 0.95, 3: 0.95}


def test_child_weighted_weighs_the_children_by_their_visits() -> None:
    # 4 takes 0.8 of one visit; 1 is (0.5·2 + 0.8·1) / 3 = 0.6 of three; 0 is
    # (0.6·3 + 0.9·1) / 4 = 0.675.
    assert worths(child_weighted(tree(), 4, 0.8)) == {0: 0.675, 1: 0.6, 4: 0.8}
    # 3 takes 0.8 whatever it was, of three visits: 1 is 0.8·3 / 3, for 4 has no weight; 0 is
    # (0.8·3 + 0.9·1) / 4 = 0.825. As a mean 3 would be (1.0 + 0.8) / 3.
    assert worths(child_weighted(tree(), 3, 0.8)) == {0: 0.825, 1: 0.8, 3: 0.8}
    assert worths(mean(tree(), 3, 0.8)) == {0: 0.675, 1: 0.6, 3: 0.6}


def rolled_down() -> Tree:
    r"""From 2 a way was gone down: ``2 ─ 5, 6`` and ``6 ─ 7, 8``, none of them visited yet."""
    more = (
        Node(id=2, parent=0, depth=1, children=(5, 6), visits=1, total=0.9, worth=0.9, value=0.9),
        Node(id=5, parent=2, depth=2, value=0.3, worth=0.3),
        Node(id=6, parent=2, depth=2, children=(7, 8), value=0.6, worth=0.6),
        Node(id=7, parent=6, depth=3, value=0.8, worth=0.8),
        Node(id=8, parent=6, depth=3, value=0.1, worth=0.1),
    )
    return {**tree(), **{node.id: node for node in more}}


def test_pooled_counts_every_state_that_is_new_on_the_way_or_beside_it_once() -> None:
    # New are 5 .3, 6 .6, 8 .1 and 7, which brought .75. 3 and 4 are beside no state of the way.
    # 6: .6 + .1 + .75 = 1.45 of three; 2: .9 + .3 + 1.45 = 2.65 of five; 0: 1.9 + 1.75 of seven.
    changes = pooled(rolled_down(), 7, 0.75)
    assert {id: (node.visits, round(node.total, 6)) for id, node in changes.items()} == {
        0: (7, 3.65),
        2: (5, 2.65),
        5: (1, 0.3),
        6: (3, 1.45),
        7: (1, 0.75),
        8: (1, 0.1),
    }
    assert worths(changes) == {
        0: round(3.65 / 7, 6),
        2: 0.53,
        5: 0.3,
        6: round(1.45 / 3, 6),
        7: 0.75,
        8: 0.1,
    }
    # The mean of what was come to makes the branch as good as its best child.
    assert worths(mean(rolled_down(), 7, 0.75))[2] == 0.825


def test_pooled_counts_what_was_counted_before_no_more() -> None:
    grown = {**rolled_down(), **pooled(rolled_down(), 7, 0.75)}
    again = {**grown, 8: grown[8].changed(children=(9, 10))}
    again[9] = Node(id=9, parent=8, depth=4, value=0.2, worth=0.2)
    again[10] = Node(id=10, parent=8, depth=4, value=0.4, worth=0.4)
    changes = pooled(again, 10, 0.4)
    # 9 .2 and 10 .4 are new: 8 (.1 + .2 + .4) / 3; 6 (1.45 + .6) / 5; 2 (2.65 + .6) / 7;
    # 0 (3.65 + .6) / 9. 5 and 7 stay as they are.
    assert worths(changes) == {
        0: round(4.25 / 9, 6),
        2: round(3.25 / 7, 6),
        6: 0.41,
        8: round(0.7 / 3, 6),
        9: 0.2,
        10: 0.4,
    }


def test_pooled_counts_siblings_that_a_simulation_of_one_move_made() -> None:
    # 4 is new, and beside it 3 was counted; 0.8 is all there is to hand up.
    assert pooled(tree(), 4, 0.8) == mean(tree(), 4, 0.8)
    # With 3 the end, 4 is beside it and new: 1 (1.0 + .2 + .8) / 4, 0 (1.9 + .2 + .8) / 5.
    assert worths(pooled(tree(), 3, 0.8)) == {0: 0.58, 1: 0.5, 3: 0.6, 4: 0.2}


def test_a_value_of_the_root_changes_the_root_alone() -> None:
    alone: Tree = {0: Node(id=0)}
    for backup in (mean, pooled, best, child_weighted):
        changes = backup(alone, 0, 0.4)
        assert worths(changes) == {0: 0.4} and changes[0].visits == 1


def test_paths_children_and_leaves() -> None:
    grown = tree()
    assert [node.id for node in path_to(grown, 4)] == [0, 1, 4]
    assert [node.id for node in children_of(grown, grown[1])] == [3, 4]
    assert [node.id for node in leaves(grown)] == [2, 3, 4]


def test_spent_is_what_has_only_spent_below_it() -> None:
    grown = {id: node.changed(expanded=bool(node.children)) for id, node in tree().items()}
    grown[3] = grown[3].changed(spent=True, terminal=True)
    assert spending(grown, [1]) == {}, "4 can be gone on from"
    grown[4] = grown[4].changed(spent=True, terminal=True)
    assert list(spending(grown, [1])) == [1], "2 can, so the root is not spent"
    grown[2] = grown[2].changed(expanded=True, terminal=True)
    # 1 first: the root waits for 2, which comes next.
    assert list(spending(grown, [1, 2])) == [1, 2, 0]
    grown[1] = grown[1].changed(expanded=False)
    assert list(spending(grown, [1, 2])) == [2], "1 has moves that were not made"

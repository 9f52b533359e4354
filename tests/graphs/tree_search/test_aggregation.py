import pytest

from clew.graphs.tree_search.aggregation import (
    answered,
    best_by,
    best_value,
    clustered,
    own_value,
    share_of,
    value_by_prior,
    value_on_the_way,
    weighted_vote,
)
from clew.graphs.tree_search.presets import agreement, reflected
from clew.graphs.tree_search.tree import Node, Tree

voted = weighted_vote(own_value)


def tree_of(*found: tuple[float, str | None, bool]) -> Tree:
    """A root, and below it states of a value and an answer, ends or not."""
    nodes = [
        Node(id=id, parent=0, value=value, worth=value, answer=answer, terminal=end)
        for id, (value, answer, end) in enumerate(found, start=1)
    ]
    return {node.id: node for node in (Node(id=0), *nodes)}


def below(tree: Tree, parent: int, value: float, answer: str | None, end: bool) -> Tree:
    """The tree, and one state more below another."""
    id = len(tree)
    depth = tree[parent].depth + 1
    more = Node(
        id=id, parent=parent, depth=depth, value=value, worth=value, answer=answer, terminal=end
    )
    return {**tree, id: more}


VOTES = tree_of(
    (0.6, "Akaroa, New Zealand", True),
    (0.9, "Larvik", True),
    (0.5, "Akaroa", True),
    (0.3, None, False),
    (0.95, "Oslo", False),
)


def test_every_state_with_an_answer_is_chosen_among_ends_and_others() -> None:
    assert [node.id for node in answered(VOTES)] == [1, 2, 3, 5]
    underway = tree_of((0.6, "Akaroa", False), (0.9, None, True), (0.7, "Larvik", False))
    assert [node.id for node in answered(underway)] == [1, 3]
    assert best_value(underway) == voted(underway) == 3


def test_an_end_that_confirms_its_parents_answer_takes_its_place() -> None:
    tree = below(VOTES, 5, 0.95, "Oslo", True)
    assert [node.id for node in answered(tree)] == [1, 2, 3, 6]
    # Oslo counts once: .95 against Akaroa's 1.1. Counted twice it would have 1.9.
    assert voted(tree) == 1 and share_of("Oslo", tree) == 0.25


def test_a_state_that_is_no_end_or_answers_otherwise_takes_no_place() -> None:
    goes_on = below(VOTES, 5, 0.95, "Oslo", False)
    assert [node.id for node in answered(goes_on)] == [1, 2, 3, 5, 6]
    otherwise = below(VOTES, 5, 0.9, "Bergen", True)
    assert [node.id for node in answered(otherwise)] == [1, 2, 3, 5, 6]
    silent = below(VOTES, 5, 0.9, None, True)
    assert [node.id for node in answered(silent)] == [1, 2, 3, 5]
    # Of an end and what goes on from there, the one takes the place of what both come from.
    both = below(below(VOTES, 5, 0.95, "Oslo", True), 5, 0.7, "Oslo", False)
    assert [node.id for node in answered(both)] == [1, 2, 3, 6, 7]


def test_two_states_without_an_answer_confirm_nothing() -> None:
    tree = below(tree_of((0.3, None, False)), 1, 0.3, None, True)
    assert answered(tree) == []


def test_the_best_value_is_that_of_one_state() -> None:
    assert best_value(VOTES) == 5
    assert best_value({**VOTES, 5: VOTES[5].changed(value=0.85)}) == 2
    assert best_value(tree_of((0.5, "a", True), (0.5, "b", True))) == 1, "of equals the first"


def ways() -> Tree:
    r"""``0 ─ 1 (.8) ─ 2 (.7) ─ 3 (.6, Oslo)`` and ``0 ─ 4 (.2) ─ 5 (.9, Larvik)``."""
    tree: Tree = {0: Node(id=0, value=1.0, worth=1.0)}
    for parent, value, answer in (
        (0, 0.8, None),
        (1, 0.7, None),
        (2, 0.6, "Oslo"),
        (0, 0.2, None),
        (4, 0.9, "Larvik"),
    ):
        tree = below(tree, parent, value, answer, answer is not None)
    return tree


def test_the_value_on_the_way_is_the_mean_without_the_root() -> None:
    tree = ways()
    # (.8 + .7 + .6) / 3 and (.2 + .9) / 2; the root's 1.0 is in neither.
    assert value_on_the_way(tree, tree[3]) == pytest.approx(0.7)
    assert value_on_the_way(tree, tree[5]) == pytest.approx(0.55)
    assert value_on_the_way(tree, tree[1]) == 0.8
    assert value_on_the_way(tree, tree[0]) == 1.0, "of the root there is no way but itself"
    assert own_value(tree, tree[3]) == 0.6


def test_of_states_without_an_answer_what_was_backed_up_counts() -> None:
    tree = ways()
    tree = {**tree, 1: tree[1].changed(worth=0.2), 3: tree[3].changed(worth=0.0)}
    # (.2 + .7 + .6) / 3: of the end itself the critic's word.
    assert value_on_the_way(tree, tree[3]) == pytest.approx(0.5)


def test_states_that_answer_otherwise_say_nothing_for_an_answer() -> None:
    tree = tree_of((0.9, "Larvik", False))
    tree = below(below(tree, 1, 0.5, "Akaroa", False), 2, 0.7, "Akaroa", True)
    # (.5 + .7) / 2: the state above them holds another answer.
    assert value_on_the_way(tree, tree[3]) == pytest.approx(0.6)
    assert value_on_the_way(tree, tree[1]) == 0.9


def test_a_value_counts_as_far_as_the_way_to_begin_is_likely() -> None:
    tree = tree_of((0.8, "Larvik", False), (0.6, "Oslo", False))
    tree = {**tree, 1: tree[1].changed(prior=0.25), 2: tree[2].changed(prior=0.75)}
    tree = below(tree, 2, 0.4, "Akaroa", True)
    # .8 · 1/4, .6 · 3/4, .4 · 3/4: priors further down do not count.
    assert value_by_prior(tree, tree[1]) == pytest.approx(0.2)
    assert value_by_prior(tree, tree[2]) == pytest.approx(0.45)
    assert value_by_prior(tree, tree[3].changed(prior=0.1)) == pytest.approx(0.3)
    assert value_by_prior(tree, tree[0].changed(worth=0.5)) == 0.5


def test_what_is_best_depends_on_what_is_compared() -> None:
    assert best_value(ways()) == 5 and best_by(value_on_the_way)(ways()) == 3
    # A worth of one's own: the fewer moves the better, and of equals the first.
    assert best_by(lambda tree, node: 1 / (1 + node.depth))(ways()) == 5
    assert best_by(lambda tree, node: 0.5)(ways()) == 5, "of equals the critic's"


def test_a_vote_gathers_the_values_of_answers_that_agree() -> None:
    # Akaroa 0.6 + 0.5 = 1.1 against 0.9 and 0.95; the better of the two states stands for it.
    assert voted(VOTES) == 1
    # 0.35 + 0.5 = 0.85 against 0.95
    assert voted({**VOTES, 1: VOTES[1].changed(value=0.35)}) == 5


def test_a_vote_is_of_the_worth_it_is_given() -> None:
    tree = below(ways(), 4, 0.1, "Oslo", True)
    # By their own values Oslo .6 + .1 against .9; on the way .7 + .15 against .55.
    assert voted(tree) == 5
    assert weighted_vote(value_on_the_way)(tree) == 3
    # And the state that stands for it is the one worth most in the same sense.
    assert weighted_vote(lambda tree, node: 1 - node.value)(tree) == 6


def test_the_power_of_a_vote_lets_few_good_states_outvote_many_poor_ones() -> None:
    # To the power of 1 Akaroa has 1.1, as above. To that of 2: .36 + .25 = .61 against .81 of
    # Larvik and .9025 of Oslo.
    assert weighted_vote(own_value, 2.0)(VOTES) == 5
    # To that of 3 three of .6 have .648 and one of .9 has .729; to that of 2 1.08 and .81.
    many = tree_of((0.6, "a", True), (0.6, "a", True), (0.6, "a", True), (0.9, "b", True))
    assert weighted_vote(own_value, 2.0)(many) == 1
    assert weighted_vote(own_value, 3.0)(many) == 4
    # To that of 0 each counts as one.
    assert weighted_vote(own_value, 0.0)({**many, 1: many[1].changed(value=0.0)}) == 2


def test_of_answers_that_gather_as_much_the_critic_decides_and_then_the_order() -> None:
    by_agreement = weighted_vote(agreement)
    # Two of Rome and two of Oslo: 2 · 1/2 each. Oslo has the .8; of its two that is it.
    level = [(0.3, "Rome", True), (0.7, "Rome", True), (0.2, "Oslo", True), (0.8, "Oslo", True)]
    assert by_agreement(tree_of(*level)) == 4
    assert by_agreement(tree_of((0.8, "Rome", True), *level[1:])) == 1
    # Three outvote two whatever the critic says: 3 · 3/5 against 2 · 2/5.
    assert by_agreement(tree_of(*level, (0.1, "Rome", True))) == 2


def test_no_answer_is_none() -> None:
    for nothing in (tree_of(), tree_of((0.9, None, True))):
        assert best_value(nothing) is None and voted(nothing) is None
        assert share_of("Oslo", nothing) == 0.0


def test_answers_that_agree_are_in_one_group() -> None:
    groups = clustered(answered(VOTES))
    assert [[node.id for node in group] for group in groups] == [[1, 3], [2], [5]]


def test_agreement_is_a_share_of_the_answers() -> None:
    assert share_of("Akaroa", VOTES) == 2 / 4
    assert share_of("Larvik", VOTES) == 1 / 4
    assert share_of("Paris", VOTES) == 0.0
    assert agreement(VOTES, VOTES[3]) == 2 / 4
    assert agreement(VOTES, VOTES[4]) == 0.0, "it has no answer"


def test_lats_mixes_critic_and_agreement_by_halves() -> None:
    # 0.5 · 0.5 + 0.5 · 2/4 = 0.5 and 0.5 · 0.9 + 0.5 · 1/4 = 0.575; a state without an answer has
    # half its value.
    assert reflected(VOTES, VOTES[3]) == pytest.approx(0.5)
    assert reflected(VOTES, VOTES[2]) == pytest.approx(0.575)
    assert reflected(VOTES, VOTES[4]) == pytest.approx(0.15)

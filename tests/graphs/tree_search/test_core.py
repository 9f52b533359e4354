from dataclasses import replace

import pytest
from tree_domains import START, WrittenTree, counts, named, search_of, taken, two_a_level

from clew.graphs.tree_search.backup import mean
from clew.graphs.tree_search.core import Simulation, ended_by, evaluated, planted, rolled, selected
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.presets import BEAM, BEST_OF_N, MCTS, METHODS, REST_MCTS
from clew.graphs.tree_search.selection import beam, descending, every_leaf, uct
from clew.graphs.tree_search.tree import Node

PLAIN = Method(name="plain", select=descending(uct, 1.0), simulations=20)
"""No rolling, no fork: one state a simulation is backed up."""


async def test_states_that_hold_the_same_are_there_once() -> None:
    # c is a again. b, never visited, comes before what is below a, and is first at b1; a1 is b1
    # again, and a has nothing else.
    domain = WrittenTree(
        moves={
            START: (("a", 2.0), ("b", 1.0), ("c", 1.0)),
            "a": (("a1", 1.0),),
            "b": (("b1", 1.0), ("b2", 1.0)),
        },
        values={"a": 0.9, "b": 0.5, "b1": 0.4, "b2": 0.3},
        answers={"a1": "Oslo", "b1": "Oslo", "b2": "Bern"},
        same={"c": "a", "a1": "b1"},
    )
    search = await search_of(domain, PLAIN)
    assert sorted(search.states.values()) == ["a", "b", "b1", "b2", START]
    assert domain.valued == [("a", "b"), ("b1", "b2")]
    dead = named(search)["a"]
    assert dead.terminal and dead.spent and not dead.children
    # 1. a .9. 2. b1 .4. 3. a again, for itself: (.9 + .4 + .9) / 3 at the root.
    assert counts(search)[START] == (3, pytest.approx(2.2 / 3, abs=1e-6))


async def test_the_same_state_reached_twice_at_once_is_there_once() -> None:
    domain = two_a_level()
    crossed = replace(domain, same={"a12": "a11", "b1": "a1"})
    search = await search_of(crossed, BEAM)
    assert "a12" not in search.states.values() and "b1" not in search.states.values()
    assert [search.states[id] for id in named(search)["b"].children] == ["b2"]


async def test_a_move_proposed_twice_is_made_once_and_priors_are_shares() -> None:
    domain = WrittenTree(
        moves={START: (("a", 3.0), ("a", 3.0), ("b", 1.0))}, values={"a": 0.2, "b": 0.1}
    )
    search = await search_of(domain, PLAIN)
    assert domain.made == ["a", "b"]
    assert [named(search)[name].prior for name in "ab"] == [0.75, 0.25]


async def test_moves_that_lead_nowhere_make_no_state() -> None:
    domain = replace(two_a_level(), nowhere=frozenset({"a", "b2", "b11"}))
    search = await search_of(domain, PLAIN)
    assert sorted(search.states.values()) == ["b", "b1", "b12", START]
    assert taken(search, PLAIN) == "b12"
    assert ended_by(search, PLAIN, 3) == "exhausted"


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_where_all_moves_lead_nowhere_the_search_ends_without_an_answer(
    method: Method,
) -> None:
    domain = replace(two_a_level(), nowhere=frozenset({"a", "b"}))
    search = await search_of(domain, method)
    assert list(search.states.values()) == [START] and taken(search, method) is None
    assert search.tree[0].terminal and search.tree[0].spent
    assert ended_by(search, method, 1) == "exhausted"


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_a_policy_that_proposes_nothing_ends_the_search(method: Method) -> None:
    domain = WrittenTree(moves={})
    search = await search_of(domain, method)
    assert domain.asked == [START] and domain.valued == []
    assert list(search.tree) == [0] and taken(search, method) is None


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_a_policy_that_proposes_only_duplicates_ends_the_search(method: Method) -> None:
    # Whatever is done comes back to the root or to a.
    domain = WrittenTree(
        moves={START: (("a", 1.0), ("b", 1.0)), "a": (("c", 1.0), ("d", 1.0))},
        values={"a": 0.5},
        same={"b": "a", "c": "a", "d": START},
    )
    search = await search_of(domain, method)
    assert sorted(search.states.values()) == ["a", START]
    assert domain.asked == [START, "a"], "no state is asked for its moves again"
    assert taken(search, method) is None


async def test_what_is_known_already_is_the_answer_where_nothing_follows() -> None:
    search = await search_of(WrittenTree(moves={}, answers={START: "Oslo"}), PLAIN)
    assert taken(search, PLAIN) == START


async def test_moves_left_over_are_made_at_the_next_visit() -> None:
    domain = WrittenTree(
        moves={START: tuple((name, 1.0) for name in "abcde")},
        values=dict(zip("abcde", (0.1, 0.9, 0.2, 0.3, 0.4), strict=True)),
    )
    method = replace(PLAIN, width=2)
    for simulations, made in ((1, "ab"), (2, "abcd"), (3, "abcde")):
        domain.made.clear()
        search = await search_of(domain, replace(method, simulations=simulations))
        assert "".join(domain.made) == made
    # 1. b .9 of a, b. 2. of those not visited yet d is not c, .3; a has .1. 3. e .4.
    assert counts(search) == {
        START: (3, pytest.approx(1.6 / 3, abs=1e-6)),
        "b": (1, 0.9),
        "d": (1, 0.3),
        "e": (1, 0.4),
    }
    assert named(search)[START].expanded
    assert domain.asked == [START] * 3, "once a search"


REWORKING = Method(
    name="reworking", select=descending(uct, 1.0), width=3, simulations=1, refine_below=0.5
)


@pytest.mark.parametrize(
    ("again", "value"),
    [(0.45, 0.45), (0.4, 0.4), (0.3, 0.4)],
    ids=["better", "no better", "worse"],
)
async def test_what_was_reworked_is_taken_where_better(again: float, value: float) -> None:
    domain = WrittenTree(
        moves={START: (("a", 1.0), ("b", 1.0))},
        values={"a": 0.2, "b": 0.4, "b'": again},
        answers={"b": "Oslo", "b'": "Bern"},
        reworked={"a": "a'", "b": "b'"},
    )
    search = await search_of(domain, REWORKING)
    # Of two weak siblings the better is reworked, for what the critic says of it.
    assert domain.refined == [("b", "of b")]
    assert domain.valued == [("a", "b"), ("b'",)]
    taken_over = value > 0.4
    node = search.tree[2]
    assert search.states[2] == node.key == ("b'" if taken_over else "b")
    assert node.answer == ("Bern" if taken_over else "Oslo")
    assert node.value == node.worth == search.values[2].score == value
    assert counts(search)[START] == (1, value)


async def test_nothing_is_reworked_beside_a_state_good_enough() -> None:
    domain = WrittenTree(
        moves={START: (("a", 1.0), ("b", 1.0))}, values={"a": 0.2, "b": 0.51}, reworked={"a": "a'"}
    )
    await search_of(domain, REWORKING)
    assert domain.refined == []
    await search_of(replace(domain, values={"a": 0.2, "b": 0.5}), REWORKING)
    assert [state for state, _ in domain.refined] == ["b"], "the threshold itself is weak"


async def test_what_is_reworked_into_a_state_that_is_there_stays_as_it_is() -> None:
    domain = WrittenTree(
        moves={START: (("a", 1.0), ("b", 1.0))},
        values={"a": 0.2, "b": 0.4, "b'": 0.8},
        reworked={"b": "b'"},
        same={"b'": "a"},
    )
    search = await search_of(domain, REWORKING)
    assert search.states[2] == "b" and search.tree[2].value == 0.4
    assert domain.valued == [("a", "b")], "the critic knows what it holds"


async def test_what_is_reworked_into_an_end_is_one() -> None:
    domain = WrittenTree(
        moves={START: (("a", 1.0),), "a": (("a1", 1.0),)},
        values={"a": 0.2, "a'": 0.8},
        answers={"a'": "Bern"},
        reworked={"a": "a'"},
    )
    search = await search_of(domain, replace(REWORKING, simulations=9, roll=9))
    node = search.tree[1]
    assert node.terminal and node.spent and node.answer == "Bern" and node.visits == 1
    assert search.tree[0].spent and ended_by(search, REWORKING, 0) == "exhausted"
    assert domain.asked == [START], "nothing follows an end"
    assert ended_by(search, replace(REWORKING, gate=0.8), 0) == "gate"


async def test_what_was_an_end_and_is_reworked_into_none_can_be_gone_on_from() -> None:
    domain = WrittenTree(
        moves={START: (("a", 1.0),), "a'": (("a1", 1.0),)},
        values={"a": 0.2, "a'": 0.4, "a1": 0.9},
        answers={"a": "Oslo", "a1": "Bern"},
        reworked={"a": "a'"},
    )
    search = await search_of(domain, replace(REWORKING, simulations=1))
    assert not search.tree[1].terminal and not search.tree[1].spent and not search.tree[0].spent
    assert search.tree[1].answer is None and ended_by(search, REWORKING, 0) is None
    search = await search_of(domain, replace(REWORKING, simulations=9))
    assert search.states[2] == "a1" and search.tree[0].spent
    # At the deepest level nothing follows it all the same.
    search = await search_of(domain, replace(REWORKING, simulations=9, depth=1))
    assert search.tree[1].terminal and search.tree[0].spent and len(search.tree) == 2


async def test_narrow_sampling_follows_the_first_proposal_below_the_root() -> None:
    domain = replace(two_a_level(), nowhere=frozenset({"a1"}))
    search = await search_of(domain, replace(BEST_OF_N, width=1))
    # a alone; its first move leads nowhere and the next is made; b is never begun.
    assert domain.made == ["a", "a1", "a2", "a21"]
    assert taken(search, BEST_OF_N) == "a21"


async def test_a_fork_backs_up_every_new_state_and_no_fork_the_best() -> None:
    plain = await search_of(two_a_level(), replace(PLAIN, simulations=1))
    assert counts(plain) == {START: (1, 0.6), "a": (1, 0.6)}
    forked = await search_of(two_a_level(), replace(PLAIN, simulations=1, fork=True))
    assert counts(forked) == {START: (2, 0.5), "a": (1, 0.6), "b": (1, 0.4)}


async def test_a_roll_goes_so_many_moves_on() -> None:
    for roll, path in enumerate((["a"], ["a", "a2"], ["a", "a2", "a22"], ["a", "a2", "a22"])):
        search = await search_of(two_a_level(), replace(PLAIN, simulations=1, roll=roll))
        assert list(counts(search)) == [START, *path]


async def test_a_roll_ends_where_it_holds_an_answer_though_it_could_go_on() -> None:
    # a holds an answer and has a1 below it, as where a plan is complete and may be extended.
    domain = two_a_level()
    known = replace(
        domain,
        answers={**domain.answers, "a": "Rome", "b1": "Bern"},
        underway=frozenset({"a", "b1"}),
    )
    method = replace(PLAIN, simulations=1, roll=9)
    search = await search_of(known, method)
    assert known.asked == [START] and counts(search) == {START: (1, 0.6), "a": (1, 0.6)}
    assert not named(search)["a"].terminal and not named(search)["a"].spent
    # 2. b was never visited; b1 .8 holds an answer too. 3. b .8 against .6: b2, never visited, and
    # b21 .3, an end. 4. a .6 + √ln 3 = 1.648, b .55 + √(ln 3 / 2) = 1.291: from a, which could be
    # gone on from, to a2, which holds no answer, and to a22.
    search = await search_of(known, replace(method, simulations=2))
    assert counts(search)["b1"] == (1, 0.8) and "b11" not in named(search)
    search = await search_of(known, replace(method, simulations=4))
    assert counts(search)["b21"] == (1, 0.3) and "b11" not in named(search)
    assert counts(search)["a"] == (2, 0.525) and counts(search)["a22"] == (1, 0.45)


@pytest.mark.parametrize("part", [{"roll_share": 0.5}, {"look_ahead": 0.5}])
async def test_where_values_of_the_way_count_a_roll_goes_past_answers(
    part: dict[str, float],
) -> None:
    domain = two_a_level()
    known = replace(domain, answers={**domain.answers, "a": "Rome"}, underway=frozenset({"a"}))
    method = replace(PLAIN, **{"simulations": 1, "roll": 9, "width": 2, **part})
    await search_of(known, method)
    # Looking ahead makes one move at a time: a1 .3, a11 .1.
    ahead = "look_ahead" in part
    assert known.asked == [START, "a", "a1" if ahead else "a2"]


async def test_the_rolls_share_mixes_the_state_and_the_best_on_its_way() -> None:
    # a .6, a2 .5, a22 .45: .75 · .6 + .25 · .5 = .575
    method = replace(PLAIN, simulations=1, roll=2, roll_share=0.25)
    assert counts(await search_of(two_a_level(), method)) == {START: (1, 0.575), "a": (1, 0.575)}
    # With nothing on the way the state counts whole.
    method = replace(method, roll=0)
    assert counts(await search_of(two_a_level(), method))["a"] == (1, 0.6)


async def test_looking_ahead_ends_where_values_settle() -> None:
    # a1 differs from a by .04: a11 is not looked at. Odds 1.5 and .64/.36 = 1.777778; the root of
    # their product is 1.632993, which is .620204.
    domain = two_a_level()
    settled = replace(domain, values={**domain.values, "a1": 0.64})
    method = Method(
        name="ahead", select=beam(1), width=1, fork=True, simulations=1, roll=3, look_ahead=0.5
    )
    search = await search_of(settled, method)
    assert settled.made == ["a", "a1"]
    assert counts(search) == {START: (1, 0.620204), "a": (1, 0.620204)}
    # With .65 it goes on.
    domain.made.clear()
    await search_of(replace(domain, values={**domain.values, "a1": 0.65}), method)
    assert domain.made == ["a", "a1", "a11"]


async def test_the_tree_grows_no_deeper_than_it_may() -> None:
    method = replace(PLAIN, depth=2)
    search = await search_of(two_a_level(), method)
    assert sorted(search.states.values()) == ["a", "a1", "a2", "b", "b1", "b2", START]
    assert all(
        node.terminal == node.spent == (node.depth == 2) or node.depth < 2
        for node in search.tree.values()
    )
    assert taken(search, method) is None, "no state so deep has an answer"
    assert ended_by(search, method, 3) == "exhausted"


@pytest.mark.parametrize(
    ("gate", "done", "ended"), [(0.4, 1, "gate"), (0.9, 2, "gate"), (0.95, 4, "exhausted")]
)
async def test_the_gate_ends_the_search_at_an_end_that_is_good_enough(
    gate: float, done: int, ended: str
) -> None:
    # The first simulation comes to a21 .4 and a22 .45, the second to b11 .9.
    method = replace(REST_MCTS, gate=gate)
    search = await search_of(two_a_level(), method)
    assert search.tree[0].visits == done and ended_by(search, method, done) == ended


async def test_a_state_without_an_answer_opens_no_gate() -> None:
    domain = WrittenTree(moves={START: (("a", 1.0), ("b", 1.0))}, values={"a": 0.99})
    search = await search_of(domain, replace(PLAIN, depth=1, gate=0.9))
    assert named(search)["a"].terminal and ended_by(search, PLAIN, 0) == "exhausted"


@pytest.mark.parametrize("method", [BEAM, replace(BEST_OF_N, parallel=1), MCTS])
@pytest.mark.parametrize("simulations", [0, 1, 2, 4])
async def test_no_more_leaves_are_gone_on_from_than_simulations(
    method: Method, simulations: int
) -> None:
    domain = two_a_level()
    await search_of(domain, replace(method, simulations=simulations, roll=0))
    assert len(domain.asked) == simulations


def test_what_is_selected_begins_at_the_leaf() -> None:
    search = planted(START, two_a_level())
    assert selected(search, PLAIN, 0) == [Simulation(leaf=0)]
    assert selected(search, PLAIN, 20) == [] and selected(search, PLAIN, 0, stopped=True) == []
    assert ended_by(search, PLAIN, 19) is None and ended_by(search, PLAIN, 20) == "iterations"


def test_no_more_are_selected_than_are_left() -> None:
    tree = {
        0: Node(id=0, children=(1, 2, 3), expanded=True, visits=3),
        **{id: Node(id=id, parent=0, depth=1, visits=1, value=0.1 * id) for id in (1, 2, 3)},
    }
    search = replace(planted(START, two_a_level()), tree=tree)
    for select in (beam(3), every_leaf, descending(uct, 1.0)):
        method = replace(PLAIN, select=select, simulations=5, parallel=3)
        assert len(selected(search, method, 0)) == 3 and len(selected(search, method, 3)) == 2


async def test_new_states_are_valued_in_one_batch() -> None:
    domain = two_a_level()
    await search_of(domain, replace(MCTS, simulations=4))
    assert max(map(len, domain.valued)) == 4
    assert len({state for batch in domain.valued for state in batch}) == sum(
        map(len, domain.valued)
    ), "none twice"


async def test_nothing_new_is_no_question_to_the_critic() -> None:
    domain = two_a_level()
    search = planted(START, domain)
    changes = await evaluated(search, [], PLAIN, domain)
    assert domain.valued == [] and not changes.tree


def test_a_simulation_that_found_nothing_new_stays_at_its_leaf() -> None:
    search = planted(START, two_a_level())
    after = rolled(search, [Simulation(leaf=0)], PLAIN)
    assert after == [Simulation(leaf=0, going=False)] and after[0].tip == 0


async def test_the_reward_is_of_where_the_simulation_ended() -> None:
    # Not the critic's word: a third of the depth. a22 has depth 3.
    method = replace(
        PLAIN, simulations=1, roll=9, backup=mean, reward=lambda tree, node: node.depth / 3
    )
    assert counts(await search_of(two_a_level(), method))[START] == (1, 1.0)

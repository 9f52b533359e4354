"""Each preset over `two_a_level`, its course worked out by hand in the comments.

Visits and worth of every state that was visited are expected, to six places.
"""

from dataclasses import replace

import pytest
from tree_domains import START, WrittenTree, counts, named, search_of, taken, two_a_level

from clew.graphs.tree_search.aggregation import (
    best_value,
    own_value,
    value_by_prior,
    weighted_vote,
)
from clew.graphs.tree_search.backup import best
from clew.graphs.tree_search.core import ended_by
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.presets import (
    BEAM,
    BEST_OF_N,
    CR_PLANNER,
    LATS,
    MCTS,
    MCTS_RAG,
    METHODS,
    REARTER,
    REST_MCTS,
)


async def test_best_of_n() -> None:
    # 1. The root: a .6 and b .4 are its beginnings, both backed up.
    # 2., 3. a and b, one move each: a1 .3, b1 .8.     4., 5. a1 and b1: a11 .1, b11 .9.
    # Root: (.6 + .4 + .3 + .8 + .1 + .9) / 6 = 3.1 / 6; a: (.6 + .3 + .1) / 3; b: 2.1 / 3.
    domain = two_a_level()
    search = await search_of(domain, BEST_OF_N)
    assert counts(search) == {
        START: (6, 0.516667),
        "a": (3, 0.333333),
        "b": (3, 0.7),
        "a1": (2, 0.2),
        "b1": (2, 0.85),
        "a11": (1, 0.1),
        "b11": (1, 0.9),
    }
    assert domain.valued == [("a", "b"), ("a1", "b1"), ("a11", "b11")]
    assert taken(search, BEST_OF_N) == "b11"


async def test_beam() -> None:
    # 1. The root: a .6, b .4; both survive.
    # 2., 3. b1 .8, a2 .5, a1 .3, b2 .2, of which b1 and a2 survive.
    # 4., 5. b11 .9, b12 .6 and a21 .4, a22 .45: all ends, and it is done.
    # b1: (.8 + .9 + .6) / 3 = .766667; b: (.4 + .8 + .2 + .9 + .6) / 5 = .58
    # a2: (.5 + .4 + .45) / 3 = .45;    a: (.6 + .5 + .3 + .4 + .45) / 5 = .45
    # Root: (2.9 + 2.25) / 10 = .515
    domain = two_a_level()
    search = await search_of(domain, BEAM)
    assert counts(search) == {
        START: (10, 0.515),
        "a": (5, 0.45),
        "b": (5, 0.58),
        "a1": (1, 0.3),
        "a2": (3, 0.45),
        "b1": (3, 0.766667),
        "b2": (1, 0.2),
        "a21": (1, 0.4),
        "a22": (1, 0.45),
        "b11": (1, 0.9),
        "b12": (1, 0.6),
    }
    assert sorted(domain.asked) == ["a", "a2", "b", "b1", START]
    # On the way: b11 (.4 + .8 + .9) / 3 = .7, b12 .6, a21 .5, a22 .516667.
    assert taken(search, BEAM) == "b11"


async def test_beam_takes_the_best_way_and_not_the_luckiest_end() -> None:
    # b1 is worth (.8 + .1 + .95) / 3 = .616667, b (.1 + .8 + .1 + .1 + .95) / 5 = .41, and so the
    # way of b12 .658889; a2 (.5 + .9 + .45) / 3, a (.6 + .3 + 1.85) / 5 = .55, that of a21 .688889.
    domain = two_a_level()
    luck = {"b": 0.1, "b2": 0.1, "b11": 0.1, "b12": 0.95, "a21": 0.9}
    lucky = replace(domain, values={**domain.values, **luck})
    search = await search_of(lucky, BEAM)
    assert taken(search, BEAM) == "a21"
    assert taken(search, replace(BEAM, aggregate=best_value)) == "b12"


async def test_mcts() -> None:
    # Every state is expanded whole, for two moves are fewer than five. Priors .75 and .25.
    # 1. The root: a .6, on to a2 .5, on to a22 .45, an end. All that was valued is backed up: a .6,
    #    b .4, a1 .3, a2 .5, a21 .4, a22 .45. a2 (.5 + .4 + .45) / 3; a (.6 + .3 + 1.35) / 5 = .45;
    #    root (2.25 + .4) / 6.
    # 2., 3. together: a .45 + .4·.75·√6/6 = .572, b .4 + .4·.25·√6/2 = .522: a. a2 is spent, so a1,
    #    on to a12 .2 beside a11 .1. Of a nothing else is left: b, on to b1 .8 beside b2 .2, and to
    #    b11 .9 beside b12 .6. a1 (.3 + .1 + .2) / 3; a (2.25 + .3) / 7 = .364286;
    #    b1 (.8 + .9 + .6) / 3 = .766667; b (.4 + .2 + 2.3) / 5 = .58; root (2.65 + .3 + 2.5) / 12.
    # 4. Only b2 is left: b21 .3 beside b22 .1. b2 (.2 + .3 + .1) / 3; b (2.9 + .4) / 7 = .471429;
    #    root (5.45 + .4) / 14 = .417857. All is spent.
    domain = two_a_level()
    third = await search_of(two_a_level(), replace(MCTS, simulations=3))
    assert counts(third)[START] == (12, 0.454167)
    assert counts(third)["b"] == (5, 0.58) and counts(third)["b2"] == (1, 0.2)
    search = await search_of(domain, MCTS)
    assert counts(search) == {
        START: (14, 0.417857),
        "a": (7, 0.364286),
        "a1": (3, 0.2),
        "a11": (1, 0.1),
        "a12": (1, 0.2),
        "a2": (3, 0.45),
        "a21": (1, 0.4),
        "a22": (1, 0.45),
        "b": (7, 0.471429),
        "b1": (3, 0.766667),
        "b11": (1, 0.9),
        "b12": (1, 0.6),
        "b2": (3, 0.2),
        "b21": (1, 0.3),
        "b22": (1, 0.1),
    }
    assert domain.valued[3:5] == [("a11", "a12", "b1", "b2"), ("b11", "b12")]
    assert ended_by(search, MCTS, 4) == "exhausted"
    # What is known of the ways: a .364286, a1 .2, a2 .45, b .471429, b1 .766667, b2 .2 as backed
    # up, and the ends' own values; means of three, times the prior of a, .75, or b, .25; squared.
    # Rome: a11 .166071, a21 .303571, b12 .153175: .02758 + .09216 + .02346 = .1432.
    # Oslo: a12 .191071, a22 .316071, b21 .080952: .03651 + .0999 + .00655 = .14296.
    # Bern: b11 .178175, b22 .064286: .03175 + .00413 = .03588. So it is Rome, from a21.
    assert taken(search, MCTS) == "a21"
    # To the power of 4: Rome .00076 + .00849 + .00055 = .0098, Oslo .00133 + .00998 = .0113.
    bolder = replace(MCTS, aggregate=weighted_vote(value_by_prior, 4.0))
    assert taken(search, bolder) == "a22"


async def test_mcts_one_at_a_time() -> None:
    # 1. a .45 of five and b .4 of one, as above. 2. a (.572 against .522): a1, on to a12 .2, and a
    # is spent: root (2.65 + .3) / 8, and b was not gone on from.
    search = await search_of(two_a_level(), replace(MCTS, parallel=1, simulations=2))
    assert counts(search)[START] == (8, 0.36875)
    assert counts(search)["b"] == (1, 0.4) and not named(search)["b"].expanded
    assert named(search)["a"].spent
    # Had a found .2 and .3 only, it were (.6 + .3 + .5 + .2 + .3) / 5 = .38, and .38 + .122 = .502
    # against .522. b leads to b11: b .58 of five as above, root (1.9 + 2.9) / 10.
    domain = two_a_level()
    poorer = replace(domain, values={**domain.values, "a21": 0.2, "a22": 0.3})
    search = await search_of(poorer, replace(MCTS, parallel=1, simulations=2))
    assert counts(search)[START] == (10, 0.48)
    assert counts(search)["a"] == (5, 0.38) and counts(search)["b"] == (5, 0.58)


async def test_rest_mcts() -> None:
    # 1. a .6, rolled to a2 .5 and a22 .45: .5·.6 + .5·max(.5, .45) = .55 for a, and for the root.
    # 2. b was never visited; of it b1 .8, rolled to b11 .9: .5·.8 + .5·.9 = .85 for b1 and b.
    #    Root (.55·1 + .85·1) / 2 = .7. b11 is an end of .9, which opens the gate.
    search = await search_of(two_a_level(), REST_MCTS)
    assert counts(search) == {START: (2, 0.7), "a": (1, 0.55), "b": (1, 0.85), "b1": (1, 0.85)}
    assert ended_by(search, REST_MCTS, 2) == "gate"
    assert taken(search, REST_MCTS) == "b11"


async def test_rest_mcts_without_its_gate() -> None:
    # 3. a .55 + .4·√(2 ln 2) = 1.021, b .85 + .471 = 1.321: b. b1 is spent; b2, of it b21 .3, an
    #    end with nothing to roll: .3 for b21 and b2. b (.85·1 + .3·1) / 2 = .575;
    #    root (.55·1 + .575·2) / 3 = .566667.
    # 4. b is spent, and a2 too: a1, of it a12 .2. a: a2 was never counted, so .2·1 / 1 = .2, of
    #    two visits; root (.2·2 + .575·2) / 4 = .3875.
    method = replace(REST_MCTS, gate=None)
    third = await search_of(two_a_level(), replace(method, simulations=3))
    assert counts(third) == {
        START: (3, 0.566667),
        "a": (1, 0.55),
        "b": (2, 0.575),
        "b1": (1, 0.85),
        "b2": (1, 0.3),
        "b21": (1, 0.3),
    }
    search = await search_of(two_a_level(), method)
    assert counts(search)[START] == (4, 0.3875)
    assert counts(search)["a"] == (2, 0.2) and counts(search)["a1"] == (1, 0.2)
    assert ended_by(search, method, 4) == "exhausted"


async def test_mcts_rag() -> None:
    # The answers found so far vote; R Rome, O Oslo, B Bern.
    # 1. a, a2, a22 O; found R O: 1/2 backed up.
    # 2. b was never visited: b, b1, b11 B; found R O B R: 1/4.
    # 3. a .5 + 2·√ln 2 = 2.165, b .25 + 1.665 = 1.915: a; a2 is spent: a1, a12 O; found R O B R
    #    R O: 2/6. a (1/2 + 1/3) / 2 = .416667; root (1/2 + 1/4 + 1/3) / 3 = .361111.
    # 4. b2, b21 O; found 3 R, 3 O, 2 B: 3/8. b (1/4 + 3/8) / 2 = .3125; root 1.458333 / 4.
    third = await search_of(two_a_level(), replace(MCTS_RAG, simulations=3))
    assert counts(third)[START] == (3, 0.361111)
    assert counts(third)["a"] == (2, 0.416667) and counts(third)["b"] == (1, 0.25)
    search = await search_of(two_a_level(), MCTS_RAG)
    assert counts(search)[START] == (4, 0.364583)
    assert counts(search)["b"] == (2, 0.3125) and counts(search)["b21"] == (1, 0.375)
    # It votes by agreement too: Rome 3·3/8, Oslo 3·3/8, Bern 2·2/8. b12 .6 is above a22 .45.
    assert taken(search, MCTS_RAG) == "b12"


async def test_mcts_rag_votes_by_agreement_and_not_by_the_critic() -> None:
    # Of the critic's values Bern gathers .9 + .1, Oslo .2 + .45 + .3 and Rome .3; of agreement
    # Oslo and Rome 9/8 and Bern 1/2.
    domain = two_a_level()
    unsure = replace(domain, values={**domain.values, "a21": 0.1, "b12": 0.1})
    search = await search_of(unsure, MCTS_RAG)
    assert taken(search, MCTS_RAG) == "a22"
    assert taken(search, replace(MCTS_RAG, aggregate=weighted_vote(own_value))) == "b11"


async def test_lats() -> None:
    # 1. a22: .5·.45 + .5·1/2 = .475.   2. b, never visited: b11: .5·.9 + .5·1/4 = .575.
    # 3. a .475 + √ln 2, b .575 + √ln 2: b. b2, b21 O; found R O B R O B: .5·.3 + .5·2/6 = .316667.
    #    b (.575 + .316667) / 2 = .445833; root 1.366667 / 3 = .455556
    # 4. a1, a12 O; found 3 R, 3 O, 2 B: .5·.2 + .5·3/8 = .2875. a (.475 + .2875) / 2 = .38125;
    #    root 1.654167 / 4 = .413542
    third = await search_of(two_a_level(), replace(LATS, simulations=3))
    assert counts(third)[START] == (3, 0.455556)
    assert counts(third)["a"] == (1, 0.475) and counts(third)["b"] == (2, 0.445833)
    search = await search_of(two_a_level(), LATS)
    assert counts(search)[START] == (4, 0.413542)
    assert counts(search)["a"] == (2, 0.38125) and counts(search)["a12"] == (1, 0.2875)
    assert taken(search, LATS) == "b11"


async def test_rearter() -> None:
    # 1. a .6 and b .4, each looked ahead of by one move at a time. a: a1 .3, a11 .1. Odds 1.5, 3/7
    #    and 1/9: √(1.5 · √(3/7 · 1/9)) = .572125, which is .363918. b: b1 .8, b11 .9: 2/3.
    # 2. b. It looked ahead to b1, which is one of the choices beside b2. b1 .8 with b11 .9: odds
    #    √(4 · 9) = 6, .857143. b2 .2 with b21 .3: √(1/4 · 3/7) = .327327, .246606.
    # 3. b1: b11 .9 and b12 .6, ends. There b11 is best, and nothing follows it.
    # b (.666667 + .857143 + .246606 + .9 + .6) / 5 = .654083; b1 (.857143 + .9 + .6) / 3 = .785714
    # Root: (3.270416 + .363918) / 6 = .605722
    domain = two_a_level()
    search = await search_of(domain, REARTER)
    assert counts(search) == {
        START: (6, 0.605722),
        "a": (1, 0.363918),
        "b": (5, 0.654083),
        "b1": (3, 0.785714),
        "b2": (1, 0.246606),
        "b11": (1, 0.9),
        "b12": (1, 0.6),
    }
    assert taken(search, REARTER) == "b11"
    assert domain.made == "a b a1 b1 a11 b11 b2 b21 b12".split(), "nothing is made twice"
    # a is above a half and b beside it; a1 and a11 have nothing better beside them. b2 has b1.
    assert [state for state, _ in domain.refined] == ["a1", "a11", "b21"]


async def test_cr_planner() -> None:
    # At the root queries are worth (.9 + .1) / 2 = .5 and reasoning .6: it is r that is gone on
    # with, and there the better of the two retrievals, .7, over a query of .65.
    domain = WrittenTree(
        moves={
            START: (("q", 1.0), ("q'", 1.0), ("r", 1.0)),
            "r": (("rd", 1.0), ("rd'", 1.0), ("rq", 1.0)),
            "rd": (("end", 1.0),),
        },
        values={"q": 0.9, "q'": 0.1, "r": 0.6, "rd": 0.7, "rd'": 0.65, "rq": 0.65, "end": 0.55},
        answers={"end": "Bern"},
        kinds={"q": "query", "q'": "query", "r": "reason"}
        | {"rd": "retrieve", "rd'": "retrieve", "rq": "query"},
    )
    search = await search_of(domain, CR_PLANNER)
    assert domain.asked == [START, "r", "rd"]
    # rd (.7 + .55) / 2 = .625; r (.6 + .7 + .65 + .65 + .55) / 5 = .63
    # Root: (.9 + .1 + 3.15) / 7 = .592857
    assert counts(search) == {
        START: (7, 0.592857),
        "q": (1, 0.9),
        "q'": (1, 0.1),
        "r": (5, 0.63),
        "rd": (2, 0.625),
        "rd'": (1, 0.65),
        "rq": (1, 0.65),
        "end": (1, 0.55),
    }
    assert taken(search, CR_PLANNER) == "end"


async def test_the_best_below_as_backup() -> None:
    # MCTS as above, one at a time. 1. a22 .45; a2 is worth its own .5, a its own .6, the root .6.
    # 2. a .6 + .15 against b .5: a1, a12 .2; a1 its own .3; a and root .6.
    # 3. b: b1, b11 .9: b1, b and the root .9.
    method = replace(MCTS, parallel=1, simulations=3, backup=best)
    search = await search_of(two_a_level(), method)
    assert counts(search) == {
        START: (3, 0.9),
        "a": (2, 0.6),
        "a2": (1, 0.5),
        "a22": (1, 0.45),
        "a1": (1, 0.3),
        "a12": (1, 0.2),
        "b": (1, 0.9),
        "b1": (1, 0.9),
        "b11": (1, 0.9),
    }


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_one_simulation_takes_what_it_came_to(method: Method) -> None:
    search = await search_of(two_a_level(), replace(method, simulations=1))
    # Pooled, a is five: itself, what it leads to, and what is beside that.
    assert named(search)["a"].visits == (5 if method is MCTS else 1)
    assert ended_by(search, method, 1) is None
    # Those that go on to an end have its answer; the others have none yet.
    rolled = {"mcts": "a22", "rest_mcts": "a22", "mcts_rag": "a22", "lats": "a22", "rearter": "b11"}
    assert taken(search, method) == rolled.get(method.name)


def test_presets_are_told_apart_by_their_names() -> None:
    assert len({each.name for each in METHODS}) == len(METHODS)

"""What holds for every method on every tree."""

import asyncio
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_domains import START, WrittenTree, noted, search_of, taken

from clew.graphs.tree_search.backup import pooled
from clew.graphs.tree_search.core import ended_by
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.presets import MCTS, METHODS, REST_MCTS
from clew.graphs.tree_search.tree import ROOT, Tree


@st.composite
def written_trees(draw: st.DrawFn) -> WrittenTree:
    """Trees of up to four levels, with answers and ends at any of them, dead ends, and states met
    twice."""
    random = Random(draw(st.integers(0, 10**9)))
    moves: dict[str, tuple[tuple[str, float], ...]] = {}
    values: dict[str, float] = {}
    answers: dict[str, str] = {}
    underway: set[str] = set()
    same: dict[str, str] = {}
    reworked: dict[str, str] = {}
    kinds: dict[str, str] = {}
    level = [START]
    for depth in range(draw(st.integers(0, 4))):
        below: list[str] = []
        for state in level:
            names = [f"{state}.{number}" for number in range(random.randint(0, 4))]
            moves[state] = tuple((name, random.uniform(0.1, 3.0)) for name in names)
            below += names
        for name in below:
            values[name] = random.choice((0.0, 1.0, round(random.random(), 2)))
            kinds[name] = random.choice(("ask", "reread"))
            if random.random() < 0.15 + 0.2 * depth:
                answers[name] = random.choice(("Oslo", "Rome", "Bern"))
                if random.random() < 0.3:
                    underway.add(name)
            if random.random() < 0.1:
                same[name] = random.choice(below)
            if random.random() < 0.3:
                reworked[name] = f"{name}'"
                values[f"{name}'"] = random.random()
        level = [name for name in below if name not in answers or name in underway]
    nowhere = frozenset(name for name in values if random.random() < 0.1)
    return WrittenTree(
        moves=moves,
        values=values,
        answers=answers,
        underway=frozenset(underway),
        nowhere=nowhere,
        same=same,
        reworked=reworked,
        kinds=kinds,
    )


methods = st.builds(
    lambda method, simulations, parallel, width, depth: replace(
        method, simulations=simulations, parallel=parallel, width=width, depth=depth
    ),
    st.sampled_from(METHODS),
    st.integers(0, 30),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 5),
)


@given(written_trees(), methods)
@settings(max_examples=150, deadline=None)
def test_what_every_search_keeps(domain: WrittenTree, method: Method) -> None:
    ends: list[int] = []
    chosen: list[int] = []

    def select(tree: Tree, count: int) -> list[int]:
        assert count <= min(method.parallel, method.simulations - len(chosen))
        ids = list(method.select(tree, count))
        assert len(set(ids)) == len(ids), "none twice at once"
        assert not any(tree[id].terminal for id in ids)
        # A beam may come to a state below which everything was looked ahead to.
        assert method.look_ahead is not None or not any(tree[id].spent for id in ids)
        # What is beyond the simulations that are left is not begun.
        chosen.extend(ids[: method.simulations - len(chosen)])
        return ids

    watched = replace(method, backup=noted(method.backup, ends), select=select)
    search = asyncio.run(search_of(domain, watched))
    tree = search.tree
    assert len(chosen) <= method.simulations
    own = Counter(ends)
    if method.backup is pooled:
        own.update(id for id in tree if id != ROOT)  # every state that was valued counts
    for node in tree.values():
        children = [tree[id] for id in node.children]
        assert node.visits == sum(child.visits for child in children) + own[node.id]
        if method.backup is pooled:
            total = sum(child.total for child in children) + own[node.id] * node.value
            assert node.total == pytest.approx(total)
        assert all(child.parent == node.id for child in children)
        assert all(child.depth == node.depth + 1 <= method.depth for child in children)
        assert 0.0 <= node.worth <= 1.0 and 0.0 <= node.value <= 1.0
        assert -1e-9 <= node.total <= node.visits + 1e-9
        if node.spent:
            assert node.terminal or (node.expanded and all(child.spent for child in children))
        elif node.expanded:
            assert not all(child.spent for child in children)
    assert list(tree) == list(range(len(tree))) == list(search.states)
    assert sorted(id for node in tree.values() for id in node.children) == list(tree)[1:]
    assert len({node.key for node in tree.values()}) == len(tree), "none twice"
    assert len(set(domain.asked)) == len(domain.asked), "none asked twice for its moves"
    answer = method.aggregate(tree)
    assert (answer is None) == all(node.answer is None for node in tree.values())


@given(written_trees(), methods)
@settings(max_examples=50, deadline=None)
def test_the_same_search_twice_is_the_same(domain: WrittenTree, method: Method) -> None:
    first, second = (asyncio.run(search_of(domain, method)) for _ in range(2))
    assert first == second


def hidden(seed: int) -> tuple[WrittenTree, str]:
    """Three moves a level, three levels; one end is good, and no value tells the way there."""
    random = Random(seed)
    levels = [[START]]
    for _ in range(3):
        levels.append([f"{state}.{number}" for state in levels[-1] for number in range(3)])
    good = random.choice(levels[-1])
    return WrittenTree(
        moves={
            state: tuple((f"{state}.{number}", 1.0) for number in range(3))
            for level in levels[:-1]
            for state in level
        },
        values={state: random.uniform(0.2, 0.6) for level in levels for state in level}
        | {good: 0.95},
        answers={state: f"answer {number}" for number, state in enumerate(levels[-1])},
    ), good


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "method",
    [each for each in METHODS if each.roll and each.name != "rearter"],
    ids=lambda m: m.name,
)
async def test_the_only_good_end_is_found_with_simulations_enough(
    method: Method, seed: int, parallel: int
) -> None:
    domain, good = hidden(seed)
    # There are 13 states to go on from, and each is gone on from once at most.
    method = replace(method, simulations=13, parallel=parallel)
    search = await search_of(domain, method)
    assert taken(search, method) == good


@pytest.mark.parametrize("method", [MCTS, REST_MCTS], ids=lambda method: method.name)
async def test_where_values_tell_the_way_few_simulations_do(method: Method) -> None:
    domain, good = hidden(7)
    way = [good.rsplit(".", cut)[0] for cut in (1, 2)]
    told = replace(domain, values={**domain.values, **dict.fromkeys(way, 0.9)})
    search = await search_of(told, replace(method, simulations=1, parallel=1))
    assert taken(search, method) == good and ended_by(search, REST_MCTS, 1) == "gate"

"""Where states are drawn: each once, none on another, the way to the answer along the top."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tree_examples import TREE, bare_tree

from clew.agent.drawing.layout import Place, laid_out
from clew.graphs.tree_search.record import TreeRecord


def place_of(places: tuple[Place, ...], id: int) -> Place:
    return next(place for place in places if id in {node.id for node in place.nodes})


@st.composite
def records(draw: st.DrawFn) -> TreeRecord:
    count = draw(st.integers(0, 40))
    parents = [draw(st.integers(0, id)) for id in range(count)]
    chosen = draw(st.none() | st.integers(0, count))
    record = bare_tree(parents, {}, chosen=chosen)
    visits = [draw(st.integers(0, 2)) for _ in record.nodes]
    nodes = (
        node.model_copy(update={"visits": each})
        for node, each in zip(record.nodes, visits, strict=True)
    )
    return record.model_copy(update={"nodes": tuple(nodes)})


@given(records())
def test_every_state_is_drawn_once_and_none_on_another(record: TreeRecord) -> None:
    places = laid_out(record)
    drawn = Counter(node.id for place in places for node in place.nodes)
    assert drawn == Counter(node.id for node in record.nodes)
    assert len({(place.depth, place.row) for place in places}) == len(places)
    for number, place in enumerate(places):
        if place.parent is None:
            assert (number, place.depth, place.row) == (0, 0, 0)
        else:
            above = places[place.parent]
            assert place.parent < number
            assert (place.depth, place.row >= above.row) == (above.depth + 1, True)
            assert {node.parent for node in place.nodes} == {above.nodes[0].id}
    way = record.path(record.chosen) if record.chosen is not None else ()
    assert all(place_of(places, node.id).row == 0 for node in way)


@given(records())
def test_lines_do_not_cross(record: TreeRecord) -> None:
    places = laid_out(record)
    lines = [
        (place.depth, places[place.parent].row, place.row)
        for place in places
        if place.parent is not None
    ]
    for depth, start, end in lines:
        assert not any(
            start < other_start and end > other_end
            for other, other_start, other_end in lines
            if other == depth
        )


def test_siblings_that_were_never_visited_share_a_box() -> None:
    places = laid_out(TREE)
    assert [node.id for node in place_of(places, 10).nodes] == [9, 10, 11]
    assert len(places) == len(TREE.nodes) - 2
    assert [(place_of(places, id).depth, place_of(places, id).row) for id in (1, 2, 4, 10)] == [
        (1, 0), (1, 3), (2, 1), (2, 2),
    ]  # fmt: skip


def test_what_was_visited_most_comes_first() -> None:
    record = bare_tree((0, 0, 0), {}, means={1: 0.2, 2: 0.9, 3: 0.5})
    places = laid_out(record)
    assert [place_of(places, id).row for id in (2, 3, 1)] == [0, 1, 2]
    taken = record.model_copy(update={"chosen": 1})
    assert [place_of(laid_out(taken), id).row for id in (1, 2, 3)] == [0, 1, 2]


def test_a_chain_of_thousands_is_drawn() -> None:
    places = laid_out(bare_tree(tuple(range(3_000)), {}))
    assert {place.row for place in places} == {0}

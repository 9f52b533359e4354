"""What every expansion must do, those registered in this process included."""

from collections.abc import Callable
from typing import Any

import pytest
from langgraph.graph import END, START, StateGraph
from support import CHAIN, QUESTION

from clew.errors import SettingsError
from clew.graphs.expansion import Expansion, expansion_named, expansion_names
from clew.graphs.plan import Plan
from clew.graphs.proposing import Moves
from clew.graphs.protocols import Parts, Proposal
from clew.graphs.state import State
from clew.graphs.step_graph import build_step_graph


@pytest.fixture(params=expansion_names())
def expansion(request: pytest.FixtureRequest) -> Expansion:
    return expansion_named(request.param)


def as_graph(expansion: Expansion, parts: Parts) -> Any:
    graph: Any = StateGraph(State)
    moves = Moves(step_graph=build_step_graph(parts), propose=parts.policy.plan)
    graph.add_node("expansion", expansion.node(parts, moves))
    graph.add_edge(START, "expansion")
    graph.add_edge("expansion", END)
    return graph.compile()


async def test_it_is_an_expansion_that_wants_proposals(expansion: Expansion) -> None:
    assert isinstance(expansion, Expansion) and expansion.name and expansion.width >= 1


async def test_it_follows_one_of_the_proposals(
    expansion: Expansion, make_parts: Callable[..., Parts]
) -> None:
    proposals = (Proposal(sub_questions=CHAIN), Proposal(sub_questions=CHAIN[:1]))
    state = await as_graph(expansion, make_parts()).ainvoke(
        State(question=QUESTION, plan=Plan(), proposals=proposals)
    )
    assert state["proposals"] == ()
    assert state["plan"].sub_questions in [each.sub_questions for each in proposals]


@pytest.mark.parametrize("proposals", [(), (Proposal(),)])
async def test_with_nothing_to_follow_the_plan_stays(
    expansion: Expansion, make_parts: Callable[..., Parts], proposals: tuple[Proposal, ...]
) -> None:
    plan = Plan(sub_questions=CHAIN)
    state = await as_graph(expansion, make_parts()).ainvoke(
        State(question=QUESTION, plan=plan, proposals=proposals)
    )
    assert state["plan"] == plan and state["proposals"] == ()


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="greedy"):
        expansion_named("greedier")

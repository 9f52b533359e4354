"""The backtracker alone: which branch it turns to, and what the graph is to do with it."""

from typing import Any

import pytest
from chain_runs import parts_of, script
from langgraph.graph import END, START
from support import CHAIN

from clew.graphs.chain_tree import Branch, ChainNode, ChainTree, Status
from clew.graphs.nodes.backtracker import after_backtracker, backtracker_node
from clew.graphs.state import State
from clew.graphs.steps import Reading, Step, StepAnswer, Verdict
from clew.graphs.verification import Outcome
from clew.graphs.workflows.base import new_graph


def settled(place: int, answer: str | None, score: float, outcome: Outcome) -> ChainNode:
    sub = CHAIN[place]

    def step(text: str | None) -> Step:
        return Step(
            sub_question=sub,
            text=sub.text,
            reading=Reading(answer=StepAnswer(text=text)),
            verdict=Verdict(score=score),
            status="answered" if text else "unknown",
        )

    return ChainNode(
        sub_question=sub, outcome=outcome, step=step(answer), found=step("Frank Worsley")
    )


def tree_of(*nodes: ChainNode, status: Status = "open") -> ChainTree:
    ids = tuple(node.sub_question.id for node in nodes)
    return ChainTree().with_nodes(nodes).with_branch(Branch(number=0, nodes=ids, status=status))


async def turned(tree: ChainTree, **start: Any) -> tuple[State, list[Any], str]:
    graph = new_graph()
    graph.add_node("given", lambda state: {"tree": tree, **start})
    graph.add_node("backtracker", backtracker_node(parts_of(script())))
    graph.add_edge(START, "given")
    graph.add_edge("given", "backtracker")
    graph.add_edge("backtracker", END)
    state: State = {}
    events = []
    given: Any = {"question": "Where?"}
    part: Any
    async for mode, part in graph.compile().astream(given, stream_mode=["custom", "values"]):
        if mode == "custom":
            events.append(part)
        else:
            state = part
    return state, events, after_backtracker(state)


async def test_an_open_chain_goes_on() -> None:
    tree = tree_of(settled(0, "Frank Worsley", 1.0, "agreed"), ChainNode(sub_question=CHAIN[1]))
    state, events, then = await turned(tree)
    assert then == "verifier" and state["tree"].branch.status == "open"
    assert list(state["steps"]) == ["q1"]
    (told,) = events
    assert told.kind == "branch_chosen" and told.left is None


async def test_a_finished_chain_is_accepted() -> None:
    tree = tree_of(
        settled(0, "Frank Worsley", 1.0, "agreed"), settled(1, "Akaroa", 0.5, "completed")
    )
    state, _, then = await turned(tree)
    assert then == "responder" and state["tree"].branch.status == "accepted"
    assert state["tree"].branch.value == pytest.approx(0.75)


async def test_a_contradiction_leads_to_the_drafter_and_is_told_of() -> None:
    tree = tree_of(settled(0, "Wild", 0.5, "contradicted"), ChainNode(sub_question=CHAIN[1]))
    state, (corrected, chosen), then = await turned(tree)
    assert then == "drafter"
    assert corrected.kind == "node_verified" and corrected.node == state["tree"].nodes["q1_2"]
    assert chosen.branch.nodes == ("q1_2",) and chosen.left == 0
    assert [sub.id for sub in state["plan"].sub_questions] == ["q1_2"]
    assert state["steps"]["q1_2"].answer.text == "Frank Worsley"


@pytest.mark.parametrize(("rounds", "then"), [(3, "drafter"), (4, "responder")])
async def test_another_way_is_looked_for_while_rounds_are_left(rounds: int, then: str) -> None:
    tree = tree_of(settled(0, "Worsley", 1.0, "agreed"), settled(1, None, 0.1, "unknown"))
    state, _, went = await turned(tree, rounds=rounds)
    assert went == then
    assert len(state["tree"].branches) == (2 if then == "drafter" else 1)


async def test_where_the_budget_has_ended_no_branch_is_begun() -> None:
    tree = tree_of(settled(0, "Wild", 0.5, "contradicted"), ChainNode(sub_question=CHAIN[1]))
    state, _, then = await turned(tree, stopped_by="searches")
    assert then == "responder"
    assert [branch.status for branch in state["tree"].branches] == ["accepted"]
    assert list(state["tree"].nodes) == ["q1", "q2"]


async def test_where_the_budget_has_ended_what_was_found_beats_the_draft() -> None:
    tree = tree_of(settled(0, "Wild", 0.5, "contradicted"))
    state, _, then = await turned(tree, stopped_by="seconds")
    assert then == "responder"
    (id,) = state["tree"].branch.nodes
    assert state["tree"].nodes[id].outcome == "corrected"
    assert state["steps"][id].answer.text == "Frank Worsley"

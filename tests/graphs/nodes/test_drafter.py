"""The drafter alone in a graph: what it makes of the links that a policy writes."""

from collections.abc import Sequence
from typing import Any

from chain_runs import draft, parts_of
from langgraph.graph import END, START
from support import CHAIN, QUESTION

from clew.agent.policies.scripted import ScriptedPolicy
from clew.graphs.budget import Budget
from clew.graphs.chain_tree import Branch, ChainNode, ChainTree
from clew.graphs.nodes.drafter import LONGEST_CHAIN, drafter_node
from clew.graphs.plan import SubQuestion
from clew.graphs.protocols import ChainRequest, DraftedQuestion
from clew.graphs.state import State
from clew.graphs.steps import Reading, Step, StepAnswer
from clew.graphs.workflows.base import new_graph


class Writing(ScriptedPolicy):
    """Writes given links and remembers what it was asked."""

    def __init__(self, *links: DraftedQuestion) -> None:
        super().__init__([], {})
        self._links = links
        self.requests: list[ChainRequest] = []

    async def chain(self, request: ChainRequest) -> Sequence[DraftedQuestion]:
        self.requests.append(request)
        return self._links


def link(id: str, text: str, *parents: str, thought: str | None = None) -> DraftedQuestion:
    sub = SubQuestion(id=id, text=text, parents=parents)
    return DraftedQuestion(sub_question=sub, draft=draft(thought) if thought else StepAnswer())


async def drafted(policy: Writing, **start: Any) -> tuple[State, list[Any]]:
    graph = new_graph()
    # What a run starts from is put in by a node, for it is no input of a run.
    graph.add_node("given", lambda state: start)
    graph.add_node("drafter", drafter_node(parts_of(policy)))
    graph.add_edge(START, "given")
    graph.add_edge("given", "drafter")
    graph.add_edge("drafter", END)
    state: State = {}
    events = []
    given: Any = {"question": f" {QUESTION} "}
    part: Any
    async for mode, part in graph.compile().astream(given, stream_mode=["custom", "values"]):
        if mode == "custom":
            events.append(part)
        else:
            state = part
    return state, events


def settled(sub: SubQuestion, answer: str) -> ChainNode:
    reading = Reading(answer=StepAnswer(text=answer))
    step = Step(sub_question=sub, text=sub.text, reading=reading, status="answered")
    return ChainNode(sub_question=sub, outcome="completed", step=step, found=step)


TWIN = settled(CHAIN[0].model_copy(update={"id": "q1_2"}), "Frank Worsley").model_copy(
    update={"outcome": "corrected", "corrects": "q1"}
)
CORRECTED = (
    ChainTree()
    .with_nodes([settled(CHAIN[0], "Colin Archer"), ChainNode(sub_question=CHAIN[1]), TWIN])
    .with_branch(Branch(number=0, nodes=("q1", "q2"), status="open"))
    .with_branch(Branch(number=1, parent=0, nodes=("q1_2",)))
    .turned_to(1)
)
"""The first link was drafted wrongly; the rest after its twin is still to be written."""


async def test_the_first_branch_holds_the_links_with_their_drafts() -> None:
    policy = Writing(link("q1", "A?", thought="one"), link("q2", "B of {q1}?", "q1"))
    state, events = await drafted(policy)
    tree = state["tree"]
    assert tree.branch == Branch(number=0, nodes=("q1", "q2"), status="open")
    assert [node.draft.text for node in tree.path(tree.branch)] == ["one", None]
    assert [sub.id for sub in state["plan"].sub_questions] == ["q1", "q2"]
    assert state["rounds"] == 1 and state["usage"].policy_calls == 1
    assert [event.kind for event in events] == ["plan_extended", "chain_drafted"]
    assert policy.requests[0].question == QUESTION


async def test_links_are_put_in_an_order_in_which_each_follows_its_parents() -> None:
    state, _ = await drafted(Writing(link("b", "B of {a}?", "a"), link("a", "A?")))
    assert state["tree"].branch.nodes == ("a", "b")


async def test_the_rest_after_a_correction_has_ids_of_its_own() -> None:
    policy = Writing(link("q2", "Where was {q1_2} born?", "q1_2", thought="Akaroa"))
    state, events = await drafted(policy, tree=CORRECTED)
    tree = state["tree"]
    assert tree.branch.nodes == ("q1_2", "q2_2") and tree.branch.status == "open"
    assert tree.nodes["q2_2"].sub_question.parents == ("q1_2",)
    assert tree.nodes["q2_2"].draft.text == "Akaroa"
    assert tree.nodes["q2"] == CORRECTED.nodes["q2"] and tree.branches[0] == CORRECTED.branches[0]
    (request,) = policy.requests
    assert [sub.id for sub in request.plan.sub_questions] == ["q1_2"]
    assert request.steps["q1_2"].answer.text == "Frank Worsley"
    (told,) = [event for event in events if event.kind == "chain_drafted"]
    assert [node.sub_question.id for node in told.nodes] == ["q2_2"]


async def test_without_links_the_rest_of_the_chain_that_was_left_is_asked_for() -> None:
    lost = link("q9", "What of {q1}?", "q1")
    for policy, rejected in ((Writing(), 0), (Writing(lost), 1)):
        state, events = await drafted(policy, tree=CORRECTED)
        tree = state["tree"]
        assert tree.branch.nodes == ("q1_2", "q2_2")
        assert tree.nodes["q2_2"].sub_question.text == "Where was {q1_2} born?"
        assert tree.nodes["q2_2"].draft.text is None
        assert sum(event.kind == "proposal_rejected" for event in events) == rejected


async def test_without_rounds_or_calls_left_the_policy_is_not_asked() -> None:
    policy = Writing(link("z", "Something else?"))
    state, events = await drafted(policy, tree=CORRECTED, rounds=4)
    assert not policy.requests and state.get("stopped_by") is None
    assert state["tree"].branch.nodes == ("q1_2", "q2_2")
    state, events = await drafted(policy, tree=CORRECTED, budget=Budget(policy_calls=0))
    assert not policy.requests and state["stopped_by"] == "policy_calls"
    assert [event.limit for event in events if event.kind == "budget_ended"] == ["policy_calls"]


async def test_links_that_stand_already_are_left_out_and_what_refers_to_them_is_led_there() -> None:
    again = link("again", CHAIN[0].text, thought="Colin Archer")
    state, _ = await drafted(
        Writing(again, link("born", "Where was {again} born?", "again")), tree=CORRECTED
    )
    tree = state["tree"]
    assert tree.branch.nodes == ("q1_2", "born")
    assert tree.nodes["born"].sub_question.text == "Where was {q1_2} born?"


async def test_a_chain_has_so_many_links_and_no_more() -> None:
    links = [link(f"n{n}", f"What is {n}?") for n in range(50)]
    state, _ = await drafted(Writing(*links))
    assert len(state["tree"].branch.nodes) == LONGEST_CHAIN
    full = state["tree"].with_branch(Branch(number=1, parent=0, nodes=state["tree"].branch.nodes))
    state, _ = await drafted(Writing(link("z", "Another?")), tree=full.turned_to(1))
    assert state["tree"].branch.status == "finished"
    assert len(state["tree"].branch.nodes) == LONGEST_CHAIN


async def test_nothing_to_add_finishes_the_branch() -> None:
    done = CORRECTED.with_nodes([settled(CHAIN[1], "Larvik")])
    whole = done.with_branch(Branch(number=1, parent=0, nodes=("q1", "q2")))
    state, events = await drafted(Writing(), tree=whole)
    assert state["tree"].branch == Branch(number=1, parent=0, nodes=("q1", "q2"), status="finished")
    assert [event.kind for event in events] == ["chain_drafted"]

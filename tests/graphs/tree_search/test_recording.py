"""From a search to its record: every state, the steps that it is made of, and how it fared."""

import pytest
from support import CHAIN, POLAR, QUESTION

from clew.graphs.plan import Plan, SubQuestion
from clew.graphs.researching import StepResult
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer, Verdict
from clew.graphs.tree_search.backup import Backup, best, child_weighted, mean
from clew.graphs.tree_search.core import Search
from clew.graphs.tree_search.domain import Value
from clew.graphs.tree_search.method import Method
from clew.graphs.tree_search.moves import Move
from clew.graphs.tree_search.record import TreeRecord
from clew.graphs.tree_search.recording import recorded, recorded_nodes
from clew.graphs.tree_search.run_states import RunState, Taken
from clew.graphs.tree_search.run_values import StateValue
from clew.graphs.tree_search.selection import every_leaf
from clew.graphs.tree_search.tree import Node

CAPTAIN, BORN = CHAIN
ENDURANCE, WORSLEY, FRAM, ARCHER = POLAR
METHOD = Method(name="a method", select=every_leaf)


def answer(text: str, passage: int) -> StepAnswer:
    found = POLAR[passage]
    quote = Quote(passage_id=found.id, text=text, start=found.text.index(text))
    return StepAnswer(text=text, quotes=(quote,), confidence=0.5)


FRANK, COLIN = answer("Frank Worsley", 0), answer("Colin Archer", 2)
COLIN_ELSEWHERE = answer("Colin Archer", 3)


def result(sub: SubQuestion, found: StepAnswer, *passages: int) -> StepResult:
    evidence = {POLAR[n].id: POLAR[n] for n in passages}
    ranking = tuple(RankedPassage(passage_id=id, score=1.0) for id in evidence)
    step = Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(answer=found, ranking=ranking),
        status="answered",
    )
    return StepResult(step=step, evidence=evidence, run_seconds=1.0)


RESULTS = {
    "captain": result(CAPTAIN, FRANK, 0, 2, 3),
    "born": result(BORN, answer("Akaroa", 1), 1),
    "left out": result(BORN, answer("Larvik", 3), 3),
}
ASK = Move(kind="ask", sub_questions=CHAIN, text="both")
REREAD = Move(kind="reread", id="q1", answer=COLIN, text="Colin Archer")
ELSEWHERE = Move(kind="reread", id="q1", answer=COLIN_ELSEWHERE, text="Colin Archer")
BORN_THERE = Taken(key="born")


def grown() -> Search[RunState, Move]:
    """A root, what was asked, two rereadings of it, and the answer."""
    plan = Plan(sub_questions=CHAIN)
    asked = RunState(plan=plan, taken={"q1": Taken(key="captain"), "q2": BORN_THERE}, rounds=1)
    reread = asked.model_copy(
        update={"taken": {"q1": Taken(key="captain", instead=COLIN), "q2": BORN_THERE}}
    )
    elsewhere = asked.model_copy(
        update={"taken": {"q1": Taken(key="captain", instead=COLIN_ELSEWHERE), "q2": BORN_THERE}}
    )
    nodes = (
        Node(id=0, children=(1,), expanded=True, visits=2, total=1.0, worth=0.7),
        Node(id=1, parent=0, depth=1, prior=0.6, children=(2, 3, 4), visits=2, total=1.0,
             worth=0.8, value=0.4, answer="Akaroa"),
        Node(id=2, parent=1, depth=2, value=0.2, worth=0.2, answer="Akaroa"),
        Node(id=3, parent=1, depth=2, value=0.3, worth=0.3, answer="Akaroa"),
        Node(id=4, parent=1, depth=2, visits=1, total=0.9, worth=0.9, value=0.9, terminal=True,
             answer="Akaroa"),
    )  # fmt: skip
    return Search(
        tree={node.id: node for node in nodes},
        states={
            0: RunState(), 1: asked, 2: reread, 3: elsewhere,
            4: asked.model_copy(update={"ended": True}),
        },
        made={1: ASK, 2: REREAD, 3: ELSEWHERE, 4: Move(kind="answer", text="answer")},
        untried={1: ()},
        values={
            1: StateValue(score=0.4, explanation="weak", verdicts={"q1": Verdict(score=0.4)}),
            2: Value(score=0.2, failure="the critic timed out"),
            3: Value(score=0.3, failure="the critic timed out"),
            4: Value(score=0.9),
        },
    )  # fmt: skip


def record() -> TreeRecord:
    return recorded(
        grown(),
        RESULTS,
        METHOD,
        question=QUESTION,
        critic="a critic",
        chosen=4,
        iterations=3,
        ended_by="gate",
    )


def test_a_node_is_recorded_with_how_it_was_reached_and_how_it_fared() -> None:
    (node,) = recorded_nodes(grown(), [1])
    assert node.parent == 0 and node.move == ASK and node.prior == 0.6
    assert node.visits == 2 and node.value == 0.4 and node.explanation == "weak"
    assert node.answer == "Akaroa" and not node.terminal
    assert list(node.steps) == ["q1", "q2"]
    (root,) = recorded_nodes(grown(), [0])
    assert root.parent is None and root.move is None and root.steps == {}


def test_the_mean_is_what_backing_up_made_of_the_values() -> None:
    asked, reread, *_ = recorded_nodes(grown(), [1, 2])
    assert asked.mean == 0.8, "whatever the sum is over the visits"
    assert reread.mean == 0.0, "nothing was backed up through it"


@pytest.mark.parametrize(("backup", "expected"), [(mean, 0.3), (best, 0.9), (child_weighted, 0.3)])
def test_the_mean_follows_the_way_of_backing_up(backup: Backup, expected: float) -> None:
    tree = {
        0: Node(id=0, children=(1, 2), expanded=True),
        1: Node(id=1, parent=0, depth=1, value=0.1, worth=0.1),
        2: Node(id=2, parent=0, depth=1, value=0.9, worth=0.9),
    }
    for id, value in ((1, 0.1), (2, 0.9), (1, 0.1), (1, 0.1)):
        tree |= backup(tree, id, value)
    states = dict.fromkeys(tree, RunState())
    (root,) = recorded_nodes(Search(tree=tree, states=states), [0])
    assert root.visits == 4 and root.mean == pytest.approx(expected)


def test_the_record_holds_each_step_once_as_the_states_take_it() -> None:
    tree = record()
    captains = [tree.steps[tree.nodes[id].steps["q1"]] for id in (1, 2, 3, 4)]
    assert [step.answer for step in captains] == [FRANK, COLIN, COLIN_ELSEWHERE, FRANK]
    assert tree.nodes[1].steps == tree.nodes[4].steps
    assert len({tree.nodes[id].steps["q1"] for id in (1, 2, 3)}) == 3, "same words, other places"
    assert len({node.steps["q2"] for node in tree.nodes[1:]}) == 1 and len(tree.steps) == 4
    assert set(tree.evidence) == {each.id for each in POLAR}


def test_a_step_that_is_shared_is_recorded_for_each_sub_question() -> None:
    other = CAPTAIN.model_copy(update={"id": "a"})
    search = grown()
    states = {
        **search.states,
        4: RunState(plan=Plan(sub_questions=(other,)), taken={"a": Taken(key="captain")}),
    }
    tree = recorded(
        Search(tree=search.tree, states=states, made=search.made, values=search.values),
        RESULTS, METHOD, question=QUESTION, critic="c", chosen=4, iterations=3, ended_by="gate",
    )  # fmt: skip
    assert tree.steps[tree.nodes[4].steps["a"]].sub_question == other
    assert tree.steps[tree.nodes[1].steps["q1"]].sub_question == CAPTAIN


def test_the_record_says_how_the_search_went() -> None:
    tree = record()
    assert (tree.question, tree.method, tree.critic) == (QUESTION, "a method", "a critic")
    assert (tree.chosen, tree.iterations, tree.ended_by) == (4, 3, "gate")
    assert tree.failures == ("the critic timed out",), "each once"
    assert [node.id for node in tree.path(4)] == [0, 1, 4]
    assert [node.id for node in tree.children(1)] == [2, 3, 4]


def test_what_no_state_takes_is_not_recorded() -> None:
    assert all(step.answer.text != "Larvik" for step in record().steps.values())


def test_a_record_survives_json() -> None:
    assert TreeRecord.model_validate_json(record().model_dump_json()) == record()

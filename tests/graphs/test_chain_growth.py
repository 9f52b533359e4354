"""Where branches leave the tree, and which of them is worth following."""

import pytest

from clew.graphs.chain_growth import accepted, best_branch, branched, furthest_branch, valued
from clew.graphs.chain_tree import Branch, ChainNode, ChainTree, Status
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Reading, Step, StepAnswer, Verdict
from clew.graphs.verification import Outcome


def step(sub: SubQuestion, answer: str | None, score: float | None) -> Step:
    return Step(
        sub_question=sub,
        text=sub.text,
        reading=Reading(answer=StepAnswer(text=answer, confidence=0.9)),
        verdict=None if score is None else Verdict(score=score),
        status="unknown" if answer is None else "answered",
    )


def node(
    id: str,
    *parents: str,
    outcome: Outcome | None = "agreed",
    answer: str | None = "said",
    score: float | None = 0.5,
) -> ChainNode:
    sub = SubQuestion(id=id, text=f"What is {id}?", parents=parents)
    settled = None if outcome is None else step(sub, answer, score)
    found = step(sub, f"found {id}", 0.8) if settled else None
    return ChainNode(sub_question=sub, outcome=outcome, step=settled, found=found)


def grown(*nodes: ChainNode, status: Status = "open") -> ChainTree:
    ids = tuple(each.sub_question.id for each in nodes)
    return ChainTree().with_nodes(nodes).with_branch(Branch(number=0, nodes=ids, status=status))


def test_a_value_is_the_mean_of_the_scores_there_are() -> None:
    tree = valued(grown(node("a", score=0.2), node("b", score=None), node("c", score=0.6)))
    assert tree.branch.value == pytest.approx(0.4)
    assert valued(grown(node("a", outcome=None))).branch.value is None


def test_a_branch_is_finished_once_all_its_nodes_are_settled() -> None:
    assert valued(grown(node("a"))).branch.status == "finished"
    assert valued(grown(node("a"), node("b", outcome=None))).branch.status == "open"
    assert valued(grown(node("a"), status="drafting")).branch.status == "drafting"


def test_without_a_cause_no_branch_leaves() -> None:
    for outcome in ("agreed", "completed", "disputed", "unconfirmed"):
        tree = valued(grown(node("a", outcome=outcome)))
        assert branched(tree, may_extend=True) == tree


def test_contradictions_are_corrected_together_and_what_rests_on_them_goes() -> None:
    tree = valued(
        grown(
            node("a", outcome="contradicted"),
            node("b"),
            node("c", outcome="contradicted"),
            node("d", "b"),
            node("e", "a"),
            node("f", "e", "d"),
            node("g", outcome=None),
        )
    )
    tree = branched(tree, may_extend=False)
    first, second = tree.branches
    assert second.nodes == ("a_2", "b", "c_2", "d")
    assert (second.parent, second.status) == (0, "drafting")
    twin = tree.nodes["a_2"]
    assert (twin.corrects, twin.outcome) == ("a", "corrected")
    assert twin.step is not None and twin.step.answer.text == "found a"
    assert twin.step.sub_question == twin.sub_question and twin.sub_question.id == "a_2"
    assert tree.nodes["a"].step is not None and tree.nodes["a"].step.answer.text == "said"
    assert first.nodes == ("a", "b", "c", "d", "e", "f", "g")


def test_a_draft_is_corrected_once() -> None:
    once = branched(valued(grown(node("a", outcome="contradicted"))), may_extend=False)
    assert branched(once, may_extend=False) == once


def test_twins_of_long_ids_that_begin_alike_are_two() -> None:
    ids = ["the_birthplace_of_the_captain_1", "the_birthplace_of_the_captain_2"]
    tree = branched(
        valued(grown(*(node(id, outcome="contradicted") for id in ids))), may_extend=False
    )
    left = tree.branches[1].nodes
    assert len(set(left)) == 2 and len(tree.nodes) == 4
    assert [tree.nodes[id].corrects for id in left] == ids
    assert len(tree.plan(tree.branches[1]).sub_questions) == 2


IN_VAIN = grown(node("a"), node("b", "a", outcome="unknown", answer=None))


def test_another_way_is_looked_for_once_where_a_chain_ends_in_vain() -> None:
    tree = branched(valued(IN_VAIN), may_extend=True)
    assert tree.branches[1].nodes == ("a", "b") and tree.branches[1].parent == 0
    assert branched(valued(IN_VAIN), may_extend=False) == valued(IN_VAIN)
    # The policy had nothing to add.
    nothing = tree.branches[1].model_copy(update={"status": "finished"})
    tree = tree.with_branch(nothing).turned_to(1)
    assert branched(tree, may_extend=True) == tree


def test_an_answer_is_no_cause_for_another_way() -> None:
    tree = valued(grown(node("a", outcome="unknown", answer=None), node("b", "a")))
    assert branched(tree, may_extend=True) == tree


def of_branches(*branches: Branch) -> ChainTree:
    tree = ChainTree().with_nodes(
        [node("yes"), node("more", "yes"), node("no", outcome="unknown", answer=None)]
    )
    for branch in branches:
        tree = tree.with_branch(branch)
    return tree


def test_the_best_branch_is_followed_and_of_equals_the_latest() -> None:
    one = Branch(number=0, nodes=("yes",), status="open", value=0.6)
    other = Branch(number=1, nodes=("yes",), value=0.5)
    assert best_branch(of_branches(one, other)) == one
    equal = other.model_copy(update={"value": 0.6})
    assert best_branch(of_branches(one, equal)) == equal
    untried = other.model_copy(update={"value": None})
    assert best_branch(of_branches(one, untried)) == untried


def test_a_branch_that_ended_in_vain_comes_last() -> None:
    vain = Branch(number=0, nodes=("yes", "no"), status="finished", value=1.0)
    worse = Branch(number=1, nodes=("yes",), status="open", value=0.1)
    assert best_branch(of_branches(vain, worse)) == worse
    assert best_branch(of_branches(vain)) == vain


def test_where_the_budget_ends_an_answer_counts_most_then_what_is_known() -> None:
    answers = Branch(number=0, nodes=("yes",), status="finished", value=0.1)
    knows = Branch(number=1, nodes=("yes", "more", "no"), status="open", value=0.9)
    assert furthest_branch(of_branches(answers, knows)) == answers
    less = Branch(number=0, nodes=("yes", "no"), status="open", value=1.0)
    assert furthest_branch(of_branches(less, knows)) == knows


def test_where_the_budget_ends_the_latest_of_equals_is_the_corrected_one() -> None:
    draft = Branch(number=0, nodes=("yes",), status="finished", value=0.5)
    corrected = Branch(number=1, nodes=("yes",), status="finished", value=0.5)
    assert furthest_branch(of_branches(draft, corrected)) == corrected


def test_a_chain_still_to_be_written_is_none_to_answer_from() -> None:
    cut = Branch(number=0, nodes=("yes", "no"), status="open", value=0.1)
    unwritten = Branch(number=1, nodes=("yes",), status="drafting", value=1.0)
    assert furthest_branch(of_branches(cut, unwritten)) == cut


def test_what_is_accepted_is_worked_on_no_more() -> None:
    tree = of_branches(Branch(number=0, nodes=("no",)), Branch(number=1, nodes=("yes",)))
    done = accepted(tree, tree.branches[1])
    assert done.branch == done.branches[1] and done.branch.status == "accepted"
    assert done.branches[0].status == "drafting"

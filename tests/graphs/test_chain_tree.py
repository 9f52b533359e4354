from clew.graphs.chain_tree import Branch, ChainNode, ChainTree
from clew.graphs.plan import SubQuestion
from clew.graphs.steps import Reading, Step, StepAnswer


def node(id: str, *parents: str, answer: str | None = None) -> ChainNode:
    sub = SubQuestion(id=id, text=f"What is {id}?", parents=parents)
    reading = Reading(answer=StepAnswer(text=answer))
    step = Step(sub_question=sub, text=sub.text, reading=reading, status="answered")
    return ChainNode(sub_question=sub, step=step if answer else None)


GROWN = (
    ChainTree()
    .with_nodes([node("a", answer="1"), node("b", "a"), node("c", "a", answer="2")])
    .with_branch(Branch(number=0, nodes=("a", "b")))
    .with_branch(Branch(number=1, parent=0, nodes=("a", "c")))
)


def test_a_branch_is_its_nodes_in_their_order() -> None:
    first, second = GROWN.branches
    assert [each.sub_question.id for each in GROWN.path(second)] == ["a", "c"]
    assert [sub.id for sub in GROWN.plan(second).sub_questions] == ["a", "c"]
    assert [step.answer.text for step in GROWN.steps(second).values()] == ["1", "2"]
    assert list(GROWN.steps(first)) == ["a"], "b is not settled"


def test_trees_grow_without_changing() -> None:
    changed = GROWN.with_nodes([node("b", "a", answer="3")])
    assert list(GROWN.steps(GROWN.branches[0])) == ["a"]
    assert list(changed.steps(changed.branches[0])) == ["a", "b"]
    assert list(changed.nodes) == ["a", "b", "c"], "a node keeps its place"


def test_a_branch_takes_the_place_of_the_one_of_its_number() -> None:
    changed = GROWN.with_branch(Branch(number=0, nodes=("a", "b"), status="open"))
    assert [branch.number for branch in changed.branches] == [0, 1]
    assert changed.branches[0].status == "open" and GROWN.branches[0].status == "drafting"


def test_one_branch_is_worked_on() -> None:
    assert GROWN.branch.number == 0
    assert GROWN.turned_to(1).branch.nodes == ("a", "c")


def test_a_tree_survives_json() -> None:
    assert ChainTree.model_validate_json(GROWN.model_dump_json()) == GROWN

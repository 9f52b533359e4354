"""Labels of search trees, against trees worked out by hand."""

import pytest
from tree_examples import TREE, bare_tree

from clew.agent.training.labels import inferred
from clew.agent.training.tree_labels import first_wrong, labelled, step_values

# 0 ─ 1 ─ 3 ─ 6 right      Nodes 4 and 7 end wrong, 8 and 10 are open.
#     │   └ 4 wrong
#     └ 8 open
#   ─ 2 ─ 5 ─ 7 wrong
#         └ 9 ─ 10 open
PARENTS = (0, 0, 1, 3, 2, 3, 5, 1, 5, 9)
ENDS = {4: "no", 6: "yes", 7: "no"}
RECORD = bare_tree(PARENTS, ENDS)


def test_shares_of_right_ends() -> None:
    labels = labelled(RECORD, ("yes",))
    shares = {node.id: labels.share(node.id) for node in RECORD.nodes}
    assert shares[0] == pytest.approx(1 / 3)
    assert {id: shares[id] for id in (1, 2, 3, 4, 5, 6, 7)} == {
        1: 0.5, 2: 0.0, 3: 0.5, 4: 0.0, 5: 0.0, 6: 1.0, 7: 0.0,
    }  # fmt: skip
    assert shares[8] is shares[9] is shares[10] is None


def test_steps_to_the_nearest_right_end() -> None:
    assert labelled(RECORD, ("yes",)).steps_to_right == {6: 1, 3: 2, 1: 3, 0: 4}
    # The nearer of two right ends counts.
    nearer = bare_tree((0, 1, 2, 1), {3: "yes", 4: "yes"})
    assert labelled(nearer, ("yes",)).steps_to_right == {3: 1, 4: 1, 2: 2, 1: 2, 0: 3}


def test_values_of_rest_mcts() -> None:
    values = step_values(RECORD, labelled(RECORD, ("yes",)))
    # Node 1 is 3 states from the end, itself among them: 0 + 1/3; node 3: 1/3 + (2/3)/2; then 1.
    # Node 4 is wrong below node 3, from which 2 would do: 2/3 − (1/3)/2. Below the root, whose
    # value is 0, a wrong one cannot lose anything.
    assert values == pytest.approx(
        {0: 0.0, 1: 1 / 3, 3: 2 / 3, 6: 1.0, 4: 1 / 2, 2: 0.0, 5: 0.0, 7: 0.0}
    )


def test_a_wrong_way_goes_on_losing() -> None:
    # 0 ─ 1 ─ 2 right; 1 ─ 3 ─ 4 wrong: node 1 is worth 1/2, and 2 states from the end.
    record = bare_tree((0, 1, 1, 3), {2: "yes", 4: "no"})
    values = step_values(record, labelled(record, ("yes",)))
    # 1/2 − (1/2)/2, then 1/4 − (3/4)/2, which is below 0.
    assert (values[1], values[2], values[3], values[4]) == (0.5, 1.0, 0.25, 0.0)


@pytest.mark.parametrize("right", [True, False])
def test_a_single_run_is_worth_what_traces_infer(right: bool) -> None:
    record = bare_tree((0, 1, 2, 3), {4: "yes" if right else "no"})
    values = step_values(record, labelled(record, ("yes",)))
    assert [values[id] for id in (1, 2, 3, 4)] == pytest.approx(inferred(4, right))


def test_first_wrong_steps() -> None:
    assert first_wrong(RECORD, labelled(RECORD, ("yes",))) == [2, 4]
    # Where no end is right, and where all are, there is no first error to be seen.
    assert first_wrong(RECORD, labelled(RECORD, ("maybe",))) == []
    one = bare_tree((0, 1), {2: "yes"})
    assert first_wrong(one, labelled(one, ("yes",))) == []


def test_ends_that_were_given_up_are_wrong_and_open_answers_count() -> None:
    given_up = RECORD.model_copy(
        update={
            "nodes": tuple(
                node.model_copy(update={"terminal": True})
                if node.id == 8
                else node.model_copy(update={"answer": "yes"})
                if node.id == 10
                else node
                for node in RECORD.nodes
            )
        }
    )
    labels = labelled(given_up, ("yes",))
    assert labels.share(8) == 0.0
    assert labels.share(10) == 1.0 and labels.share(5) == 0.5


def test_the_tree_with_real_steps() -> None:
    labels = labelled(TREE, ("Akaroa",))
    assert labels.ends[0] == {6: False, 7: True}
    assert first_wrong(TREE, labels) == [2]
    assert step_values(TREE, labels)[3] == pytest.approx(2 / 3)

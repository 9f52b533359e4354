"""How the tree of chains grows: where branches leave, and which one is worked on next.

Search-in-the-Chain (Xu et al., WWW 2024, arXiv:2304.14732) goes depth first and never returns to a
chain that it has corrected. Here a branch that the critic scores worse is left for the best one
there is, which may be the one with the draft that retrieval contradicted.
"""

from collections.abc import Sequence
from statistics import fmean

from .chain_tree import Branch, ChainNode, ChainTree
from .plan import free_id


def valued(tree: ChainTree) -> ChainTree:
    """Return the tree with the values and the statuses of its branches brought up to date."""
    for branch in tree.branches:
        steps = tree.steps(branch).values()
        scores = [step.verdict.score for step in steps if step.verdict is not None]
        update: dict[str, object] = {"value": fmean(scores) if scores else None}
        if branch.status == "open" and len(steps) == len(branch.nodes):
            update["status"] = "finished"
        tree = tree.with_branch(branch.model_copy(update=update))
    return tree


def branched(tree: ChainTree, *, may_extend: bool, may_draft: bool = True) -> ChainTree:
    """Return the tree with a branch that leaves the one worked on, where there is cause for one.

    The causes: retrieval contradicts drafts, which the new branch corrects; or the branch is
    finished without an answer, and the policy may know another way.

    Args:
        tree: What has grown so far.
        may_extend: Whether there is budget for another way.
        may_draft: Whether there is budget to write what a correction leaves open; without it only
            corrections that leave nothing open count.
    """
    branch = tree.branch
    path = tree.path(branch)
    number = len(tree.branches)
    wrong = [node for node in path if node.outcome == "contradicted" and _is_open(tree, node)]
    if wrong:
        twins: dict[str, ChainNode] = {}
        grown = tree
        for node in wrong:
            twin = _twin(grown, node)
            twins[node.sub_question.id] = twin
            grown = grown.with_nodes([twin])
        kept = [node for node in path if node.step and not _rests_on(node, set(twins), tree)]
        nodes = [twins.get(node.sub_question.id, node) for node in kept]
        if may_draft or len(nodes) == len(path):
            return grown.with_branch(_leaving(branch, number, nodes))
    if may_extend and branch.status == "finished" and not _answers(tree, branch):
        siblings = [each for each in tree.branches if each.number != branch.number]
        if all(each.nodes != branch.nodes for each in siblings):
            return tree.with_branch(_leaving(branch, number, path))
    return tree


def best_branch(tree: ChainTree) -> Branch:
    """Return the branch to go on with: of the best value, the latest of equals.

    One that is finished without an answer comes last.
    """

    def worth(branch: Branch) -> tuple[bool, float, int]:
        in_vain = branch.status == "finished" and not _answers(tree, branch)
        return not in_vain, 1.0 if branch.value is None else branch.value, branch.number

    return max(tree.branches, key=worth)


def furthest_branch(tree: ChainTree) -> Branch:
    """Return the branch to answer from where the budget ended: the one that answers, or knows most.

    Of equals the best, and the latest of those. A chain that is still to be written is none to
    answer from, unless it asks all that the one did that it left: its last link is not what the
    question asks for.
    """

    def is_whole(branch: Branch) -> bool:
        left = None if branch.parent is None else tree.branches[branch.parent]
        is_written = left is not None and len(branch.nodes) == len(left.nodes)
        return branch.status != "drafting" or is_written

    def worth(branch: Branch) -> tuple[bool, int, float, int]:
        known = [step for step in tree.steps(branch).values() if step.answer.text is not None]
        return _answers(tree, branch), len(known), branch.value or 0.0, branch.number

    return max(filter(is_whole, tree.branches), key=worth)


def accepted(tree: ChainTree, branch: Branch) -> ChainTree:
    """Return the tree with a branch as the one that the answer rests on."""
    done = branch.model_copy(update={"status": "accepted"})
    return tree.with_branch(done).turned_to(branch.number)


def _answers(tree: ChainTree, branch: Branch) -> bool:
    sinks = tree.plan(branch).sinks()
    step = tree.nodes[sinks[-1].id].step if sinks else None
    return step is not None and step.answer.text is not None


def _is_open(tree: ChainTree, node: ChainNode) -> bool:
    """Whether a contradicted node has no corrected twin yet."""
    return all(other.corrects != node.sub_question.id for other in tree.nodes.values())


def _twin(tree: ChainTree, node: ChainNode) -> ChainNode:
    """The node with the answer found in place of its draft."""
    assert node.found is not None
    sub = node.sub_question.model_copy(update={"id": free_id(node.sub_question.id, tree.nodes)})
    return ChainNode(
        sub_question=sub,
        draft=node.draft,
        found=node.found,
        outcome="corrected",
        step=node.found.model_copy(update={"sub_question": sub}),
        corrects=node.sub_question.id,
    )


def _rests_on(node: ChainNode, changed: set[str], tree: ChainTree) -> bool:
    return any(
        parent in changed or _rests_on(tree.nodes[parent], changed, tree)
        for parent in node.sub_question.parents
    )


def _leaving(branch: Branch, number: int, nodes: Sequence[ChainNode]) -> Branch:
    ids = tuple(node.sub_question.id for node in nodes)
    return Branch(number=number, parent=branch.number, nodes=ids)

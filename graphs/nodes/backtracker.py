"""The backtracker: opens branches where drafts were wrong, and turns to the best there is."""

from typing import Any, Literal

from langgraph.runtime import Runtime

from ..chain_growth import accepted, best_branch, branched, furthest_branch, valued
from ..events import BranchChosen, NodeVerified
from ..protocols import Parts
from ..state import State, meter_of
from ..stopping import RunContext


def backtracker_node(parts: Parts) -> Any:
    """Return the node that chooses the branch to go on with, or accepts one."""

    async def backtracker(state: State, runtime: Runtime[RunContext]) -> State:
        before = state["tree"]
        rounds_left = state.get("rounds", 0) < meter_of(state, parts.budget).budget.rounds
        stopped = bool(state.get("stopped_by"))
        tree = branched(
            valued(before), may_extend=rounds_left and not stopped, may_draft=not stopped
        )
        tree = valued(tree)
        for id, node in tree.nodes.items():
            if id not in before.nodes:
                runtime.stream_writer(NodeVerified(node=node))
        if stopped:
            tree = accepted(tree, furthest_branch(tree))
        else:
            best = best_branch(tree)
            tree = (
                accepted(tree, best) if best.status == "finished" else tree.turned_to(best.number)
            )
        left = before.current if before.current != tree.current else None
        runtime.stream_writer(BranchChosen(branch=tree.branch, left=left))
        return State(tree=tree, plan=tree.plan(tree.branch), steps=tree.steps(tree.branch))

    return backtracker


def after_backtracker(state: State) -> Literal["drafter", "verifier", "responder"]:
    """Say what the branch chosen needs: links, answers, or that the answer be written."""
    status = state["tree"].branch.status
    if status == "accepted":
        return "responder"
    return "drafter" if status == "drafting" else "verifier"

"""The drafter: has the policy write the chain that a branch is missing, with draft answers."""

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from ...errors import BudgetExhausted, PlanError
from ..chain_tree import Branch, ChainNode, ChainTree
from ..events import BudgetEnded, ChainDrafted, PlanExtended, ProposalRejected
from ..meter import Meter, Tally, time_limit
from ..plan import Plan, missing_from
from ..protocols import ChainRequest, DraftedQuestion, Parts
from ..question import checked_question
from ..state import State, meter_of
from ..stopping import RunContext
from .planner import whole_question

LONGEST_CHAIN = 10
"""How many links a chain has at most."""


def drafter_node(parts: Parts) -> Any:
    """Return the node that writes the rest of the branch that is worked on."""

    async def drafter(state: State, runtime: Runtime[RunContext]) -> State:
        question = checked_question(state["question"])
        tree = state.get("tree") or _planted(state)
        branch, rounds = tree.branch, state.get("rounds", 0)
        plan = tree.plan(branch)
        if branch.status != "drafting":
            _tell(runtime, tree, tree.path(branch))
            return State(question=question, tree=tree, plan=plan)
        meter = meter_of(state, parts.budget)
        tally = Tally(meter)
        links: Sequence[DraftedQuestion] = ()
        limit: str | None = None
        if rounds < meter.budget.rounds:
            request = ChainRequest(
                question=question,
                plan=plan,
                steps=tree.steps(branch),
                evidence=state.get("evidence", {}),
                tally=tally,
            )
            links, limit = await _asked(parts, request, meter)
        if limit:
            runtime.stream_writer(BudgetEnded(limit=limit))
        try:
            added = _fitted(links, plan, tree)
        except PlanError as error:
            runtime.stream_writer(ProposalRejected(reason=str(error)))
            added = []
        added = added or _rest_of_parent(tree, branch)
        if not added and not plan.sub_questions:
            (whole,) = whole_question(question).sub_questions
            added = [ChainNode(sub_question=whole)]
        ids = tuple(node.sub_question.id for node in added)
        status = "open" if added else "finished"
        branch = branch.model_copy(update={"nodes": (*branch.nodes, *ids), "status": status})
        tree = tree.with_nodes(added).with_branch(branch)
        _tell(runtime, tree, added)
        return State(
            question=question,
            tree=tree,
            plan=tree.plan(branch),
            rounds=rounds + 1,
            usage=tally.usage,
            stopped_by=limit,
        )

    return drafter


def _planted(state: State) -> ChainTree:
    """The tree with its first branch: empty, or the plan that the run was given."""
    nodes = [ChainNode(sub_question=sub) for sub in state.get("plan", Plan()).in_order()]
    branch = Branch(
        number=0,
        nodes=tuple(node.sub_question.id for node in nodes),
        status="open" if nodes else "drafting",
    )
    return ChainTree().with_nodes(nodes).with_branch(branch)


async def _asked(
    parts: Parts, request: ChainRequest, meter: Meter
) -> tuple[Sequence[DraftedQuestion], str | None]:
    """Ask the policy; nothing, and the name of the limit, where the budget ends."""
    try:
        async with time_limit(meter.seconds_left, meter.stop):
            request.tally.policy_call()
            return await parts.policy.chain(request), None
    except BudgetExhausted:
        return (), meter.exhausted or "seconds"


def _fitted(links: Sequence[DraftedQuestion], plan: Plan, tree: ChainTree) -> list[ChainNode]:
    """Return the links that the plan lacks as nodes, under ids that are free in the whole tree.

    Raises:
        PlanError: If they do not fit the plan.
    """
    links = links[: max(0, LONGEST_CHAIN - len(plan.sub_questions))]
    drafts = {link.sub_question.id: link.draft for link in links}
    extended = plan.extended([link.sub_question for link in links])
    new = [sub for sub in extended.in_order() if sub.id in drafts]
    return [
        ChainNode(sub_question=fitted, draft=drafts[id])
        for id, fitted in missing_from(plan, new, taken=tree.nodes.keys()).items()
    ]


def _rest_of_parent(tree: ChainTree, branch: Branch) -> list[ChainNode]:
    """What the branch that this one left would have asked next, without its drafts.

    The plainest way on where the policy has none.
    """
    if branch.parent is None:
        return []
    before = tree.plan(tree.branches[branch.parent]).in_order()
    rest = missing_from(tree.plan(branch), before, taken=tree.nodes.keys())
    return [ChainNode(sub_question=sub) for sub in rest.values()]


def _tell(runtime: Runtime[RunContext], tree: ChainTree, added: Sequence[ChainNode]) -> None:
    subs = tuple(node.sub_question for node in added)
    if subs:
        runtime.stream_writer(PlanExtended(added=subs, plan=tree.plan(tree.branch)))
    runtime.stream_writer(ChainDrafted(branch=tree.branch, nodes=tuple(added)))

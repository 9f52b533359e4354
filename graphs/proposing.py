"""How a workflow asks its policy for ways to go on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .protocols import ChainRequest, PlanRequest, Policy, Proposal
from .step_graph import StepGraph

Propose = Callable[[PlanRequest], Awaitable[Sequence[Proposal]]]
"""Returns ways to go on, best first; an empty proposal means that what is known suffices."""


@dataclass(frozen=True, kw_only=True)
class Moves:
    """What the steps of a workflow are, for expansions that take them themselves.

    Attributes:
        step_graph: Researches one sub-question.
        propose: Asks the policy for ways to go on.
        most: How many sub-questions are added at a time; None leaves that to the policy.
        rounds: How many times the policy is asked, instead of what the budget says.
    """

    step_graph: StepGraph
    propose: Propose
    most: int | None = None
    rounds: int | None = None


def chains_of(policy: Policy) -> Propose:
    """Return what proposes the rest of a whole chain with the policy's drafts.

    Search-in-the-Chain's move (Xu et al., WWW 2024, arXiv:2304.14732).
    """

    async def propose(request: PlanRequest) -> Sequence[Proposal]:
        links = await policy.chain(
            ChainRequest(
                question=request.question,
                plan=request.plan,
                steps=request.steps,
                evidence=request.evidence,
                tally=request.tally,
            )
        )
        drafts = tuple((link.sub_question.id, link.draft) for link in links)
        return [Proposal(sub_questions=tuple(link.sub_question for link in links), drafts=drafts)]

    return propose


async def nothing_more(request: PlanRequest) -> Sequence[Proposal]:
    """Propose to add nothing."""
    return [Proposal()]

"""Agents that tests of evaluation run, here and in the processes of a Ray cluster."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from support import POLAR, ContentCritic, chain_policy

from clew.agent.policies.scripted import ScriptedPolicy
from clew.agent.search_agent import SearchAgent
from clew.agent.settings import Settings
from clew.errors import ModelUnavailable
from clew.graphs.protocols import PlanRequest, Proposal
from clew.tools.search.memory import MemorySearch


def polar_agent(settings: Settings) -> SearchAgent:
    """Return an agent that knows the answer to `support.QUESTION` and nothing else."""
    return SearchAgent(
        settings, policy=chain_policy(), critic=ContentCritic(), search=[MemorySearch(POLAR)]
    )


def unavailable_agent(settings: Settings) -> SearchAgent:
    """Fail as an agent does whose model is not there."""
    raise ModelUnavailable("the model is not there")


class _Erring:
    """A policy that fails, or kills its process, when a question says so."""

    def __init__(self, policy: ScriptedPolicy) -> None:
        self._policy = policy
        self.name = policy.name
        self.chain, self.rewrite, self.read = policy.chain, policy.rewrite, policy.read
        self.refine, self.write = policy.refine, policy.write

    async def plan(self, request: PlanRequest) -> Sequence[Proposal]:
        words = request.question.split()
        if "fail" in words:
            raise ValueError("asked to fail")
        if "kill" in words:
            os.kill(os.getpid(), signal.SIGKILL)
        if "kill-once" in words:
            mark = Path(words[-1])
            if not mark.exists():
                mark.write_text(str(os.getpid()))
                os.kill(os.getpid(), signal.SIGKILL)
        if "slow" in words:
            await asyncio.sleep(1.0)
        return await self._policy.plan(request)


def erring_agent(settings: Settings) -> SearchAgent:
    """Return an agent that does to a question what the question says."""
    policy = _Erring(chain_policy())
    return SearchAgent(
        settings,
        policy=policy,
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        check_support=False,
    )

"""A language model that judges by written principles and says why.

The principles stand in the prompt, where users change them (RewardAnything, Yu et al., 2025,
arXiv:2506.03637). What it says of a weak step goes to whoever does the step again (ReARTeR, Sun et
al., 2025, arXiv:2501.07861).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from ...errors import BudgetExhausted, ClewError
from ...graphs.judging import resources
from ...graphs.protocols import Judges
from ...graphs.searching import fuse
from ...graphs.steps import Trajectory, Verdict
from ...prompts.loader import Prompts
from ...tools.passages import Passage
from ..models import ModelSettings
from ..policies.litellm.asking import Asker
from ..policies.litellm.client import ModelClient
from ..policies.litellm.structured import UnusableOutput
from ..policies.litellm.wire import CriticOutput
from .step_text import evidence_of

_FACTS = 5


class GenerativeCritic:
    """Has a language model judge the steps of each trajectory, in one request for all of them.

    Each request counts as a policy call. Where the model asks for it, one search for each
    trajectory is made where the run searches, and the model judges again with what was found.

    Args:
        model: The language model.
        prompts: What it is told; its principles among them.
        may_search: Whether it may have a fact looked up.
        seed: For servers that draw outputs at random.

    Raises:
        ModelUnavailable: If LiteLLM is missing, or a key that the settings name.
    """

    name = "generative"
    judges: Judges = "step"

    def __init__(
        self, model: ModelSettings, *, prompts: Prompts, may_search: bool, seed: int = 0
    ) -> None:
        self._client = ModelClient("critic", model, seed=seed)
        self._asker = Asker(self._client, prompts)
        self._prompts = prompts
        self._may_search = may_search

    async def score(self, trajectories: Sequence[Trajectory]) -> Sequence[Sequence[Verdict]]:
        """Return a verdict for each step of each trajectory, in their order.

        One that the model fails on is neutral; the others stand.

        Raises:
            BudgetExhausted: If the run has too little left.
        """
        # All are waited for, for one that goes on would spend tokens that nobody counts.
        found = await asyncio.gather(*map(self._judged, trajectories), return_exceptions=True)
        verdicts: list[Sequence[Verdict]] = []
        for trajectory, each in zip(trajectories, found, strict=True):
            if isinstance(each, ClewError) and not isinstance(each, BudgetExhausted):
                verdicts.append([Verdict.neutral(str(each))] * len(trajectory.steps))
            elif isinstance(each, BaseException):
                raise each
            else:
                verdicts.append(each)
        return verdicts

    async def _judged(self, trajectory: Trajectory) -> Sequence[Verdict]:
        if not trajectory.steps:
            return []
        output = await self._asked(trajectory, (), may_search=self._may_search)
        if output is not None and output.query and self._may_search:
            facts = fuse(await resources().look_up([output.query]))[:_FACTS]
            if facts:
                again = await self._asked(trajectory, facts, may_search=False)
                output = again or output
        if output is None:
            why = (
                f"the language model {self._client.model}, asked as critic, wrote nothing that can "
                "be used as verdicts"
            )
            return [Verdict.neutral(why)] * len(trajectory.steps)
        return _verdicts(output, len(trajectory.steps))

    async def _asked(
        self, trajectory: Trajectory, facts: Sequence[Passage], *, may_search: bool
    ) -> CriticOutput | None:
        def use(output: CriticOutput) -> CriticOutput:
            _verdicts(output, len(trajectory.steps))
            return output

        tally = resources().tally
        tally.policy_call()
        return await self._asker.ask(
            CriticOutput,
            lambda most: self._prompts.messages(
                "critic", **_variables(trajectory, facts[:most]), may_search=may_search
            ),
            len(facts),
            use=use,
            tally=tally,
        )


def _variables(trajectory: Trajectory, facts: Sequence[Passage]) -> dict[str, Any]:
    return {
        "question": trajectory.question,
        "steps": [
            {
                "number": number,
                "question": step.text,
                "answer": step.answer.text,
                "found": [
                    {"title": title, "text": text}
                    for title, text in evidence_of(step, trajectory.evidence)
                ],
            }
            for number, step in enumerate(trajectory.steps, start=1)
        ],
        "facts": [{"title": each.title, "text": each.text} for each in facts],
        "answer": trajectory.answer or "",
    }


def _verdicts(output: CriticOutput, steps: int) -> list[Verdict]:
    """Return a verdict for each step.

    Raises:
        UnusableOutput: If one is missing.
    """
    judged = {each.step: each for each in output.steps}
    if missing := [str(number) for number in range(1, steps + 1) if number not in judged]:
        raise UnusableOutput(f"the steps {', '.join(missing)} are not judged: judge every step")
    return [
        Verdict(
            score=judged[number].score, explanation=" ".join(judged[number].explanation.split())
        )
        for number in range(1, steps + 1)
    ]

"""Requests to a policy over language models, one for each task, about the passages of `POLAR`."""

from typing import Any

from support import CHAIN, POLAR, QUESTION

from clew.agent.effort import EFFORTS
from clew.agent.models import ROLES, ModelSettings
from clew.agent.policies.litellm import LiteLLMPolicy
from clew.graphs.meter import Tally
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.protocols import (
    ChainRequest,
    PlanRequest,
    ReadRequest,
    RefineRequest,
    RewriteRequest,
    WriteRequest,
)
from clew.graphs.steps import Quote, RankedPassage, Reading, Step, StepAnswer
from clew.prompts.loader import load_prompts
from clew.tools.passages import Passage

TASKS = ("plan", "chain", "rewrite", "read", "refine", "write")
EVIDENCE = {each.id: each for each in POLAR}


def reading_of(passage: Passage, answer: str, confidence: float = 0.5) -> Reading:
    """Return a reading that found the answer in a passage."""
    quote = Quote(passage_id=passage.id, text=answer, start=passage.text.index(answer))
    return Reading(
        answer=StepAnswer(text=answer, quotes=(quote,), confidence=confidence),
        ranking=(RankedPassage(passage_id=passage.id, score=1.0),),
    )


READING = reading_of(POLAR[0], "Frank Worsley")
"""A reading that the policy is not sure of, so that it has it refined."""


def answered(sub: SubQuestion, reading: Reading) -> Step:
    """Return a step that ended with a reading."""
    text = sub.resolved({"q1": "Frank Worsley"})
    return Step(sub_question=sub, text=text, reading=reading, status="answered")


def request_for(task: str, **more: Any) -> Any:
    """Return a request of a task, about the first sub-question where it is about one."""
    step = {"question": QUESTION, "sub_question": CHAIN[0], "text": CHAIN[0].text, **more}
    match task:
        case "plan":
            return PlanRequest(question=QUESTION, evidence=EVIDENCE, **more)
        case "chain":
            return ChainRequest(question=QUESTION, evidence=EVIDENCE, **more)
        case "rewrite":
            return RewriteRequest(**step, tried=[CHAIN[0].text])
        case "read":
            return ReadRequest(**step, passages=POLAR)
        case "refine":
            return RefineRequest(**step, passages=POLAR, reading=READING)
    steps = {
        "q1": answered(CHAIN[0], READING),
        "q2": answered(CHAIN[1], reading_of(POLAR[1], "Akaroa, New Zealand")),
    }
    return WriteRequest(
        question=QUESTION, plan=make_plan(CHAIN), steps=steps, evidence=EVIDENCE, **more
    )


def make_policy(*addresses: str, effort: str = "balanced", **settings: Any) -> LiteLLMPolicy:
    """Return a policy whose every role asks the model served at these addresses."""
    model = ModelSettings(model="hosted_vllm/simulated", api_base=addresses, **settings)
    return LiteLLMPolicy(
        dict.fromkeys(ROLES, model),
        prompts=load_prompts(),
        effort=EFFORTS[effort],
        own_knowledge=True,
    )


async def ask(policy: LiteLLMPolicy, task: str, tally: Tally | None = None, **more: Any) -> Any:
    """Return what the policy makes of the request of a task."""
    request = request_for(task, tally=tally or Tally.unlimited(), **more)
    return await getattr(policy, task)(request)

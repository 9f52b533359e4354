"""Limits on what a run may spend, and what it has spent."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field


class Budget(BaseModel):
    """Hard limits of one run; ``None`` means no limit.

    A part of the seconds and of the tokens is kept back for writing the final answer. Tokens are
    estimated before a request, rather too many than too few, and counted after it. What a step had
    spent when its run was killed, or its model failed, is not known to the run that goes on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: float | None = Field(default=120.0, gt=0)
    """Wall time of the run, downtime between a kill and its resumption not counted."""
    searches: int | None = Field(default=200, ge=0)
    """Calls of search backends."""
    pages: int | None = Field(default=100, ge=0)
    """Pages fetched."""
    policy_calls: int | None = Field(default=400, ge=0)
    """Calls of the policy, each repair of a language model's output being one more; writing the
    final answer is always possible on top."""
    tokens_in: int | None = Field(default=400_000, ge=0)
    """Tokens that language models read."""
    tokens_out: int | None = Field(default=50_000, ge=0)
    """Tokens that language models write."""
    rounds: int = Field(default=4, ge=1)
    """How many times the planner may make or extend the plan, or write a chain; a workflow that
    asks for one sub-question at a time has a limit of its own."""


class ModelUsage(BaseModel):
    """What one language model did in one role, and how good the form of its outputs was.

    Attributes:
        role: What it was asked as, such as ``planner``.
        model: Its name, with the provider's before it.
        calls: Requests that it answered.
        tokens_in: Tokens that it read.
        tokens_out: Tokens that it wrote.
        cost: What the provider charges for that, in US dollars; 0 for local models.
        valid: Outputs that could be used as they came.
        repaired: Outputs that could be used after a repair turn.
        fallbacks: Outputs that could not be used, so that the plainest step was taken instead.
    """

    model_config = ConfigDict(frozen=True)

    role: str
    model: str
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    valid: int = 0
    repaired: int = 0
    fallbacks: int = 0

    def __add__(self, other: "ModelUsage") -> "ModelUsage":
        """Return the sum of both, which are of the same role and model."""
        counts = type(self).model_fields.keys() - {"role", "model"}
        return self.model_copy(
            update={name: getattr(self, name) + getattr(other, name) for name in counts}
        )


class Usage(BaseModel):
    """What a run, or a part of one, has spent.

    Attributes:
        seconds: Wall time.
        searches: Calls of search backends.
        pages: Pages fetched.
        policy_calls: Calls of the policy.
        tokens_in: Tokens that language models read.
        tokens_out: Tokens that language models wrote.
        cost: What their providers charge, in US dollars.
        models: The same by role and model.
    """

    model_config = ConfigDict(frozen=True)

    seconds: float = 0.0
    searches: int = 0
    pages: int = 0
    policy_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    models: tuple[ModelUsage, ...] = ()

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum of both, field by field."""
        counts = type(self).model_fields.keys() - {"models"}
        return Usage(
            models=merged_by_model((*self.models, *other.models)),
            **{name: getattr(self, name) + getattr(other, name) for name in counts},
        )


def merged_by_model(usages: Iterable[ModelUsage]) -> tuple[ModelUsage, ...]:
    """Return one entry for each role and model, in order of first appearance."""
    merged: dict[tuple[str, str], ModelUsage] = {}
    for usage in usages:
        key = usage.role, usage.model
        merged[key] = merged[key] + usage if key in merged else usage
    return tuple(merged.values())

"""The plan: a directed acyclic graph of sub-questions, validated as data."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import PlanError

REFERENCE = re.compile(r"\{(\w+)\}")
"""How a sub-question's text refers to the answer of another."""


class SubQuestion(BaseModel):
    """One atomic question of a plan.

    Attributes:
        id: Name within the plan, such as ``q1``.
        text: The question; ``{q1}`` stands for the answer of another sub-question.
        parents: Ids of the sub-questions whose answers this one needs.
        kind: ``search`` looks for evidence; ``reason`` concludes from its parents' answers alone,
            as a comparison does; ``recall`` is answered from the policy's own knowledge, as IKEA
            does where nothing needs to be searched for (Huang et al., 2025, arXiv:2505.07596).
        answer: What is recalled; only for that kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z]\w{0,31}$")
    text: str = Field(min_length=1, max_length=2_000)
    parents: tuple[str, ...] = ()
    kind: Literal["search", "reason", "recall"] = "search"
    answer: str | None = Field(default=None, min_length=1, max_length=2_000)

    def references(self) -> tuple[str, ...]:
        """Return the ids named as ``{id}`` in the text, in order of appearance."""
        return tuple(dict.fromkeys(REFERENCE.findall(self.text)))

    def resolved(self, answers: dict[str, str]) -> str:
        """Return the text with each ``{id}`` replaced by that sub-question's answer.

        References without an answer are left as they are.
        """
        return REFERENCE.sub(lambda match: answers.get(match[1], match[0]), self.text)


class Plan(BaseModel):
    """A directed acyclic graph of sub-questions; any instance is a valid one.

    Build it with `make_plan`, which reports what is wrong as a `PlanError`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sub_questions: tuple[SubQuestion, ...] = ()

    @model_validator(mode="after")
    def _is_acyclic(self) -> Self:
        ids = [sub.id for sub in self.sub_questions]
        if repeated := sorted({id for id in ids if ids.count(id) > 1}):
            raise ValueError(f"sub-question ids are used twice: {', '.join(repeated)}")
        for sub in self.sub_questions:
            if unknown := [parent for parent in sub.parents if parent not in ids]:
                raise ValueError(f"{sub.id} has an unknown parent: {', '.join(unknown)}")
            if undeclared := [ref for ref in sub.references() if ref not in sub.parents]:
                raise ValueError(
                    f"{sub.id} refers to {{{undeclared[0]}}} without naming it as a parent"
                )
            if sub.kind == "reason" and not sub.parents:
                raise ValueError(f"{sub.id} reasons over its parents but has none")
            if sub.kind == "recall" and sub.answer is None:
                raise ValueError(f"{sub.id} recalls an answer but gives none")
            if sub.kind != "recall" and sub.answer is not None:
                raise ValueError(f"{sub.id} gives an answer, which only the kind recall may")
        try:
            TopologicalSorter({sub.id: sub.parents for sub in self.sub_questions}).prepare()
        except CycleError as error:
            raise ValueError(f"sub-questions form a cycle: {' → '.join(error.args[1])}") from None
        return self

    def __getitem__(self, id: str) -> SubQuestion:
        """Return the sub-question of that id; raises KeyError where there is none."""
        for sub in self.sub_questions:
            if sub.id == id:
                return sub
        raise KeyError(id)

    def in_order(self) -> tuple[SubQuestion, ...]:
        """Return the sub-questions so that each comes after its parents."""
        order = TopologicalSorter({sub.id: sub.parents for sub in self.sub_questions})
        return tuple(self[id] for id in order.static_order())

    def sinks(self) -> tuple[SubQuestion, ...]:
        """Return the sub-questions that no other one needs, in plan order."""
        needed = {parent for sub in self.sub_questions for parent in sub.parents}
        return tuple(sub for sub in self.sub_questions if sub.id not in needed)

    def leading_to(self, ids: Collection[str]) -> tuple[SubQuestion, ...]:
        """Return some sub-questions and all that they rest on, each after its parents."""
        ordered, needed = self.in_order(), set(ids)
        for sub in reversed(ordered):
            if sub.id in needed:
                needed.update(sub.parents)
        return tuple(sub for sub in ordered if sub.id in needed)

    def extended(self, more: Sequence[SubQuestion]) -> "Plan":
        """Return this plan with sub-questions added; raises `PlanError` if that breaks it."""
        return make_plan((*self.sub_questions, *more))


def renamed(sub_questions: Sequence[SubQuestion], names: Mapping[str, str]) -> list[SubQuestion]:
    """Return sub-questions under new ids, their parents and references following.

    Args:
        sub_questions: What is renamed.
        names: New ids by old ones; what it lacks keeps its id.
    """
    return [
        sub.model_copy(
            update={
                "id": names.get(sub.id, sub.id),
                "parents": tuple(dict.fromkeys(names.get(id, id) for id in sub.parents)),
                "text": REFERENCE.sub(
                    lambda match: "{" + names.get(match[1], match[1]) + "}", sub.text
                ),
            }
        )
        for sub in sub_questions
    ]


def missing_from(
    plan: Plan, sub_questions: Sequence[SubQuestion], *, taken: Collection[str] = ()
) -> dict[str, SubQuestion]:
    """Return those sub-questions that a plan does not ask, fitted to it.

    Sub-questions are the same where their texts and parents are, references followed.

    Args:
        plan: What is asked already.
        sub_questions: In an order in which each comes after its parents.
        taken: Further ids that are not free.

    Returns:
        The sub-questions under ids that are free, by the ids that they had.
    """
    asked = {_content(sub): sub.id for sub in plan.sub_questions}
    used = {*asked.values(), *taken}
    names: dict[str, str] = {}
    missing = {}
    for sub in sub_questions:
        (fitted,) = renamed([sub], names)
        if (same := asked.get(_content(fitted))) is not None:
            names[sub.id] = same
            continue
        names[sub.id] = free_id(sub.id, used)
        used.add(names[sub.id])
        missing[sub.id] = fitted.model_copy(update={"id": names[sub.id]})
    return missing


def _content(sub: SubQuestion) -> tuple[str, frozenset[str]]:
    """What a sub-question asks, whatever it is called."""
    return sub.text, frozenset(sub.parents)


def free_id(id: str, taken: Collection[str]) -> str:
    """Return an id, with a number behind it where it is taken."""
    number, name = 1, id
    while name in taken:
        number += 1
        name = f"{id[:24]}_{number}"
    return name


def make_plan(sub_questions: Iterable[SubQuestion]) -> Plan:
    """Return a validated plan.

    Raises:
        PlanError: On a repeated id, an unknown parent, an undeclared reference or a cycle.
    """
    try:
        return Plan(sub_questions=tuple(sub_questions))
    except ValidationError as error:
        raise PlanError(_reason(error)) from None


def parse_plan(text: str | bytes) -> Plan:
    """Return the plan that a JSON document describes.

    Raises:
        PlanError: If it is no JSON, has other fields than a plan, or is not a valid plan.
    """
    try:
        return Plan.model_validate_json(text)
    except ValidationError as error:
        raise PlanError(_reason(error)) from None


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"the plan is not usable: {where + ': ' if where else ''}{message}"

"""Structured output: finding the JSON in what a model wrote, and holding it to its schema."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from .client import Completion
from .wire import Output

OutputT = TypeVar("OutputT", bound=Output)

_REASONING = re.compile(r"<(think|thinking|reasoning|thought)>.*?</\1>", re.S | re.I)
_REASONING_END = re.compile(r".*</(?:think|thinking|reasoning|thought)>", re.S | re.I)
_MOST_CHARACTERS = 200_000


class UnusableOutput(Exception):
    """What a model wrote cannot be used; the message tells the model why."""


def parsed(completion: Completion, output: type[OutputT]) -> OutputT:
    """Return the output that a completion holds.

    Reasoning blocks, code fences and prose around the JSON are passed over; of several JSON
    objects the last that fits the schema counts, since models often show a draft first.

    Raises:
        UnusableOutput: If there is none.
    """
    if completion.refusal and not completion.text:
        raise UnusableOutput(f"it is a refusal: {completion.refusal[:300]}")
    text = without_reasoning(completion.text)
    problem = ""
    for value in reversed(list(_objects(text))):
        try:
            return output.model_validate(value)
        except ValidationError as error:
            problem = problem or _told(error)
        except RecursionError:
            problem = problem or "it is nested too deeply"
    if problem:
        raise UnusableOutput(problem)
    if completion.cut_off:
        raise UnusableOutput("it was cut off, because it was too long: write less")
    if not text.strip():
        raise UnusableOutput("it is empty")
    raise UnusableOutput("it holds no complete JSON object")


def without_reasoning(text: str) -> str:
    """Return text without its reasoning blocks.

    An end without a beginning closes a block that the server's template has opened; a beginning
    without an end is left, since what follows may be meant.
    """
    text = _REASONING.sub(" ", text[:_MOST_CHARACTERS])
    return _REASONING_END.sub(" ", text)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects of a text, in order."""
    decoder = json.JSONDecoder(strict=False)
    position = text.find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError):
            end = position + 1
        else:
            yield value
        position = text.find("{", end)


def _told(error: ValidationError) -> str:
    problems = []
    for each in error.errors()[:3]:
        where = ".".join(map(str, each["loc"]))
        problems.append(f"{where}: {each['msg']}" if where else each["msg"])
    return "; ".join(problems)

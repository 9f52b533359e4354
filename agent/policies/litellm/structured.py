"""Structured output: finding the JSON in what a model wrote, and holding it to its schema."""

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from .client import Completion
from .wire import Output

OutputT = TypeVar("OutputT", bound=Output)

_REASONING_TAG = re.compile(r"<(/?)(?:think|thinking|reasoning|thought)>", re.I)
_OBJECT_BEGIN = re.compile(r'\{(?=\s*["}])')
_DECODER = json.JSONDecoder(strict=False)

# Hostile output must not cost more time than it took to write.
_MOST_CHARACTERS = 200_000
_MOST_BROKEN_OBJECTS = 500
_MOST_OBJECTS = 50


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
    for value in reversed(deque(_objects(text), maxlen=_MOST_OBJECTS)):
        try:
            return output.model_validate(value)
        except ValidationError as error:
            problem = problem or _told(error)
        except RecursionError:
            problem = problem or "it is nested too deeply"
    if completion.cut_off:
        raise UnusableOutput("it was cut off, because it was too long: write less")
    if problem:
        raise UnusableOutput(problem)
    if not text.strip():
        raise UnusableOutput("it is empty")
    raise UnusableOutput("it holds no complete JSON object")


def without_reasoning(text: str) -> str:
    """Return text without its reasoning blocks.

    An end without a beginning closes a block that the server's template has opened; a beginning
    without an end is left, since what follows may be meant.
    """
    text = text[:_MOST_CHARACTERS]
    kept: list[str] = []
    position, opened = 0, None
    for tag in _REASONING_TAG.finditer(text):
        if not tag[1]:
            opened = tag.start() if opened is None else opened
            continue
        if opened is None:
            kept.clear()
        else:
            kept.append(text[position:opened])
        position, opened = tag.end(), None
    return " ".join([*kept, text[position:]])


def object_so_far(text: str) -> Any:
    """Return the last JSON object of a text that is still being written; None before it begins."""
    text = without_reasoning(text)
    last, position = None, 0
    for _ in range(_MOST_BROKEN_OBJECTS):
        if (begin := _OBJECT_BEGIN.search(text, position)) is None:
            break
        try:
            last, position = _DECODER.raw_decode(text, begin.start())
        except RecursionError:
            break
        except ValueError:
            try:
                return from_json(text[begin.start() :], allow_partial="trailing-strings")
            except ValueError:
                position = begin.end()
    return last


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects of a text, in order."""
    position = broken = 0
    while broken < _MOST_BROKEN_OBJECTS and (begin := _OBJECT_BEGIN.search(text, position)):
        try:
            value, position = _DECODER.raw_decode(text, begin.start())
        except RecursionError:
            return
        except ValueError:  # of a number with thousands of digits too
            position = begin.end()
            broken += 1
        else:
            yield value


def _told(error: ValidationError) -> str:
    problems = []
    for each in error.errors()[:3]:
        where = ".".join(map(str, each["loc"]))
        problems.append(f"{where}: {each['msg']}" if where else each["msg"])
    return "; ".join(problems)

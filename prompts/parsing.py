"""Prompt files as they are written: a head in TOML between ``+++`` lines, then the turns."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SettingsError

ROLES = ("system", "user", "assistant")

_FENCE = "+++"
_HEADING = re.compile(r"#[ \t]+(\w+)[ \t]*")
_KEYS = ("version", "variables", "continues")
_EXAMPLE = 'write  version = 1  and  variables = ["question"]  between two lines +++'


class Turn(NamedTuple):
    """One message of a prompt, before anything is put in.

    Attributes:
        role: Who speaks: ``system``, ``user`` or ``assistant``.
        template: What is said, as a template.
        line: Line of the file where the template begins, counted from 1.
    """

    role: str
    template: str
    line: int


@dataclass(frozen=True)
class PromptFile:
    """A prompt as its file has it.

    Attributes:
        path: The file.
        version: Number that its author raises with each change.
        variables: What its templates may use.
        continues: The prompt whose messages come before its own.
        body: Everything after the head.
        line: Line of the file where the body begins, counted from 1.
        digest: SHA-256 digest of the file, in hexadecimal.
    """

    path: Path
    version: int
    variables: tuple[str, ...]
    continues: str | None
    body: str
    line: int
    digest: str


def problem(path: Path, what: str, *, line: int | None = None) -> SettingsError:
    """Return the error about a prompt file that says where it is wrong, and what to do."""
    return SettingsError(f"{path}{f', line {line}' if line else ''}: {what}")


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return the end of a message about an unknown word: the nearest known one, or all."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def read_prompt(path: Path) -> PromptFile:
    """Return the prompt of a file.

    Raises:
        SettingsError: If the file cannot be read or its head is missing or wrong.
    """
    try:
        content = path.read_bytes()
        lines = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except OSError as error:
        raise problem(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise problem(path, "is not UTF-8 text: save it in that encoding") from error
    fences = [number for number, line in enumerate(lines) if line.strip() == _FENCE][:2]
    if len(fences) < 2 or any(line.strip() for line in lines[: fences[0]]):
        raise problem(path, f"the head is missing: {_EXAMPLE} at the beginning")
    first, last = fences
    head = _parsed("\n".join([*[""] * (first + 1), *lines[first + 1 : last]]), path)
    return PromptFile(
        path=path,
        version=_version(head, path),
        variables=_variables(head, path),
        continues=_continues(head, path),
        body="\n".join(lines[last + 1 :]),
        line=last + 2,
        digest=sha256(content).hexdigest(),
    )


def turns(file: PromptFile) -> tuple[Turn, ...]:
    """Return the turns that the body of a prompt is divided into by headings such as ``# user``.

    Raises:
        SettingsError: If something stands before the first heading, a heading is no role, or the
            turns do not end with the user's.
    """
    found: list[Turn] = []
    for number, text in enumerate(file.body.split("\n"), file.line):
        if heading := _HEADING.fullmatch(text):
            found.append(Turn(_role(heading[1], file.path, number), "", number + 1))
        elif found:
            found[-1] = found[-1]._replace(template=f"{found[-1].template}{text}\n")
        elif text.strip():
            raise problem(
                file.path,
                "text before the first heading: begin with  # system  or  # user",
                line=number,
            )
    if not found or found[-1].role != "user":
        raise problem(file.path, "the last section must be the user's: add one headed  # user")
    return tuple(found)


def _role(word: str, path: Path, line: int) -> str:
    if word not in ROLES:
        raise problem(
            path,
            f"# {word} is no role: {did_you_mean(word, ROLES)} "
            "(headings of your own begin with ##)",
            line=line,
        )
    return word


def _parsed(head: str, path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise problem(path, f"the head is no TOML: {error}; {_EXAMPLE}") from error
    for key in values:
        if key not in _KEYS:
            raise problem(path, f"unknown key {key} in the head: {did_you_mean(key, _KEYS)}")
    return values


def _version(head: dict[str, Any], path: Path) -> int:
    version = head.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise problem(path, "version must be a whole number from 1: write  version = 1")
    return version


def _variables(head: dict[str, Any], path: Path) -> tuple[str, ...]:
    variables = head.get("variables")
    if not isinstance(variables, list) or not all(isinstance(name, str) for name in variables):
        raise problem(
            path, 'variables must be a list of names: write  variables = ["question"]  or  []'
        )
    return tuple(variables)


def _continues(head: dict[str, Any], path: Path) -> str | None:
    continues = head.get("continues")
    if continues is not None and not isinstance(continues, str):
        raise problem(path, 'continues must be the name of a prompt: write  continues = "read"')
    return continues

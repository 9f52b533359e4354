"""Prompts ready to use: the built-in ones, with those of a user's folder in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Template

from ..errors import SettingsError
from .checks import check_order, check_override
from .parsing import PromptFile, did_you_mean, problem, read_prompt, turns
from .templates import COMMON, PromptEnvironment, rendered
from .trials import TRIALS

REPAIR = "repair"
"""The prompt that follows a reply of any other one."""

NAMES = (
    *("plan", "chain", "rewrite", "read", "refine", "judge", "write", "simulate", "queries"),
    *("critic", REPAIR, COMMON),
)
"""The prompts there are, each the name of a file without its ``.md``."""

_BUILT_IN = Path(__file__).parent
_IGNORED = ("README.md",)

Message = dict[str, str]


@dataclass(frozen=True)
class _Prompt:
    file: PromptFile
    turns: tuple[tuple[str, Template], ...]


class Prompts:
    """A set of prompts, checked.

    Attributes:
        versions: Version of each prompt: a number, or for a prompt of the user's own a text such
            as ``1 (own 0c9f6a2e)`` with the beginning of the SHA-256 digest of its file.

    Use `load_prompts` to make one.
    """

    def __init__(self, prompts: Mapping[str, _Prompt], versions: Mapping[str, int | str]) -> None:
        self._prompts = dict(prompts)
        self.versions = dict(versions)

    def messages(self, name: str, /, **values: Any) -> list[Message]:
        """Return the messages of a prompt with its variables filled in.

        Args:
            name: The prompt, such as ``plan``.
            **values: Its variables. Every text among them is shown as `untrusted.shown` has it.

        Raises:
            SettingsError: If a template of the user's own fails on these values.
        """
        prompt = self._prompts[name]
        before = self.messages(prompt.file.continues, **values) if prompt.file.continues else []
        return before + [
            {"role": role, "content": rendered(template, prompt.file, values)}
            for role, template in prompt.turns
        ]


def load_prompts(folder: Path | None = None) -> Prompts:
    """Return the prompts of clew, those in a folder taking the place of the built-in ones.

    Args:
        folder: Where the user's own prompts lie, named as the built-in ones are.

    Raises:
        SettingsError: If the folder or one of its prompts cannot be used; the message names the
            file, where known the line, and what to do.
    """
    built_in = {name: read_prompt(_BUILT_IN / f"{name}.md") for name in NAMES}
    own = {path.stem: read_prompt(path) for path in _prompts_in(folder)} if folder else {}
    files = built_in | own
    for name, file in own.items():
        check_override(file, built_in[name])
    environment = PromptEnvironment(files[COMMON])
    prompts = Prompts(
        {name: _compiled(files[name], environment) for name in NAMES if name != COMMON},
        {name: file.version for name, file in built_in.items()}
        | {name: _own_version(file) for name, file in own.items()},
    )
    for name, trials in TRIALS.items():
        for values in trials:
            prompts.messages(name, **values)
    return prompts


def _prompts_in(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() == ".md"]
    except OSError as error:
        raise SettingsError(
            f"the folder of prompts {folder} cannot be read: {error.strerror or error}"
        ) from error
    found = [path for path in sorted(files) if path.name not in _IGNORED and path.name[0] != "."]
    if not found:
        raise SettingsError(
            f"the folder of prompts {folder} holds none: put in a file named "
            f"{', '.join(f'{name}.md' for name in NAMES[:-1])} or {NAMES[-1]}.md"
        )
    for path in found:
        if path.name not in [f"{name}.md" for name in NAMES]:
            raise problem(
                path, f"there is no prompt of that name: {did_you_mean(path.stem, NAMES)}"
            )
    return found


def _compiled(file: PromptFile, environment: PromptEnvironment) -> _Prompt:
    parts = turns(file)
    check_order(file, parts, begins=not file.continues and file.path.stem != REPAIR)
    return _Prompt(
        file,
        tuple((part.role, environment.compiled(part.template, file, part.line)) for part in parts),
    )


def _own_version(file: PromptFile) -> str:
    return f"{file.version} (own {file.digest[:8]})"

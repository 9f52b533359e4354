"""What to write into ``clew.toml`` so that clew asks the models that are served."""

import json
from collections.abc import Iterator, Sequence

from ..models import OF_CRITICS, ROLES, SIMULATOR
from .commands import ServerCommand

_OF_ONE_ROLE = (*ROLES, SIMULATOR, *OF_CRITICS)
_EVERY_ROLE = "policy"
"""Table of the serving file whose model is asked for every role without its own."""


def settings_lines(commands: Sequence[ServerCommand]) -> Iterator[str]:
    """Yield lines of TOML; models that no setting names come as comments.

    Servers whose models go by one name are replicas. A table of the serving file that is called
    as a role is, such as ``[planner]``, is for that role alone.
    """
    addresses: dict[str, list[str]] = {}
    for command in commands:
        addresses.setdefault(command.model, []).append(command.address)
    tables = {command.table: command for command in commands}
    if policy := tables.pop(_EVERY_ROLE, None):
        yield from _asked(policy.model, addresses[policy.model])
    for table, command in tables.items():
        if table not in _OF_ONE_ROLE:
            yield f"# {table}: {command.model} at {', '.join(addresses[command.model])}"
    for role in _OF_ONE_ROLE:
        if role in tables:
            yield f"[models.{role}]"
            yield from _asked(tables[role].model, addresses[tables[role].model])


def _asked(model: str, addresses: Sequence[str]) -> Iterator[str]:
    yield f"model = {_quoted(f'hosted_vllm/{model}')}"
    yield f"api_base = [{', '.join(_quoted(f'{address}/v1') for address in addresses)}]"


def _quoted(text: str) -> str:
    # JSON's strings are TOML's, but for pairs of escapes that stand for one character.
    return json.dumps(text, ensure_ascii=False)

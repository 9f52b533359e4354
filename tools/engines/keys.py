"""Keys of the engines that want one, from the environment."""

import os
import re

from ...errors import SettingsError

_KEY = re.compile(r"[\w.~+/=:-]{8,500}", re.ASCII)


def key_for(engine: str, variable: str, where: str) -> str:
    """Return the key of an engine.

    Args:
        engine: Name of the engine.
        variable: The environment variable that holds the key.
        where: Address at which one gets a key.

    Raises:
        SettingsError: The variable is not set or holds what cannot be a key. The message does not
            show what it holds.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        raise SettingsError(
            f"the engine {engine} needs a key: get one at {where} and set {variable} to it"
        )
    if not _KEY.fullmatch(key):
        raise SettingsError(f"{variable} does not hold a key; copy it anew from {where}")
    return key

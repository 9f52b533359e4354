"""JSON as lines that people, encoders and language models read."""

import json
from collections.abc import Iterator
from typing import Any

_SHOWN_KEYS = 3
_KEY_LENGTH = 60


def json_text(content: str) -> tuple[str, str]:
    """Return the title and the text of a JSON document.

    Each value is a line under the last keys that lead to it, such as ``current.wind: 12 km/h``, so
    that a line says what it is about wherever it stands; objects of a list are set apart by an
    empty line. The title is that of the outermost object, if it names one.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply.
    """
    value = json.loads(content)
    title = value.get("title") or value.get("name") if isinstance(value, dict) else None
    return title if isinstance(title, str) else "", "\n".join(_lines(value, ())).strip()


def _lines(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(inner, (*path, key[:_KEY_LENGTH])[-_SHOWN_KEYS:])
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for inner in value:
            yield from _lines(inner, path)
            yield ""
    else:
        text = ", ".join(map(_shown, value)) if isinstance(value, list) else _shown(value)
        if text:
            yield f"{'.'.join(path)}: {text}" if path else text


def _shown(value: str | int | float | bool | None) -> str:
    return value if isinstance(value, str) else json.dumps(value)

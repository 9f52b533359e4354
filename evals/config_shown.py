"""A configuration as people read it: setting by setting, and none longer than a few lines."""

import json
from typing import Any

from ..agent.cli.wording import clean, shortened
from .config import RunConfig

_LONGEST = 300
_LISTED = 10


def settings_of(config: RunConfig) -> dict[str, Any]:
    """Return everything of a configuration by name, such as ``corpus.sha256``."""
    found: dict[str, Any] = {}
    for section, content in config.model_dump(mode="json").items():
        if isinstance(content, dict):
            found |= {f"{section}.{key}": value for key, value in content.items()}
        else:
            found[section] = content
    return found


def setting_shown(value: Any) -> str:
    """Return a value in one line, shortened if need be; of a long list, how many it holds."""
    if isinstance(value, str):
        return shortened(clean(value), _LONGEST)
    if isinstance(value, list) and len(value) > _LISTED:
        first = _json(value[:_LISTED])[1:-1]
        return f"{len(value):,}: {shortened(clean(first), _LONGEST)}, …"
    return shortened(clean(_json(value)), _LONGEST)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

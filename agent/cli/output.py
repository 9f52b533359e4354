"""Printing results as JSON."""

import json
from typing import Any


def print_json(result: Any) -> None:
    """Print one JSON object.

    It is written in ASCII: the text in it is not ours, and JSON leaves some characters that steer
    terminals as they are.
    """
    print(json.dumps(result, indent=2))

"""What prompts are filled with when they are loaded, so that none fails in the middle of a run."""

from types import SimpleNamespace as Record
from typing import Any

_PASSAGE = Record(title="Ice", text="Ice floats on water.")
_STEP: dict[str, Any] = {"question": "Does ice float?", "answer": "yes"}
_UNKNOWN: dict[str, Any] = {"question": "Why does ice float?", "answer": None}
_SUB_QUESTION = {"question": "Does ice float on water?", "sub_question": "Does ice float?"}
_FULL_READ = {
    **_SUB_QUESTION,
    "reasons": True,
    "parents": [Record(**_STEP), Record(**_UNKNOWN)],
    "passages": [_PASSAGE],
}
_BARE_READ = {**_SUB_QUESTION, "reasons": False, "parents": [], "passages": []}
_ASKED = {"question": "Does ice float on water?", "today": "2026-01-31"}
_FOUND = {"id": "q1", "status": "answered", "recalled": False, **_STEP}
_RECALLED = {**_FOUND, "id": "q2", "recalled": True}
_MISSED = {"id": "q3", "status": "unknown", "recalled": False, **_UNKNOWN}
_QUOTE = Record(number=1, title="Ice", text="Ice floats")

TRIALS: dict[str, tuple[dict[str, Any], ...]] = {
    "plan": (
        {
            **_ASKED,
            "recall": True,
            "most": 8,
            "findings": [Record(**_FOUND), Record(**_RECALLED), Record(**_MISSED)],
            "overview": [_PASSAGE],
        },
        {**_ASKED, "recall": False, "most": 1, "findings": [], "overview": []},
    ),
    "rewrite": (
        {
            **_SUB_QUESTION,
            "parents": _FULL_READ["parents"],
            "tried": ["ice floats"],
            "count": 3,
        },
        {**_SUB_QUESTION, "parents": [], "tried": [], "count": 1},
    ),
    "read": (_FULL_READ, _BARE_READ),
    "refine": (
        {**_FULL_READ, "reading": '{"answer": "yes"}', "verdict": "The answer is supported."},
        {**_BARE_READ, "reading": '{"answer": null}', "verdict": ""},
    ),
    "write": (
        {
            **_ASKED,
            "findings": [
                Record(**_FOUND, quotes=[_QUOTE]),
                Record(**_RECALLED, quotes=[]),
                Record(**_MISSED, quotes=[]),
            ],
        },
        {**_ASKED, "findings": []},
    ),
    "repair": ({"error": "answer: a text is missing"},),
}
"""For each prompt, values of all its variables: once with everything there is, once without."""

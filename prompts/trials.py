"""What prompts are filled with when they are loaded, so that none fails in the middle of a run."""

from typing import Any

_STEP = {"question": "Does ice float?", "answer": "yes"}
_UNKNOWN = {"question": "Why does ice float?", "answer": None}
_PARENTS = [_STEP, _UNKNOWN]
_FOUND = {"id": "q1", "status": "answered", "recalled": False, **_STEP}
_RECALLED = {**_FOUND, "id": "q2", "recalled": True}
_MISSED = {"id": "q3", "status": "unknown", "recalled": False, **_UNKNOWN}

_PASSAGE = {"title": "Ice", "text": "Ice floats on water.", "date": "2026-01-30"}
_UNDATED = {**_PASSAGE, "date": None}
_QUOTE = {"number": 1, "title": "Ice", "text": "Ice floats"}

_ASKED = {"question": "Does ice float on water?", "today": "2026-01-31"}
_SUB_QUESTION = {"question": "Does ice float on water?", "sub_question": "Does ice float?"}
_READ = {**_SUB_QUESTION, "reasons": True, "parents": _PARENTS, "passages": [_PASSAGE, _UNDATED]}
_READ_NOTHING = {**_SUB_QUESTION, "reasons": False, "parents": [], "passages": []}

TRIALS: dict[str, tuple[dict[str, Any], ...]] = {
    "plan": (
        {
            **_ASKED,
            "recall": True,
            "most": 8,
            "findings": [_FOUND, _RECALLED, _MISSED],
            "overview": [_PASSAGE],
        },
        {**_ASKED, "recall": False, "most": 1, "findings": [], "overview": []},
    ),
    "chain": (
        {**_ASKED, "recall": True, "most": 8, "findings": [_FOUND, _RECALLED, _MISSED]},
        {**_ASKED, "recall": False, "most": 1, "findings": []},
    ),
    "rewrite": (
        {
            **_SUB_QUESTION,
            "parents": _PARENTS,
            "tried": ["ice floats"],
            "wording": "feedback",
            "passages": [_PASSAGE, _UNDATED],
            "count": 3,
        },
        *(
            {
                **_SUB_QUESTION,
                "parents": [],
                "tried": [],
                "wording": wording,
                "passages": [],
                "count": 1,
            }
            for wording in (
                *("query", "paraphrase", "context", "detail", "aspect", "thought", "passage"),
            )
        ),
    ),
    "read": (_READ, _READ_NOTHING),
    "refine": (
        {**_READ, "reading": '{"answer": "yes"}', "verdict": "The answer is supported."},
        {**_READ_NOTHING, "reading": '{"answer": null}', "verdict": ""},
    ),
    "judge": (
        {**_SUB_QUESTION, "answer": "yes", "passages": [_PASSAGE, _UNDATED]},
        {**_SUB_QUESTION, "answer": "", "passages": []},
    ),
    "write": (
        {
            **_ASKED,
            "findings": [
                {**_FOUND, "quotes": [_QUOTE]},
                {**_RECALLED, "quotes": []},
                {**_MISSED, "quotes": []},
            ],
        },
        {**_ASKED, "findings": []},
    ),
    "simulate": (
        {"query": "floating ice", "count": 5, "useful": True},
        {"query": "floating ice", "count": 1, "useful": False},
    ),
    "queries": (
        {"examples": [{**_PASSAGE, "query": "does ice float"}], "passage": _PASSAGE, "count": 3},
        {"examples": [], "passage": {"title": "", "text": "Ice."}, "count": 1},
    ),
    "critic": (
        {
            "question": _ASKED["question"],
            "steps": [
                {"number": 1, **_STEP, "found": [_PASSAGE]},
                {"number": 2, **_UNKNOWN, "found": []},
            ],
            "facts": [_PASSAGE],
            "answer": "yes",
            "may_search": True,
        },
        {
            "question": _ASKED["question"],
            "steps": [],
            "facts": [],
            "answer": "",
            "may_search": False,
        },
    ),
    "repair": ({"error": "answer: a text is missing"},),
}
"""For each prompt, values of all its variables: once with everything there is, once without."""

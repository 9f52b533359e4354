"""Evaluation: sets of questions in, runs that can be trusted, stopped and resumed out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .datasets import QuestionSet, load_questions
    from .run_directory import Run, read_run
    from .runner import Evaluation, aevaluate, evaluate

__all__ = [
    "Evaluation",
    "QuestionSet",
    "Run",
    "aevaluate",
    "evaluate",
    "load_questions",
    "read_run",
]

_HOMES = {
    "Evaluation": ".runner",
    "QuestionSet": ".datasets",
    "Run": ".run_directory",
    "aevaluate": ".runner",
    "evaluate": ".runner",
    "load_questions": ".datasets",
    "read_run": ".run_directory",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value

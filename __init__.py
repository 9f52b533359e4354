"""clew answers questions that no single search answers, each claim traced to its passage.

Names are imported when they are first used, so that ``import clew`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent.search_agent import SearchAgent
    from .agent.settings import Settings
    from .errors import ClewError
    from .graphs.answer import Answer
    from .graphs.budget import Budget
    from .graphs.plan import Plan, SubQuestion, make_plan, parse_plan
    from .graphs.stopping import Stop
    from .tools.passages import Passage

    __version__: str

__all__ = [
    "Answer",
    "Budget",
    "ClewError",
    "Passage",
    "Plan",
    "SearchAgent",
    "Settings",
    "Stop",
    "SubQuestion",
    "__version__",
    "make_plan",
    "parse_plan",
]

_HOMES = {
    "Answer": ".graphs.answer",
    "Budget": ".graphs.budget",
    "ClewError": ".errors",
    "Passage": ".tools.passages",
    "Plan": ".graphs.plan",
    "SearchAgent": ".agent.search_agent",
    "Settings": ".agent.settings",
    "Stop": ".graphs.stopping",
    "SubQuestion": ".graphs.plan",
    "make_plan": ".graphs.plan",
    "parse_plan": ".graphs.plan",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("clew")
    except PackageNotFoundError:
        return "0+source"

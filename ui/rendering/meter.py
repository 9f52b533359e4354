"""What a run has spent, against what it may spend."""

from xml.etree.ElementTree import Element

from ...agent.drawing.markup import element
from ...graphs.budget import Budget
from ..run_view import RunView
from .elements import html
from .words import seconds_words


def meter_html(view: RunView, budget: Budget | None = None) -> str:
    """Return what a run has spent so far, each against its limit.

    Args:
        view: The run.
        budget: Its limits; None if they are not known.
    """
    usage = view.usage
    cells = [
        _cell("time", usage.seconds, _limit(budget, "seconds"), seconds_words(usage.seconds), " s"),
        _cell("searches", usage.searches, _limit(budget, "searches")),
        _cell("pages", usage.pages, _limit(budget, "pages")),
        _cell("policy calls", usage.policy_calls, _limit(budget, "policy_calls")),
        _cell("tokens read", usage.tokens_in, _limit(budget, "tokens_in")),
        _cell("tokens written", usage.tokens_out, _limit(budget, "tokens_out")),
        _cell("cost", usage.cost, None, f"${usage.cost:.4f}"),
    ]
    return html(element("dl", *cells, class_="clew clew-meter"))


def _limit(budget: Budget | None, name: str) -> float | None:
    limit: float | None = getattr(budget, name, None)
    return limit


def _cell(
    name: str, spent: float, limit: float | None, words: str | None = None, unit: str = ""
) -> Element:
    share = min(spent / limit, 1.0) if limit else 0.0
    bar = element("span", style=f"width:{100 * share:.1f}%")
    return element(
        "div",
        element("dt", name),
        element(
            "dd",
            words or f"{spent:,}",
            element("small", f" of {limit:,g}{unit}") if limit is not None else None,
        ),
        element("div", bar, class_="share", aria_hidden="true") if limit else None,
        class_="full" if share >= 0.9 else None,
    )

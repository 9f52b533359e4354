"""A plot of what the answers of runs are worth against what they cost."""

import math
from io import StringIO
from typing import TYPE_CHECKING, Any

from ..agent.cli.wording import clean, shortened
from .catalogue import BY_NAME
from .comparison import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_QUALITY = "f1"
_COSTS = ("seconds_p50", "policy_calls", "tokens")
# Colours that remain apart for the colour-blind (Okabe and Ito, 2008), and shapes beside them.
_COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_SHAPES = "osD^vP*X"
_LONGEST = 40
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "clew",  # else the ids in it would differ each time
    "svg.fonttype": "none",
    "text.parse_math": False,  # a name is no formula
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e6ec",
}


def quality_against_cost(comparison: Comparison) -> str:
    """Return an SVG with a panel for each cost and a labelled point for each run.

    The lines through a point are the 95 % intervals. A run of which every question failed is in
    the legend only, for its costs are not known. The same comparison gives the same text.
    """
    import matplotlib
    from matplotlib.figure import Figure

    costs = [cost for cost in _COSTS if any(run.metrics.get(cost) for run in comparison.runs)]
    with matplotlib.rc_context(_STYLE):
        rows = -(-len(comparison.runs) // 2)
        figure = Figure(figsize=(4.6 * max(len(costs), 1), 3.8 + 0.28 * rows), layout="constrained")
        panels = figure.subplots(1, max(len(costs), 1), sharey=True, squeeze=False)[0]
        for cost, panel in zip(costs or _COSTS[:1], panels, strict=True):
            _draw(panel, comparison, cost)
        panels[0].set_ylabel(f"{BY_NAME[_QUALITY].label} (%)")
        legend = figure.legend(
            panels[0].containers,
            [str(number) for number in range(len(comparison.runs))],
            loc="outside lower center",
            ncols=min(2, len(comparison.runs)),
            frameon=False,
        )
        for text, run in zip(legend.get_texts(), comparison.runs, strict=True):
            # Given at once, one that begins with an underscore would be left out.
            text.set_text(shortened(clean(run.name), _LONGEST))
        drawn = StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    return drawn.getvalue()


def _draw(panel: "Axes", comparison: Comparison, cost: str) -> None:
    for number, run in enumerate(comparison.runs):
        quality, spent = 100 * run.metrics[_QUALITY], run.metrics.get(cost, math.nan)
        low, high = (100 * bound for bound in run.metrics["ci"][_QUALITY])
        least, most = run.metrics["ci"].get(cost, (math.nan, math.nan))
        # Rounding may put a mean beyond a bound by a hair.
        panel.errorbar(
            spent,
            quality,
            xerr=[[max(0.0, spent - least)], [max(0.0, most - spent)]],
            yerr=[[max(0.0, quality - low)], [max(0.0, high - quality)]],
            fmt=_SHAPES[number % len(_SHAPES)],
            color=_COLOURS[number % len(_COLOURS)],
            markersize=8,
            capsize=3,
        )
    panel.set_xlim(left=0)
    label = f"{BY_NAME[cost].label} (a question)"
    if BY_NAME[cost].unit == "seconds" and comparison.timing:
        named = dict.fromkeys(each.name.partition(".")[0] for each in comparison.timing)
        label += f"\nnot comparable: other {', '.join(named)}"
    panel.set_xlabel(label)
    panel.set_axisbelow(True)

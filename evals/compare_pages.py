"""A comparison for people to read: as Markdown, as a page, as lines of a terminal."""

from collections.abc import Iterator
from typing import NamedTuple

from ..agent.cli.wording import clean, counted
from .catalogue import BY_NAME, Measure
from .comparison import Comparison, Contrast, Difference
from .templating import rendered


class DifferenceShown(NamedTuple):
    """A difference as it is written."""

    measure: Measure
    baseline: str
    run: str
    difference: str
    low: str
    high: str
    n: int
    word: str


def markdown(comparison: Comparison) -> str:
    """Return the comparison as Markdown."""
    return rendered("comparison.md.jinja", **_content(comparison))


def html(comparison: Comparison, plot: str) -> str:
    """Return the comparison as a page that needs nothing else.

    Args:
        comparison: What is shown.
        plot: The SVG of `quality_against_cost`, which becomes a part of the page.
    """
    from markupsafe import Markup

    # It escapes the names in it; within a page it is no document of its own.
    drawn = Markup(plot[plot.index("<svg") :])
    return rendered("comparison.html.jinja", plot=drawn, **_content(comparison))


def plain_lines(comparison: Comparison) -> Iterator[str]:
    """Yield the comparison as lines that any terminal shows."""
    baseline = clean(comparison.baseline.name)
    yield f"{counted(comparison.n, 'question')} shared; shares in percent, 95 % intervals"
    for run in comparison.runs:
        if run.left_out:
            yield f"{clean(run.name)}: {counted(run.left_out, 'question')} left out, not in all"
    for note in comparison.notes:
        yield f"note: {clean(note)}"
    for contrast in comparison.contrasts:
        name = clean(contrast.name)
        yield ""
        yield f"{name} against {baseline}: {contrast.gained} gained, {contrast.lost} lost"
        yield from _table(_rows(contrast))
    if comparison.settings:
        yield ""
        yield "configured differently:"
        for setting in comparison.settings:
            values = ", ".join(clean(value or "-") for value in setting.values)
            yield f"  {clean(setting.name)}: {values}"


def _content(comparison: Comparison) -> dict[str, object]:
    return {
        "comparison": comparison,
        "contrasts": [(contrast, _rows(contrast)) for contrast in comparison.contrasts],
    }


def _rows(contrast: Contrast) -> list[DifferenceShown]:
    return [_shown(difference) for difference in contrast.differences]


def _shown(difference: Difference) -> DifferenceShown:
    measure = BY_NAME[difference.metric]
    return DifferenceShown(
        measure,
        baseline=measure.written(difference.baseline),
        run=measure.written(difference.run),
        difference=measure.written_difference(difference.difference),
        low=measure.written_difference(difference.low),
        high=measure.written_difference(difference.high),
        n=difference.n,
        word=_word(difference, measure),
    )


def _word(difference: Difference, measure: Measure) -> str:
    if not difference.comparable:
        return "not comparable"
    if not difference.clear:
        return "no clear difference" if difference.low < difference.high else "no difference"
    more = difference.low > 0
    if measure.better is None:
        return "more" if more else "fewer"
    return "better" if more == (measure.better == "more") else "worse"


def _table(rows: list[DifferenceShown]) -> Iterator[str]:
    header = ("", "baseline", "run", "difference", "interval", "questions", "")
    cells = [header] + [
        (
            row.measure.label,
            row.baseline,
            row.run,
            row.difference,
            f"{row.low} to {row.high}",
            f"{row.n:,}",
            row.word,
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *numbers, word in cells:
        aligned = [f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:], strict=False)]
        yield "  ".join(["", f"{first:<{widths[0]}}", *aligned, word]).rstrip()

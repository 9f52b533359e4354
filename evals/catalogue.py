"""What each metric is called where people read it, what it means, and how it is written."""

from typing import Literal, NamedTuple


class Measure(NamedTuple):
    """A metric as it is shown.

    Attributes:
        name: Its name in ``metrics.json``.
        label: What it is called.
        meaning: What it measures.
        unit: ``share`` is written in percent.
        better: Whether more of it is better, or less, where that can be said.
        shown_at_zero: Whether it is shown where it is 0; metrics.json has it in any case.
    """

    name: str
    label: str
    meaning: str
    unit: Literal["share", "count", "seconds", "dollars"] = "share"
    better: Literal["more", "less"] | None = "more"
    shown_at_zero: bool = True

    def written(self, value: float) -> str:
        """Return a value as it is shown, without its unit."""
        if self.unit == "share":
            return f"{100 * value:.1f}"
        digits = {"count": 1, "seconds": 2, "dollars": 4}[self.unit]
        return f"{value:,.{digits}f}"

    def written_difference(self, value: float) -> str:
        """Return a difference as it is shown, with its sign."""
        digits = self.written(abs(value))
        if float(digits.replace(",", "")) == 0:
            return digits
        return f"{'-' if value < 0 else '+'}{digits}"


MEASURES = (
    Measure("em", "Exact match", "the answer equals a gold one after normalisation"),
    Measure("f1", "F1", "overlap of the words of the answer and the best gold one"),
    Measure("cover_em", "Cover EM", "the answer contains a gold one"),
    Measure("em_answered", "Exact match, answered", "of the questions that got an answer"),
    Measure("f1_answered", "F1, answered", "of the questions that got an answer"),
    Measure("cover_em_answered", "Cover EM, answered", "of the questions that got an answer"),
    Measure("abstained", "Abstained", "said that the evidence gives no answer", better=None),
    Measure("abstained_unanswerable", "Abstained, rightly", "of the questions that have no answer"),
    Measure("misled", "Misled", "right without retrieval and wrong with it", better="less"),
    Measure("failed", "Failed", "ended with an error", better="less"),
    Measure(
        "stopped",
        "Cut short",
        "the budget ended the search early",
        better="less",
        shown_at_zero=False,
    ),
    Measure(
        "stopped_by_seconds",
        "Cut short by time",
        "the wall time ran out",
        better="less",
        shown_at_zero=False,
    ),
    Measure("recall@2", "Recall@2", "gold passages among the first 2 documents found"),
    Measure("recall@5", "Recall@5", "gold passages among the first 5 documents found"),
    Measure("recall@10", "Recall@10", "gold passages among the first 10 documents found"),
    Measure("citation_precision", "Citation precision", "cited documents that are gold"),
    Measure("citation_recall", "Citation recall", "gold passages that are cited"),
    Measure("quotes_verbatim", "Quotes verbatim", "quotes that stand in their passage as cited"),
    Measure("searches", "Searches", "a question", unit="count", better="less"),
    Measure("policy_calls", "Policy calls", "a question", unit="count", better="less"),
    Measure(
        "tokens",
        "Tokens",
        "in and out, a question",
        unit="count",
        better="less",
        shown_at_zero=False,
    ),
    Measure(
        "cost",
        "Cost",
        "US dollars a question",
        unit="dollars",
        better="less",
        shown_at_zero=False,
    ),
    Measure("seconds", "Seconds", "a question, on average", unit="seconds", better="less"),
    Measure("seconds_mean", "Seconds, mean", "a question", unit="seconds", better="less"),
    Measure("seconds_p50", "Seconds, median", "a question", unit="seconds", better="less"),
    Measure("seconds_p95", "Seconds, 95th percentile", "a question", unit="seconds", better="less"),
)
"""All metrics, in the order in which they are shown."""

BY_NAME = {measure.name: measure for measure in MEASURES}

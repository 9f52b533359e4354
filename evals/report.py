"""The report of a run: its figures, how it was run, and what went wrong, question by question."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..agent.cli.wording import clean, shortened
from ..graphs.answer import AnswerSentence, Citation
from ..graphs.steps import Step
from .catalogue import BY_NAME, MEASURES, Measure
from .cautions import time_ran_out
from .config import RunConfig
from .config_shown import setting_shown, settings_of
from .predictions import Prediction
from .scoring import scores
from .templating import rendered

CASES = 25
"""Wrong answers that are shown, and abstentions; ``predictions.jsonl`` holds all."""

FAILURES = 50
"""Failed questions that are listed."""

_LONGEST = 600
_ALIASES = 10
_GROUPED = ("em", "f1", "recall@5", "citation_recall", "abstained", "seconds_p50")


class Figure(NamedTuple):
    """A metric of a run with its value as it is shown.

    Attributes:
        measure: The metric.
        value: Its mean.
        low: Lower bound of its interval.
        high: Upper bound.
        of: Number of questions it is averaged over.
        span: For a share, its mean and bounds in percent.
    """

    measure: Measure
    value: str
    low: str
    high: str
    of: int
    span: tuple[float, float, float] | None


class StepShown(NamedTuple):
    """A step of a question that went wrong."""

    text: str
    answer: str
    status: str
    confidence: str
    score: str


class Case(NamedTuple):
    """A question that went wrong, with what led there."""

    id: str
    question: str
    kind: str
    gold: tuple[str, ...]
    prediction: str | None
    figures: tuple[tuple[str, str], ...]
    sentences: tuple[tuple[str, str], ...]
    steps: tuple[StepShown, ...]
    citations: tuple[Citation, ...]
    stopped_by: str | None


def markdown(
    config: RunConfig, metrics: Mapping[str, Any], predictions: Sequence[Prediction]
) -> str:
    """Return the report as Markdown.

    Args:
        config: How the run was made.
        metrics: Its figures, as `summarised` returns them.
        predictions: What came of each question, in any order.
    """
    return rendered("report.md.jinja", **_content(config, metrics, predictions))


def html(config: RunConfig, metrics: Mapping[str, Any], predictions: Sequence[Prediction]) -> str:
    """Return the report as a page that needs nothing else; arguments as of `markdown`."""
    return rendered("report.html.jinja", **_content(config, metrics, predictions))


def figures(metrics: Mapping[str, Any]) -> list[Figure]:
    """Return the metrics that say something, in the order in which they are shown."""
    return [
        _figure(metrics, measure)
        for measure in MEASURES
        if measure.name in metrics["ci"] and (measure.shown_at_zero or metrics[measure.name])
    ]


def _content(
    config: RunConfig, metrics: Mapping[str, Any], predictions: Sequence[Prediction]
) -> dict[str, Any]:
    ordered = sorted(predictions, key=lambda prediction: prediction.id)
    failed = [each for each in ordered if each.error is not None]
    wrong = [each for each in ordered if each.answered and scores(each)["em"] < 1]
    abstained = [each for each in ordered if each.abstained and each.answers and each.error is None]
    return {
        "dataset": config.dataset.name,
        "metrics": metrics,
        "caution": time_ran_out(ordered),
        "answered": sum(each.answered for each in ordered),
        "abstained": sum(each.abstained and each.error is None for each in ordered),
        "figures": figures(metrics),
        "groups": [
            (label, _grouped(metrics[key]))
            for label, key in (("Type", "by_type"), ("Hops", "by_hops"))
            if metrics[key]
        ],
        "models": metrics["models"],
        "settings": [(name, setting_shown(value)) for name, value in settings_of(config).items()],
        "failed": [
            (each.id, _short(each.question), each.error.kind, _short(each.error.message))
            for each in failed[:FAILURES]
            if each.error is not None
        ],
        "cases": [
            ("Wrong answers", "wrong", len(wrong), list(map(_case, wrong[:CASES]))),
            ("Abstentions", "abstained", len(abstained), list(map(_case, abstained[:CASES]))),
        ],
    }


def _figure(metrics: Mapping[str, Any], measure: Measure) -> Figure:
    value, (low, high) = metrics[measure.name], metrics["ci"][measure.name]
    span = (100 * value, 100 * low, 100 * high) if measure.unit == "share" else None
    return Figure(
        measure,
        value=measure.written(value),
        low=measure.written(low),
        high=measure.written(high),
        of=metrics["of"][measure.name],
        span=span,
    )


def _grouped(groups: Mapping[str, Any]) -> dict[str, Any]:
    names = [name for name in _GROUPED if any(name in group for group in groups.values())]
    return {
        "measures": [BY_NAME[name] for name in names],
        "rows": [
            (
                group_name,
                group,
                [_figure(group, BY_NAME[name]) if name in group else None for name in names],
            )
            for group_name, group in groups.items()
        ],
    }


def _case(prediction: Prediction) -> Case:
    found = scores(prediction)
    kind = [prediction.type] if prediction.type else []
    if prediction.hops:
        kind.append("1 hop" if prediction.hops == 1 else f"{prediction.hops} hops")
    shown = [BY_NAME[name] for name in ("f1", "recall@10", "citation_recall") if name in found]
    return Case(
        id=prediction.id,
        question=_short(prediction.question),
        kind=", ".join(kind),
        gold=tuple(map(_short, prediction.answers[:_ALIASES])) or ("to abstain",),
        prediction=_short(prediction.prediction or "") or None,
        figures=tuple((each.label, each.written(found[each.name])) for each in shown),
        sentences=tuple((_short(each.text), _behind(each)) for each in prediction.sentences),
        steps=tuple(_step(step, prediction) for step in prediction.steps),
        citations=tuple(
            each.model_copy(update={"quote": _short(each.quote)}) for each in prediction.citations
        ),
        stopped_by=prediction.stopped_by,
    )


def _behind(sentence: AnswerSentence) -> str:
    """The numbers that a sentence cites, and its marks."""
    numbers = "".join(f"[{number}]" for number in sentence.citations)
    return " ".join(filter(None, (numbers, *sentence.marks)))


def _step(step: Step, prediction: Prediction) -> StepShown:
    verdict = prediction.verdicts.get(step.sub_question.id, step.verdict)
    return StepShown(
        text=_short(step.text),
        answer=_short(step.answer.text or "unknown"),
        status=step.status,
        confidence=f"{step.answer.confidence:.2f}",
        score="" if verdict is None else f"{verdict.score:.2f}",
    )


def _short(text: str) -> str:
    return shortened(clean(text), _LONGEST)

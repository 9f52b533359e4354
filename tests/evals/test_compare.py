"""Runs side by side: differences worked out by hand, intervals by scipy, pages that hold."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]
from eval_examples import HOSTILE, abstained, answered, failed, make_config

from clew.errors import RunDirectoryError
from clew.evals.compare import Comparison, Difference, compared
from clew.evals.compare_pages import html, markdown, plain_lines
from clew.evals.plot import quality_against_cost
from clew.evals.predictions import Prediction
from clew.evals.run_directory import Run
from clew.graphs.budget import Usage


def _run(name: str, *predictions: Prediction, **config: Any) -> Run:
    return Run(name, make_config(**config), list(predictions))


def _by_name(comparison: Comparison, contrast: int = 0) -> dict[str, Difference]:
    return {each.metric: each for each in comparison.contrasts[contrast].differences}


def _pair() -> tuple[Run, Run]:
    baseline = _run(
        "plain",
        answered("1", seconds=1.0),
        answered("2", "Larvik", seconds=2.0),
        answered("3", "Larvik", seconds=3.0),
        abstained("4", seconds=4.0),
        answered("only here"),
    )
    run = _run(
        "clever",
        failed("1", seconds=5.0),
        answered("2", "Akaroa", seconds=5.0),
        answered("3", "Larvik", seconds=5.0),
        answered("4", "Akaroa", seconds=5.0),
        settings={"workflow": "searchain", "search": ["corpus"], "beam": 4},
    )
    return baseline, run


def test_differences_are_over_the_questions_that_both_have() -> None:
    comparison = compared(_pair())
    assert (comparison.n, comparison.baseline.name) == (4, "plain")
    assert [run.left_out for run in comparison.runs] == [1, 0]
    found = _by_name(comparison)
    em = found["em"]
    assert (em.n, em.baseline, em.run, em.difference) == (4, 0.25, 0.5, 0.25)
    assert (em.low, em.high) == (-0.5, 1.0)
    seconds = found["seconds"]
    assert (seconds.baseline, seconds.run, seconds.difference) == (2.5, 5.0, 2.5)
    contrast = comparison.contrasts[0]
    assert (contrast.gained, contrast.lost) == (2, 1)


def test_a_metric_is_compared_where_it_applies_to_both() -> None:
    found = _by_name(compared(_pair()))
    # Both runs answer the questions 2 and 3 only.
    answered_by_both = found["em_answered"]
    assert (answered_by_both.n, answered_by_both.baseline, answered_by_both.run) == (2, 0.0, 0.5)
    assert found["failed"].difference == 0.25
    assert "abstained_unanswerable" not in found
    assert "tokens" not in found
    assert "misled" not in found


def test_the_interval_is_scipys_of_paired_differences() -> None:
    draw = np.random.default_rng(11)
    said = ("Akaroa", "Akaroa in New Zealand", "Larvik")
    runs = [
        _run(name, *(answered(f"{number:03}", str(draw.choice(said))) for number in range(150)))
        for name in ("one", "two")
    ]
    before, after = (
        np.array([float(each.prediction == "Akaroa") for each in run.predictions]) for run in runs
    )
    theirs = scipy.stats.bootstrap(
        (after - before,),
        np.mean,
        n_resamples=2_000,
        method="percentile",
        rng=np.random.default_rng(4),
    ).confidence_interval
    em = _by_name(compared(runs, seed=4))["em"]
    assert (em.low, em.high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_the_same_run_twice_differs_in_nothing() -> None:
    run = _pair()[0]
    comparison = compared([run, run])
    assert [each.name for each in comparison.runs] == ["plain (1)", "plain (2)"]
    for difference in comparison.contrasts[0].differences:
        assert (difference.difference, difference.low, difference.high) == (0, 0, 0)
        assert not difference.clear
    assert comparison.settings == ()


def test_a_few_questions_show_nothing_clearly() -> None:
    def pair(count: int) -> list[Run]:
        ids = [f"{number:02}" for number in range(count)]
        return [_run("a", *map(abstained, ids)), _run("b", *map(answered, ids))]

    assert not _by_name(compared(pair(9)))["em"].clear
    assert _by_name(compared(pair(10)))["em"].clear


def test_the_order_of_questions_makes_no_difference() -> None:
    baseline, run = _pair()
    turned = baseline._replace(predictions=baseline.predictions[::-1])
    assert compared([baseline, run]) == compared([turned, run])


def test_settings_that_differ_are_told() -> None:
    found = {each.name: each.values for each in compared(_pair()).settings}
    assert found == {
        "settings.workflow": ("mindsearch", "searchain"),
        "settings.beam": (None, "4"),
    }


def test_three_runs_share_what_all_of_them_have() -> None:
    runs = [
        _run("a", *(answered(id) for id in "123")),
        _run("b", *(answered(id) for id in "234")),
        _run("c", *(answered(id) for id in "2345")),
    ]
    comparison = compared(runs)
    assert comparison.n == 2
    assert [run.left_out for run in comparison.runs] == [1, 1, 2]
    assert [each.name for each in comparison.contrasts] == ["b", "c"]


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([], "two runs or more"),
        ([_run("a", answered("1"))], "two runs or more"),
        ([_run("a", answered("1")), _run("b", answered("2"))], "no question in common"),
        ([_run("a", answered("1")), _run("b")], "no question in common"),
        (
            [_run("a", answered("1")), _run("b", answered("1", question="Where is Larvik?"))],
            r"1 ids stand for other questions.* in b than in a \(1\)",
        ),
        (
            [_run("a", answered("1")), _run("b", answered("1", answers=("Larvik",)))],
            "other gold",
        ),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(runs: list[Run], told: str) -> None:
    with pytest.raises(RunDirectoryError, match=told):
        compared(runs)


def _drawn(plot: str) -> str:
    return " ".join("".join(each.itertext()) for each in ElementTree.fromstring(plot).iter())


def test_the_plot_names_each_run_and_repeats_exactly() -> None:
    comparison = compared(_pair())
    plot = quality_against_cost(comparison)
    assert plot == quality_against_cost(comparison)
    drawn = _drawn(plot)
    for told in ("plain", "clever", "F1", "Seconds, median", "Policy calls"):
        assert told in drawn, told
    assert "Tokens" not in drawn


def test_the_plot_has_a_panel_for_tokens_where_there_are_any() -> None:
    usage = Usage(policy_calls=2, tokens_in=900, tokens_out=80)
    runs = [_run("a", answered("1")), _run("b", answered("1", usage=usage))]
    assert "Tokens" in _drawn(quality_against_cost(compared(runs)))


def test_names_are_shown_as_they_are_and_no_more() -> None:
    baseline, run = _pair()
    for name in (HOSTILE, "_hidden", "$\\frac{1$", "x" * 300):
        comparison = compared([baseline, run._replace(name=name)])
        plot = quality_against_cost(comparison)
        drawn = _drawn(plot)
        assert ("_hidden" in drawn) == (name == "_hidden")
        assert ("$\\frac{1$" in drawn) == (name.startswith("$"))
        page = html(comparison, plot)
        assert "<script" not in page + plot + markdown(comparison)
        assert not any("\x1b" in line for line in plain_lines(comparison))


def test_pages_tell_differences_and_which_way_is_better() -> None:
    ids = [f"{number:02}" for number in range(12)]
    runs = [
        _run("slow", *(answered(id, "Larvik", seconds=1.0) for id in ids)),
        _run("fast", *(answered(id, "Akaroa", seconds=3.0) for id in ids)),
    ]
    comparison = compared(runs)
    lines = "\n".join(plain_lines(comparison))
    page, text = html(comparison, quality_against_cost(comparison)), markdown(comparison)
    assert "fast against slow: 12 gained, 0 lost" in lines
    for line in lines.splitlines():
        if line.lstrip().startswith("Exact match "):
            assert line.split()[2:] == [
                "0.0",
                "100.0",
                "+100.0",
                *"+100.0 to +100.0 12 better".split(),
            ]
        if line.lstrip().startswith("Seconds"):
            assert line.split()[1:4] == ["1.00", "3.00", "+2.00"]
            assert line.endswith("worse")
    assert "| Exact match | 0.0 | 100.0 | +100.0 | +100.0 to +100.0 | 12 | better |" in text
    assert page.count("<svg") == 1
    assert "<?xml" not in page
    assert "better</strong>" in page


def test_the_page_needs_nothing_else() -> None:
    comparison = compared(_pair())
    page = html(comparison, quality_against_cost(comparison))
    for asking in ("<link", "<img", "<script", " src=", "@import", "<metadata"):
        assert asking not in page, asking

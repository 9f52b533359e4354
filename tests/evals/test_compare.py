"""Runs side by side: differences worked out by hand, intervals by scipy, pages that hold."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]
from eval_examples import HOSTILE, abstained, answered, failed, make_config

from clew.errors import RunDirectoryError
from clew.evals.compare import compared
from clew.evals.compare_pages import html, markdown, plain_lines
from clew.evals.comparison import Comparison, Difference
from clew.evals.config import CorpusConfig, DatasetConfig
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
    seconds = found["seconds"]  # what failed has none that count
    assert (seconds.n, seconds.baseline, seconds.run, seconds.difference) == (3, 3.0, 5.0, 2.0)
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
    assert "stopped" not in found
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
        ([_run("a", answered("1")), _run("b")], "nothing has come yet of b: finish"),
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


def _told_everywhere(comparison: Comparison, sentence: str) -> None:
    assert sentence in comparison.notes
    assert f"note: {sentence}" in list(plain_lines(comparison))
    assert sentence.replace("_", "\\_") in markdown(comparison)
    assert sentence in html(comparison, quality_against_cost(comparison))


def _timed(name: str, seconds: float, **config: Any) -> Run:
    ids = [f"{number:02}" for number in range(12)]
    return _run(name, *(answered(id, seconds=seconds) for id in ids), **config)


def test_seconds_of_a_run_that_was_resumed_otherwise_are_not_judged() -> None:
    comparison = compared([_timed("alone", 1.0), _timed("mixed", 3.0, resumed_otherwise=True)])
    assert not _by_name(comparison)["seconds"].comparable
    assert any(note.startswith("mixed was resumed") for note in comparison.notes)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"workers": 64}, "workers 2, 64"),
        ({"engine": "ray"}, "engine asyncio, ray"),
        ({"machine": {"cores": "8"}}, "machine.cores unknown, 8"),
        ({"engine": "ray", "workers": 64}, "engine asyncio, ray; workers 2, 64"),
    ],
)
def test_seconds_of_runs_that_were_spread_otherwise_are_not_judged(
    config: dict[str, Any], told: str
) -> None:
    comparison = compared([_timed("alone", 1.0), _timed("crowded", 3.0, **config)])
    found = _by_name(comparison)
    assert not found["seconds"].comparable and not found["seconds"].clear
    assert found["em"].comparable and found["policy_calls"].comparable
    row = next(line for line in plain_lines(comparison) if line.startswith("  Seconds"))
    assert row.endswith("not comparable")
    assert "| not comparable |" in markdown(comparison)
    sentence = (
        "Seconds are not comparable between all of these runs, for they were configured with "
        f"{told}."
    )
    _told_everywhere(comparison, sentence)
    assert f"not comparable: other {', '.join(config)}" in _drawn(quality_against_cost(comparison))


def test_seconds_of_runs_that_were_spread_alike_are_judged() -> None:
    machine = {"cores": "8"}
    runs = [
        _timed("a", 1.0, machine=machine),
        _timed("b", 3.0, machine=machine),
        _timed("c", 3.0, machine=machine, workers=9),
    ]
    comparison = compared(runs)
    assert _by_name(comparison, 0)["seconds"].clear
    assert not _by_name(comparison, 1)["seconds"].clear
    comparison = compared(runs[:2])
    assert comparison.notes == ()
    assert "not comparable" not in html(comparison, quality_against_cost(comparison))


def test_unfinished_runs_are_told() -> None:
    dataset = DatasetConfig(name="q.jsonl", format="plain", sha256="aa", questions=20)
    ids = [f"{number:02}" for number in range(20)]
    whole = _run("w0", *(answered(id) for id in ids), dataset=dataset)
    part = _run("w1", *(answered(id) for id in ids[:3]), dataset=dataset)
    comparison = compared([whole, part])
    assert [(run.done, run.questions) for run in comparison.runs] == [(20, 20), (3, 20)]
    sentence = "w1 is unfinished: 3 of 20 questions; what is there is what came first."
    assert comparison.notes == (sentence,)
    _told_everywhere(comparison, sentence)


def test_runs_whose_time_ran_out_are_told() -> None:
    ids = [f"{number:02}" for number in range(12)]
    limits = ["seconds"] * 4 + ["searches"] * 2 + [None] * 6
    cut = [answered(id, stopped_by=limit) for id, limit in zip(ids, limits, strict=True)]
    comparison = compared([_run("a", *map(answered, ids)), _run("b", *cut)])
    found = _by_name(comparison)
    assert found["stopped"].difference == 0.5
    assert found["stopped_by_seconds"].run == pytest.approx(1 / 3, abs=1e-6)
    assert len(comparison.notes) == 1
    assert comparison.notes[0].startswith("b: Wall time ran out for 4 of 12 questions")
    _told_everywhere(comparison, comparison.notes[0])


def test_a_run_of_which_everything_failed_is_compared_by_what_it_has() -> None:
    ids = ["1", "2", "3"]
    good = _run("good", *map(answered, ids))
    broken = _run("broken", *(failed(id, seconds=0.0) for id in ids))
    for runs in ([good, broken], [broken, good], [broken, broken]):
        comparison = compared(runs)
        assert {"seconds", "policy_calls", "searches"}.isdisjoint(_by_name(comparison))
        plot = quality_against_cost(comparison)
        for name in (run.name for run in comparison.runs):
            assert name in _drawn(plot)
        assert "Exact match" in "\n".join(plain_lines(comparison))
        assert "| – | – |" in markdown(comparison)
        assert '<td class="number">–</td>' in html(comparison, plot)


def test_settings_are_compared_in_full_and_shown_in_short() -> None:
    ids = [f"question-{number}" for number in range(2_000)]
    configs = [CorpusConfig(name="c", lacking_gold=tuple(each)) for each in (ids, ids[:-1])]
    runs = [_run(str(number), answered("1"), corpus=each) for number, each in enumerate(configs)]
    (setting,) = compared(runs).settings
    assert setting.name == "corpus.lacking_gold"
    assert [value[:6] for value in setting.values if value] == ["2,000:", "1,999:"]
    assert all(len(value or "") < 500 for value in setting.values)
    longs = [_run(end, answered("1"), settings={"prompt": "word " * 900 + end}) for end in "ab"]
    assert [each.name for each in compared(longs).settings] == ["settings.prompt"]


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

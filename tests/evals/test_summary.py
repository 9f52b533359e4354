"""The figures of a run: over what they are averaged, how sure they are, how stable."""

import json
import random
import time

import numpy as np
import pytest
from eval_examples import abstained, answered, failed

from clew.evals.metrics import bootstrap
from clew.evals.predictions import Prediction
from clew.evals.scoring import scores
from clew.evals.summary import summarised
from clew.graphs.budget import ModelUsage, Usage


def _several() -> list[Prediction]:
    return [
        answered("a1", seconds=1.0),
        answered("a2", "Larvik", seconds=2.0, type="comparison", hops=4),
        abstained("b", seconds=3.0, type=None),
        failed("c", seconds=4.0, hops=None),
        answered("d", "Akaroa", seconds=10.0, type="comparison", hops=10),
    ]


def test_means_are_over_the_questions_to_which_a_metric_applies() -> None:
    found = summarised(_several())
    assert (found["n"], found["failed"]) == (5, 1)
    assert found["em"] == 0.4
    assert (found["em_answered"], found["of"]["em_answered"]) == (0.666667, 3)
    assert (found["citation_precision"], found["of"]["citation_precision"]) == (1.0, 3)
    assert found["recall@5"] == 0.8
    assert (found["seconds_mean"], found["seconds_p50"]) == (4.0, 2.5)
    assert found["seconds_p95"] == pytest.approx(np.quantile([1, 2, 3, 10], 0.95))
    assert "seconds" not in found
    for cost in ("policy_calls", "searches", "tokens", "seconds_mean", "seconds_p50"):
        assert found["of"][cost] == 4, cost
    assert found["policy_calls"] == 6.0
    assert "abstained_unanswerable" not in found


def test_no_score_is_forgotten() -> None:
    predictions = [*_several(), abstained("e", answers=())]
    found = summarised(predictions, closed_book={each.id: each for each in predictions})
    names = {name for each in predictions for name in scores(each, closed_book=each)}
    assert names - {"seconds"} <= found.keys()


def test_each_mean_has_an_interval_and_a_count() -> None:
    found = summarised(_several())
    means = found.keys() - {"n", "failed", "ci", "of", "by_type", "by_hops", "models"}
    assert found["ci"].keys() == found["of"].keys() == means
    for name in means:
        low, high = found["ci"][name]
        assert low <= found[name] <= high, name


def test_types_and_hops_are_summed_up_apart() -> None:
    found = summarised(_several())
    assert list(found["by_type"]) == ["comparison", "compositional", "(none)"]
    assert list(found["by_hops"]) == ["2", "4", "10", "(none)"]
    assert (found["by_type"]["comparison"]["n"], found["by_type"]["comparison"]["em"]) == (2, 0.5)
    assert found["by_type"]["compositional"]["failed"] == 1
    assert (found["by_hops"]["2"]["n"], found["by_hops"]["10"]["n"]) == (2, 1)
    assert found["by_type"]["(none)"]["abstained"] == 1.0
    assert found["by_hops"]["(none)"]["failed"] == 1
    for groups in (found["by_type"], found["by_hops"]):
        assert sum(group["n"] for group in groups.values()) == found["n"]
    shape = found.keys() - {"by_type", "by_hops"}
    for group in (*found["by_type"].values(), *found["by_hops"].values()):
        assert group.keys() <= shape


def test_where_no_question_has_a_type_there_are_no_groups() -> None:
    found = summarised([answered("a", type=None, hops=None), answered("b", type="", hops=None)])
    assert (found["by_type"], found["by_hops"]) == ({}, {})


def test_a_type_of_that_name_is_with_those_that_have_none() -> None:
    types = {"a": "(none)", "b": None, "c": "(aside)", "d": "comparison"}
    found = summarised([answered(id, type=each) for id, each in types.items()])
    counts = {name: group["n"] for name, group in found["by_type"].items()}
    assert list(counts.items()) == [("(aside)", 1), ("comparison", 1), ("(none)", 2)]


def test_where_all_failed_there_are_no_costs() -> None:
    found = summarised([failed("a", seconds=0.0), failed("b", seconds=0.0)])
    assert (found["n"], found["failed"], found["em"]) == (2, 2, 0.0)
    costs = {"seconds_mean", "seconds_p50", "seconds_p95", "policy_calls", "searches", "tokens"}
    for names in (found, found["ci"], found["of"]):
        assert costs.isdisjoint(names)
    json.dumps(found, allow_nan=False)


def test_questions_cut_short_are_counted_among_those_that_did_not_fail() -> None:
    limits = ["seconds", "searches", None]
    cut = [answered(f"q{number}", stopped_by=limit) for number, limit in enumerate(limits)]
    found = summarised([*cut, failed("f", stopped_by="seconds")])
    assert (found["stopped"], found["stopped_by_seconds"]) == (0.666667, 0.333333)
    assert found["of"]["stopped"] == found["of"]["stopped_by_seconds"] == 3


def _many(count: int) -> list[Prediction]:
    draw = random.Random(7)
    made = []
    for number in range(count):
        make = draw.choices((answered, abstained, failed), (8, 2, 1))[0]
        prediction = make(f"q{number:04}", seconds=draw.lognormvariate(0, 1))
        if make is answered and draw.random() < 0.4:
            prediction = prediction.model_copy(update={"prediction": "Akaroa in New Zealand"})
        made.append(prediction)
    return made


def test_intervals_are_those_of_the_bootstrap_of_means() -> None:
    predictions = _many(120)
    found = summarised(predictions, seed=3)
    for name in ("em", "f1", "abstained", "recall@5"):
        estimate = bootstrap([scores(each)[name] for each in predictions], seed=3)
        assert found[name] == pytest.approx(estimate.mean, abs=1e-6)
        assert found["ci"][name] == pytest.approx([estimate.low, estimate.high], abs=1e-6)


def test_intervals_of_quantiles_are_those_of_resampled_quantiles() -> None:
    predictions = _many(60)
    seconds = np.array([each.seconds for each in predictions if each.error is None])
    assert len(seconds) < 60, "some of them failed"
    random_ = np.random.default_rng(0)
    draws = (random_.integers(0, len(seconds), len(seconds)) for _ in range(2_000))
    medians = [np.median(seconds[draw]) for draw in draws]
    expected = np.quantile(medians, [0.025, 0.975])
    assert summarised(predictions)["ci"]["seconds_p50"] == pytest.approx(expected, abs=1e-6)


def test_a_metric_that_few_questions_have_is_bounded_by_what_they_score() -> None:
    found = summarised([*_many(40), abstained("z", answers=())])
    assert found["abstained_unanswerable"] == 1.0
    assert found["ci"]["abstained_unanswerable"] == [1.0, 1.0]
    assert found["of"]["abstained_unanswerable"] == 1


def test_the_same_questions_in_any_order_give_the_same_file() -> None:
    predictions = _many(30)
    shuffled = random.Random(1).sample(predictions, len(predictions))
    first, second = (json.dumps(summarised(each)) for each in (predictions, shuffled))
    assert first == second
    assert json.dumps(summarised(predictions, seed=1)) != first


def test_misled_is_over_the_questions_that_were_asked_closed_book() -> None:
    predictions = [answered("a"), answered("b", "Larvik"), answered("c", "Oslo")]
    found = summarised(predictions, closed_book={"a": answered("a"), "b": answered("b")})
    assert (found["misled"], found["of"]["misled"]) == (0.5, 2)


def test_nothing_cannot_be_summed_up() -> None:
    with pytest.raises(ValueError, match="no predictions"):
        summarised([])


@pytest.mark.slow
def test_two_thousand_questions_take_seconds_at_most() -> None:
    predictions = _many(2_000)
    started = time.process_time()
    summarised(predictions)
    # About a second; a loop over resamples in Python would take a hundred times as long.
    assert time.process_time() - started < 10


def test_language_models_are_summed_by_role_over_all_questions() -> None:
    def spent(role: str, **counts: int) -> Usage:
        return Usage(models=(ModelUsage(role=role, model="hosted_vllm/x", **counts),))

    found = summarised(
        [
            answered("b", usage=spent("searcher", calls=2, valid=1, fallbacks=1)),
            answered(
                "a", usage=spent("planner", calls=1, tokens_in=9) + spent("searcher", calls=3)
            ),
        ]
    )
    planner, searcher = found["models"]
    assert (planner["role"], planner["calls"], planner["tokens_in"]) == ("planner", 1, 9)
    assert (searcher["calls"], searcher["valid"], searcher["fallbacks"]) == (5, 1, 1)
    assert summarised([answered("a")])["models"] == []

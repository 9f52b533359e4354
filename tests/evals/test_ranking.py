import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.evals.metrics import recall_at
from clew.evals.ranking import ndcg_at

RANKINGS = st.lists(st.sampled_from([f"d{number}" for number in range(30)]), unique=True)
WORTHS = st.dictionaries(
    st.sampled_from([f"d{number}" for number in range(40)]), st.integers(0, 3), min_size=1
).filter(lambda worths: any(worths.values()))


@given(RANKINGS.filter(bool), WORTHS, st.sampled_from([1, 5, 10, 20]))
def test_ndcg_and_recall_are_trec_evals(ranked: list[str], worths: dict[str, int], k: int) -> None:
    run = {"q": {document: 100.0 - rank for rank, document in enumerate(ranked)}}
    measures = [ir_measures.nDCG @ k, ir_measures.R @ k]
    expected = ir_measures.pytrec_eval.calc_aggregate(measures, {"q": worths}, run)
    relevant = [document for document, worth in worths.items() if worth > 0]
    assert ndcg_at(k, ranked, worths) == pytest.approx(expected[measures[0]], abs=1e-9)
    assert recall_at(k, ranked, relevant) == pytest.approx(expected[measures[1]], abs=1e-9)


def test_hand_worked_values() -> None:
    assert ndcg_at(10, ["x", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)  # 1 / log2(3)
    assert ndcg_at(1, ["x", "a"], {"a": 1}) == 0
    assert ndcg_at(10, ["x", "x", "a"], {"a": 1}) == ndcg_at(10, ["x", "a"], {"a": 1})
    assert ndcg_at(10, ["b", "a"], {"a": 2, "b": 1}) == pytest.approx(0.8597, abs=1e-4)
    assert ndcg_at(10, ["b", "a"], {"a": 1, "b": -1}) == ndcg_at(10, ["x", "a"], {"a": 1})
    assert ndcg_at(10, [], {"a": 1}) == 0


@given(RANKINGS, WORTHS)
def test_the_ideal_ranking_is_worth_one(ranked: list[str], worths: dict[str, int]) -> None:
    ideal = sorted(worths, key=lambda document: -worths[document])
    assert ndcg_at(10, ideal, worths) == pytest.approx(1)
    assert 0 <= ndcg_at(10, ranked, worths) <= 1 + 1e-9


def test_without_anything_relevant_it_is_not_defined() -> None:
    with pytest.raises(ValueError, match="relevant"):
        ndcg_at(10, ["a"], {"a": 0, "b": -1})
    with pytest.raises(ValueError, match="relevant"):
        ndcg_at(10, ["a"], {})

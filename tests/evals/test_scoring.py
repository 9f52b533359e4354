"""The scores of single questions, worked out by hand."""

import unicodedata
from typing import Literal

import pytest
from eval_examples import abstained, answered, cited, failed
from support import POLAR, passage

from clew.evals.predictions import Prediction
from clew.evals.scoring import is_right, scores
from clew.graphs.answer import Citation
from clew.graphs.budget import Usage
from clew.tools.passages import Passage


def test_a_right_answer() -> None:
    found = scores(
        answered(usage=Usage(searches=2, policy_calls=6, tokens_in=70, tokens_out=5, cost=0.5))
    )
    assert found == {
        **dict.fromkeys(("em", "f1", "cover_em"), 1.0),
        **dict.fromkeys(("em_answered", "f1_answered", "cover_em_answered"), 1.0),
        "abstained": 0.0,
        "failed": 0.0,
        "stopped": 0.0,
        "stopped_by_seconds": 0.0,
        "recall@2": 1.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "quotes_verbatim": 1.0,
        "policy_calls": 6.0,
        "searches": 2.0,
        "tokens": 75.0,
        "cost": 0.5,
        "seconds": 1.0,
    }


def test_an_answer_with_more_words_is_covered_and_half_right() -> None:
    found = scores(answered(said="in Akaroa, of New Zealand", answers=("Akaroa",)))
    assert (found["em"], found["cover_em"]) == (0.0, 1.0)
    assert found["f1"] == pytest.approx(2 * (1 / 5) / (1 / 5 + 1))
    assert found["f1_answered"] == found["f1"]


def test_an_abstention_scores_nothing_and_cites_nothing() -> None:
    found = scores(abstained())
    assert (found["em"], found["f1"], found["cover_em"], found["abstained"]) == (0, 0, 0, 1)
    assert (found["recall@5"], found["citation_recall"]) == (1.0, 0.0)
    absent = {"em_answered", "citation_precision", "quotes_verbatim", "abstained_unanswerable"}
    assert absent.isdisjoint(found)


def test_a_failure_scores_nothing_whatever_it_left_behind() -> None:
    left = answered()
    found = scores(failed(prediction="Akaroa", evidence=left.evidence, citations=left.citations))
    for name in ("em", "f1", "cover_em", "abstained", "recall@2", "recall@10", "citation_recall"):
        assert found[name] == 0.0, name
    assert found["failed"] == 1.0
    assert {"em_answered", "citation_precision", "quotes_verbatim"}.isdisjoint(found)


def test_what_a_failure_cost_is_not_known() -> None:
    found = scores(failed(usage=Usage(searches=2, policy_calls=3), stopped_by="seconds"))
    costs = {"policy_calls", "searches", "tokens", "seconds", "stopped", "stopped_by_seconds"}
    assert costs.isdisjoint(found)
    assert costs <= scores(abstained()).keys()


@pytest.mark.parametrize(
    ("limit", "stopped", "by_seconds"),
    [(None, 0.0, 0.0), ("searches", 1.0, 0.0), ("seconds", 1.0, 1.0)],
)
def test_a_run_that_the_budget_ended_was_cut_short(
    limit: str | None, stopped: float, by_seconds: float
) -> None:
    for prediction in (answered(stopped_by=limit), abstained(stopped_by=limit)):
        found = scores(prediction)
        assert (found["stopped"], found["stopped_by_seconds"]) == (stopped, by_seconds)


@pytest.mark.parametrize(
    ("prediction", "right"),
    [
        (abstained(answers=()), 1.0),
        (answered(answers=()), 0.0),
        (failed(answers=()), 0.0),
        (failed(answers=(), abstained=True), 0.0),
    ],
)
def test_where_there_is_no_answer_abstaining_is_right(prediction: Prediction, right: float) -> None:
    found = scores(prediction)
    assert (found["em"], found["f1"], found["cover_em"]) == (right, right, right)
    assert found["abstained_unanswerable"] == found["abstained"] == right
    assert is_right(prediction) is bool(right)


@pytest.mark.parametrize("by", ["title", "id"])
def test_what_a_model_made_up_is_no_find(by: Literal["title", "id"]) -> None:
    made_up = POLAR[0].model_copy(update={"source": "simulated:0#1", "origin": "simulated"})
    gold = (("Endurance",), ("Frank Worsley",)) if by == "title" else (("1",), ("Frank Worsley",))
    ranked = (made_up, *POLAR[1:])
    found = scores(answered(evidence=ranked, gold=gold, gold_by=by, citations=()))
    assert (found["recall@2"], found["recall@10"], found["citation_recall"]) == (0.5, 0.5, 0.0)
    later = scores(answered(evidence=(made_up, made_up, POLAR[2], POLAR[1]), gold_by=by, gold=gold))
    assert (later["recall@2"], later["recall@5"]) == (0.0, 0.5), "it takes a place all the same"


def test_recall_goes_by_distinct_documents() -> None:
    gold = (("Endurance",), ("Colin Archer", "Larvik"))
    twice = (POLAR[0], POLAR[0].model_copy(update={"id": "x", "start": 40}), *POLAR[1:])
    found = scores(answered(evidence=twice, gold=gold))
    assert (found["recall@2"], found["recall@5"]) == (0.5, 1.0)
    assert "recall@2" not in scores(answered(gold=()))
    assert "citation_recall" not in scores(answered(gold=()))


@pytest.mark.parametrize(("form", "other_form"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_titles_are_compared_by_their_characters_and_words(
    form: Literal["NFC", "NFD"], other_form: Literal["NFC", "NFD"]
) -> None:
    found = passage(unicodedata.normalize(form, "Frédéric  Chopin "), "He was born in 1810.")
    wanted = unicodedata.normalize(other_form, "Frédéric Chopin")
    assert scores(answered(evidence=(found,), gold=((wanted,),)))["recall@2"] == 1.0
    other = scores(answered(evidence=(found,), gold=((wanted.lower(),),)))
    assert other["recall@2"] == 0.0


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("/data/corpus.jsonl#17", "17"),
        ("C:\\#1\\corpus.JSONL#doc_51#2_16", "doc_51#2_16"),
        ("paragraphs#a1", "a1"),
        ("https://example.org/page#part", "https://example.org/page#part"),
        ("notes.txt", "notes.txt"),
    ],
)
def test_documents_are_told_by_the_end_of_their_source(source: str, key: str) -> None:
    found = Passage(id="p", source=source, title="T", text="text")
    for wanted, recall in ((key, 1.0), ("other", 0.0)):
        prediction = answered(evidence=(found,), gold=((wanted,),), gold_by="id")
        assert scores(prediction)["recall@2"] == recall


def test_citations_are_counted_by_document() -> None:
    citations = (
        cited(1, POLAR[0], "Endurance was a ship."),
        cited(1, POLAR[0], "Her captain was Frank Worsley."),
        cited(2, POLAR[2], "Fram was designed"),
    )
    found = scores(answered(citations=citations))
    assert (found["citation_precision"], found["citation_recall"]) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("quote", "start", "verbatim"),
    [
        ("Endurance", 0, True),
        ("a ship", 14, True),
        ("a ship", 13, False),
        ("a Ship", 14, False),
        ("Worsley.", -8, False),
        ("", 0, False),
    ],
)
def test_quotes_stand_where_they_are_said_to(quote: str, start: int, verbatim: bool) -> None:
    right = cited(1, POLAR[1], "born in Akaroa")
    citations = (right, Citation(number=2, passage=POLAR[0], quote=quote, start=start))
    assert scores(answered(citations=citations))["quotes_verbatim"] == (1.0 if verbatim else 0.5)


@pytest.mark.parametrize(
    ("without", "with_retrieval", "misled"),
    [
        (answered(), answered(said="Larvik"), 1.0),
        (answered(), abstained(), 1.0),
        (answered(), failed(), 1.0),
        (answered(), answered(), 0.0),
        (answered(said="Larvik"), answered(said="Oslo"), 0.0),
        (abstained(), answered(), 0.0),
    ],
)
def test_misled_is_right_without_retrieval_and_wrong_with_it(
    without: Prediction, with_retrieval: Prediction, misled: float
) -> None:
    assert scores(with_retrieval, closed_book=without)["misled"] == misled
    assert "misled" not in scores(with_retrieval)

"""The scores of one question: every measure that applies to it."""

from collections.abc import Iterable

from ..tools.passages import Passage
from .gold import document_key, title_key
from .metrics import cover_em, exact_match, f1, recall_at
from .predictions import Prediction

RECALL_DEPTHS = (2, 5, 10)


def scores(prediction: Prediction, *, closed_book: Prediction | None = None) -> dict[str, float]:
    """Return the scores of a question by metric; a metric that does not apply is absent.

    Answers are compared as SQuAD does (Rajpurkar et al., 2016 and 2018): where there is no
    answer, abstaining scores 1 and anything else 0. A question that failed scores 0; what it
    cost is not known, for whatever worked on it may have died with the count.

    Args:
        prediction: What came of the question, with its gold.
        closed_book: What came of the same question without retrieval; with it, ``misled`` tells
            whether retrieval turned a right answer into a wrong one.
    """
    answers = _answer_scores(prediction)
    found = {
        **answers,
        **_abstaining(prediction),
        **_retrieval(prediction),
        **_citing(prediction),
        **_spending(prediction),
        "failed": float(prediction.error is not None),
    }
    if prediction.answered:
        found |= {f"{name}_answered": score for name, score in answers.items()}
    if closed_book is not None:
        knew = is_right(closed_book)
        found["misled"] = float(knew and not is_right(prediction))
    return found


def is_right(prediction: Prediction) -> bool:
    """Whether the answer matches a gold one exactly, or rightly there is none."""
    return _answer_scores(prediction)["em"] == 1.0


def _answer_scores(prediction: Prediction) -> dict[str, float]:
    if not prediction.answers:
        right = float(prediction.abstained and prediction.error is None)
        return dict.fromkeys(("em", "f1", "cover_em"), right)
    said = prediction.prediction if prediction.answered else None
    return {
        "em": exact_match(said, prediction.answers),
        "f1": f1(said, prediction.answers),
        "cover_em": cover_em(said, prediction.answers),
    }


def _abstaining(prediction: Prediction) -> dict[str, float]:
    abstained = float(prediction.abstained and prediction.error is None)
    if prediction.answers:
        return {"abstained": abstained}
    return {"abstained": abstained, "abstained_unanswerable": abstained}


def _retrieval(prediction: Prediction) -> dict[str, float]:
    gold = _gold(prediction)
    if not gold:
        return {}
    ranked = _keys(prediction, () if prediction.error else prediction.evidence)
    return {f"recall@{depth}": recall_at(depth, ranked, gold) for depth in RECALL_DEPTHS}


def _citing(prediction: Prediction) -> dict[str, float]:
    found = {}
    citations = () if prediction.error else prediction.citations
    if citations:
        verbatim = [
            bool(each.quote)
            and each.start >= 0
            and each.passage.text[each.start : each.start + len(each.quote)] == each.quote
            for each in citations
        ]
        found["quotes_verbatim"] = sum(verbatim) / len(verbatim)
    if gold := _gold(prediction):
        cited = set(_keys(prediction, (citation.passage for citation in citations)))
        found["citation_recall"] = sum(not cited.isdisjoint(item) for item in gold) / len(gold)
        if cited:
            any_gold = set().union(*gold)
            found["citation_precision"] = len(cited & any_gold) / len(cited)
    return found


def _spending(prediction: Prediction) -> dict[str, float]:
    if prediction.error is not None:
        return {}
    usage = prediction.usage
    return {
        "stopped": float(prediction.stopped_by is not None),
        "stopped_by_seconds": float(prediction.stopped_by == "seconds"),
        "policy_calls": float(usage.policy_calls),
        "searches": float(usage.searches),
        "tokens": float(usage.tokens_in + usage.tokens_out),
        "cost": usage.cost,
        "seconds": prediction.seconds,
    }


def _gold(prediction: Prediction) -> list[set[str]]:
    """Return for each gold passage the keys of which any will do."""
    spelled = title_key if prediction.gold_by == "title" else str
    return [{spelled(key) for key in item} for item in prediction.gold]


def _keys(prediction: Prediction, passages: Iterable[Passage]) -> list[str]:
    # A title that a model made up is no find, but it takes the place of one.
    return [
        passage.source
        if passage.origin == "simulated"
        else document_key(prediction.gold_by, source=passage.source, title=passage.title)
        for passage in passages
    ]

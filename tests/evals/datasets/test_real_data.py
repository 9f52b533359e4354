"""The development data, all of which must load."""

from pathlib import Path

import pytest

from clew.evals.datasets import load_questions, paragraph_documents

DATA = Path(__file__).resolve().parents[3] / "../shared/data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the development data does not lie beside the project"
)


@pytest.mark.parametrize(
    ("path", "format", "count", "type", "hops", "paragraphs"),
    [
        ("multihop/2wiki/questions.jsonl", "plain", 485, "bridge_comparison", 4, 0),
        ("multihop/hotpotqa/questions.jsonl", "plain", 788, "bridge", 2, 0),
        ("multihop/musique/questions.jsonl", "plain", 636, "2hop", 2, 0),
        ("questions/bamboogle.jsonl", "plain", 125, None, None, 0),
        ("train/hotpotqa_paragraphs.jsonl", "hotpotqa", 1018, "comparison", 2, 10),
        ("train/2wiki_paragraphs.jsonl", "2wikimultihopqa", 1103, "compositional", 2, 10),
        ("train/musique_paragraphs.jsonl", "musique", 151, "2hop", 2, 20),
        ("train/fact_verification.jsonl", "fever", 13332, "supports", None, 2),
    ],
)
def test_a_file_loads(
    path: str, format: str, count: int, type: str | None, hops: int | None, paragraphs: int
) -> None:
    loaded = load_questions(str(DATA / path))
    first = loaded.questions[0]
    assert (loaded.format, len(loaded.questions), loaded.skipped) == (format, count, ())
    assert (first.type, first.hops, len(first.paragraphs)) == (type, hops, paragraphs)


def test_paragraphs_hold_their_gold() -> None:
    """Save in HotpotQA, part of whose paragraphs come from a retriever."""
    for path in ("train/2wiki_paragraphs.jsonl", "train/musique_paragraphs.jsonl"):
        for question in load_questions(str(DATA / path)).questions:
            keys = {getattr(each, question.gold_by) for each in question.paragraphs}
            assert question.gold and all(keys & set(item) for item in question.gold)


def test_equal_paragraphs_are_one_document() -> None:
    questions = load_questions(str(DATA / "train/hotpotqa_paragraphs.jsonl")).questions
    pooled = list(paragraph_documents(questions))
    assert len(pooled) < sum(len(question.paragraphs) for question in questions)
    assert len({(each.title, each.text) for each in pooled}) == len(pooled)
    assert not any("  " in each.text or ".The " in each.text for each in pooled[:20])

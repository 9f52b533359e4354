"""What the reader learns from, read out of question sets in their published shapes."""

from pathlib import Path

import pytest
from reading_data import PLACES, write_reading_data

from clew.agent.policies.embedded.windows import Place
from clew.agent.training.overlaps import Overlaps, development_questions
from clew.agent.training.reading_examples import (
    as_question,
    claim_as_question,
    claim_questions,
    multihop_questions,
    musique_questions,
    occurrences,
    reading_questions,
    triple_questions,
    unspaced,
)
from clew.errors import TrainingDataError

NONE = Overlaps([])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reading_data(tmp_path_factory.mktemp("data"))


def test_answers_are_found_as_whole_words_in_texts_and_titles() -> None:
    passages = [("The Art", "Art is in art, not in party."), ("Else", "ART")]
    assert occurrences("art", passages) == (
        Place(0, True, 4, 7),
        Place(0, False, 0, 3),
        Place(0, False, 10, 13),
        Place(1, False, 0, 3),
    )
    assert occurrences("  ", passages) == ()
    assert occurrences("U.S.", [("", "the U.S. army")]) == (Place(0, False, 4, 8),)


def test_reading_takes_neighbours_that_do_not_answer(folder: Path) -> None:
    found = reading_questions(folder / "train", NONE, {"squad": True, "squad2-dev-half": True})
    assert {each.kind for each in found} == {"span", "none"}
    for each in found:
        assert each.others
        assert not any(each.answer and each.answer in text for _, text in each.others)
        if each.kind == "span":
            text = each.gold[0][1]
            assert text[each.at :].startswith(each.answer)


def test_questions_that_resemble_development_questions_are_left_out(folder: Path) -> None:
    skip = development_questions(folder)
    found = reading_questions(folder / "train", skip, {"squad": True})
    assert {each.text for each in found} == {
        f"Who built the mill of {place}?" for place in PLACES if place != "Holt"
    }


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("who built the MILL of Holt", True),
        ("Who built the old mill of Holt?", True),  # five of six words
        ("Who built the mill of Avel?", False),
        ("", False),
    ],
)
def test_overlaps_are_by_shared_words(question: str, near: bool) -> None:
    assert Overlaps(["Who built the mill of Holt?", ""]).has(question) is near


def test_hops_keep_gold_passages_together(folder: Path) -> None:
    found = multihop_questions(folder / "train" / "hotpotqa_paragraphs.jsonl", NONE)
    assert len(found) == len(PLACES)
    first = found[0]
    assert [title for title, _ in first.gold] == ["Avel Bridge", "Anna Avel"]
    assert first.gold[0][1] == "Avel Bridge was drawn by Anna Avel. It is long."
    assert [each.kind for each in found].count("yes") == 1


def test_facts_become_questions_about_their_subject(folder: Path) -> None:
    found = triple_questions(folder / "train" / "2wiki_paragraphs.jsonl", NONE)
    assert found[0].text == "What is the architect of Avel Bridge?"
    assert [title for title, _ in found[0].gold] == ["Avel Bridge"]


def test_musique_fills_answers_in(folder: Path) -> None:
    whole, parts = musique_questions(folder / "train" / "musique_paragraphs.jsonl", NONE)
    assert len(whole) == len(PLACES)
    assert [each.text for each in parts[:2]] == [
        "What is the founded by of Avel Works?",
        "Where does Ole Avel live?",
    ]
    assert parts[1].gold == (("Ole Avel", "Ole Avel lives in New Avel."),)


def test_claims_become_questions_for_yes_or_no(folder: Path) -> None:
    found = claim_questions(folder / "train" / "fact_verification.jsonl")
    assert (found[0].text, found[0].kind) == ("Is Avel a town?", "yes")
    assert found[0].gold == (("", "Avel (1900) is a town in the north."),)
    assert found[1].kind == "no"


@pytest.mark.parametrize(
    ("claim", "question"),
    [
        ("Aruba is the only ABC Island.", "Is Aruba the only ABC Island?"),
        ("Every bird sings.", "Is it true that Every bird sings?"),
    ],
)
def test_wording_of_claims(claim: str, question: str) -> None:
    assert claim_as_question(claim) == question


def test_small_wordings() -> None:
    assert as_question("Green >> performer") == "What is the performer of Green?"
    assert as_question(" Who is he? ") == "Who is he?"
    assert unspaced("Kylie 's `` 2 Hearts '' -LRB- song -RRB- .") == 'Kylie\'s " 2 Hearts " (song).'


@pytest.mark.parametrize("content", [b"{broken", b"[1]\n", b"\xff\xfe"])
def test_unusable_data_is_told_with_its_place(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "reading.jsonl").write_bytes(content)
    with pytest.raises(TrainingDataError, match=r"reading\.jsonl"):
        reading_questions(tmp_path, NONE, {"squad": True})


def test_missing_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="cannot be read"):
        claim_questions(tmp_path / "fact_verification.jsonl")

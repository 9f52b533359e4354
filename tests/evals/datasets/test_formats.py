"""Each format in the shapes in which it is published."""

import json
from pathlib import Path
from typing import Any

import pytest

from clew.evals.datasets import load_questions
from clew.evals.datasets.fever import asked, unescaped
from clew.evals.datasets.fields import BadRecord
from clew.evals.datasets.registry import FORMATS
from clew.evals.questions import EvalQuestion

HOTPOT: dict[str, Any] = {
    "_id": "5a8b57f25542995d1e6f1371",
    "question": "Were the builder of the Fram and her designer born in one town?",
    "answer": "yes",
    "type": "comparison",
    "level": "hard",
    "supporting_facts": [["Fram", 0], ["Colin Archer", 0], ["Fram", 1]],
    "context": [
        ["Fram", ["Fram is a ship.", " She was built in Larvik."]],
        ["Empty", []],
        ["Colin Archer", ["Colin Archer was born in Larvik."]],
    ],
}
TWO_WIKI: dict[str, Any] = {
    "_id": "8813f87c0bdd11eba7f7acde48001122",
    "type": "bridge_comparison",
    "question": "Which film has the older director, Vortex or Tide?",
    "context": [
        ["Vortex (film)", ["Vortex is a film by Ada Lind.", "It is long."]],
        ["Tide (film)", ["Tide is a film by Bo Ek."]],
        ["Ada Lind", ["Ada Lind was born in 1950."]],
        ["Bo Ek", ["Bo Ek was born in 1960."]],
    ],
    "supporting_facts": [["Vortex (film)", 0], ["Tide (film)", 0], ["Ada Lind", 0], ["Bo Ek", 0]],
    "evidences": [["Vortex", "director", "Ada Lind"], ["Tide", "director", "Bo Ek"]],
    "answer": "Vortex",
}
MUSIQUE: dict[str, Any] = {
    "id": "3hop1__1_2_3",
    "paragraphs": [
        {"idx": 0, "title": "Fram", "paragraph_text": "A town.", "is_supporting": False},
        {"idx": 1, "title": "Fram", "paragraph_text": "A ship.", "is_supporting": True},
        {"idx": 2, "title": "Larvik", "paragraph_text": "A port.", "is_supporting": True},
    ],
    "question": "On which coast is the port where the Fram was built?",
    "question_decomposition": [
        {"id": 1, "question": "Fram >> built in", "answer": "Larvik", "paragraph_support_idx": 1},
        {"id": 2, "question": "#1 >> coast", "answer": "Skagerrak", "paragraph_support_idx": 2},
    ],
    "answer": "Skagerrak",
    "answer_aliases": ["the Skagerrak", "Skagerrak"],
    "answerable": True,
}
STRATEGY: dict[str, Any] = {
    "qid": "4fd64bb6ce5b78ab20b6",
    "term": "Mixed martial arts",
    "description": "full contact combat sport",
    "question": "Is mixed martial arts wholly from Rome?",
    "answer": False,
    "facts": ["It is a hybrid of many styles."],
    "decomposition": ["Where is it from?", "Is #1 only Rome?"],
    "evidence": [[[["Mixed martial arts-2"]], ["operation"]]],
}
FEVER: dict[str, Any] = {
    "id": 75397,
    "verifiable": "VERIFIABLE",
    "label": "SUPPORTS",
    "claim": "Nikolaj Coster-Waldau worked with the Fox Broadcasting Company.",
    "evidence": [
        [[92206, 104971, "Nikolaj_Coster-Waldau", 7], [92206, 104971, "Fox_-LRB-network-RRB-", 0]],
        [[92207, 104972, "New_Amsterdam_-LRB-series-RRB-", 2]],
        [[92208, 104973, "Fox-COLON-_A_History", 2], [92208, 104973, "Fox-COLON-_A_History", 3]],
    ],
}
FLASHRAG: dict[str, Any] = {
    "id": "dev_0",
    "question": "Where was the Fram built?",
    "golden_answers": ["Larvik", "in Larvik"],
    "metadata": {
        "type": "bridge",
        "level": "easy",
        "supporting_facts": {"title": ["Fram", "Larvik"], "sent_id": [0, 2]},
    },
}
PLAIN: dict[str, Any] = {
    "id": "bridge-01",
    "question": "Where was the captain of the Endurance born?",
    "answers": ["Akaroa"],
    "type": "bridge",
    "hops": 3,
    "gold_titles": ["Endurance", ["Frank Worsley", "Worsley"], "Endurance"],
}


def read(name: str, record: dict[str, Any], number: int = 1) -> EvalQuestion:
    return FORMATS[name].read(record, number)


def test_hotpotqa_as_released() -> None:
    question = read("hotpotqa", HOTPOT)
    assert (question.id, question.answers, question.type) == (HOTPOT["_id"], ("yes",), "comparison")
    assert question.gold == (("Fram",), ("Colin Archer",))
    assert (question.gold_by, question.hops) == ("title", 2)
    assert [(each.title, each.text) for each in question.paragraphs] == [
        ("Fram", "Fram is a ship. She was built in Larvik."),
        ("Colin Archer", "Colin Archer was born in Larvik."),
    ]
    assert all(len(each.id) == 16 and int(each.id, 16) for each in question.paragraphs)


def test_hotpotqa_in_columns_is_the_same_question() -> None:
    columns = HOTPOT | {
        "supporting_facts": {
            "title": [title for title, _ in HOTPOT["supporting_facts"]],
            "sent_id": [number for _, number in HOTPOT["supporting_facts"]],
        },
        "context": {
            "title": [title for title, _ in HOTPOT["context"]],
            "sentences": [sentences for _, sentences in HOTPOT["context"]],
        },
    }
    columns["id"] = columns.pop("_id")
    assert read("hotpotqa", columns) == read("hotpotqa", HOTPOT)


def test_2wikimultihopqa_joins_sentences_that_carry_no_spaces() -> None:
    question = read("2wikimultihopqa", TWO_WIKI | {"aliases": ["Vortex (film)"]})
    assert question.paragraphs[0].text == "Vortex is a film by Ada Lind. It is long."
    assert question.answers == ("Vortex", "Vortex (film)")
    assert question.hops == len(question.gold) == 4


def test_musique_gold_is_told_by_paragraph_for_titles_repeat() -> None:
    question = read("musique", MUSIQUE)
    by_id = {each.id: each for each in question.paragraphs}
    assert question.gold_by == "id" and len(by_id) == 3
    assert [by_id[key].text for (key,) in question.gold] == ["A ship.", "A port."]
    assert question.answers == ("Skagerrak", "the Skagerrak")
    assert question.type == "3hop1"
    assert question.hops == 2, "the decomposition goes before the id"


def test_hops_come_from_the_id_where_there_is_no_decomposition() -> None:
    assert read("musique", MUSIQUE | {"question_decomposition": None}).hops == 3
    assert read("musique", MUSIQUE | {"question_decomposition": None, "id": "x"}).hops == 2


def test_musique_full_asks_a_question_twice_under_one_id(tmp_path: Path) -> None:
    file = tmp_path / "musique_full.jsonl"
    unanswerable = MUSIQUE | {"answerable": False, "paragraphs": MUSIQUE["paragraphs"][:2]}
    file.write_text(f"{json.dumps(MUSIQUE)}\n{json.dumps(unanswerable)}\n")
    first, second = load_questions(str(file)).questions
    assert first.answerable and not second.answerable
    assert not second.answers and not second.gold
    assert second.id == f"{first.id}__unanswerable"


def test_bamboogle_as_csv(tmp_path: Path) -> None:
    file = tmp_path / "Bamboogle.csv"
    file.write_bytes(
        b'\xef\xbb\xbfQuestion,Answer\r\n"Who, of the two,\nwas first?",Ada Lind\r\nWhen?,1999\r\n'
    )
    loaded = load_questions(str(file))
    assert loaded.format == "bamboogle"
    assert [(each.id, each.question, each.answers) for each in loaded.questions] == [
        ("bamboogle_1", "Who, of the two,\nwas first?", ("Ada Lind",)),
        ("bamboogle_2", "When?", ("1999",)),
    ]


def test_strategyqa_answers_are_yes_and_no() -> None:
    question = read("strategyqa", STRATEGY)
    assert (question.answers, question.type, question.hops) == (("no",), "yes_no", 2)
    assert not question.gold and not question.paragraphs
    assert read("strategyqa", STRATEGY | {"answer": True}).answers == ("yes",)


@pytest.mark.parametrize(
    ("label", "answers", "answerable"),
    [("SUPPORTS", ("yes",), True), ("REFUTES", ("no",), True), ("NOT ENOUGH INFO", (), False)],
)
def test_fever_labels(label: str, answers: tuple[str, ...], answerable: bool) -> None:
    question = read("fever", FEVER | {"label": label})
    assert (question.answers, question.answerable) == (answers, answerable)
    assert question.type == label.lower()
    assert question.id == "75397"


def test_fever_takes_any_page_that_is_enough_alone() -> None:
    question = read("fever", FEVER)
    assert question.gold == (("New Amsterdam (series)", "Fox: A History"),)
    assert question.hops == 1


def test_fever_takes_the_smallest_set_where_no_page_is_enough() -> None:
    pair, triple = FEVER["evidence"][0], [*FEVER["evidence"][0], [1, 2, "Denmark", 0]]
    question = read("fever", FEVER | {"evidence": [triple, pair]})
    assert question.gold == (("Nikolaj Coster-Waldau",), ("Fox (network)",))
    assert question.hops == 2


def test_fever_without_evidence_pages() -> None:
    nothing = FEVER | {"label": "NOT ENOUGH INFO", "evidence": [[[1, None, None, None]]]}
    assert read("fever", nothing).gold == ()


def test_fever_with_the_text_of_its_evidence() -> None:
    evidence = [["Fram_-LRB-ship-RRB-", "0", "The Fram is a ship ."], ["Larvik", "3", "A port ."]]
    question = read("fever", FEVER | {"evidence": evidence})
    assert question.gold == (("Fram (ship)",), ("Larvik",))
    assert [each.text for each in question.paragraphs] == ["The Fram is a ship .", "A port ."]


def test_claims_with_evidence_texts_are_numbered() -> None:
    record = {"claim": "2 Hearts is a song.", "label": "REFUTES", "evidence": ["A song ."]}
    question = read("fever", record, number=7)
    assert (question.id, question.question) == ("fever_7", "Is it true that 2 Hearts is a song?")
    assert question.gold == () and question.hops is None
    assert [each.text for each in question.paragraphs] == ["A song ."]


def test_a_claim_is_asked_in_its_own_words() -> None:
    assert asked("She said: J. R. R. ") == "Is it true that She said: J. R. R?"
    assert asked("Is it?  ") == "Is it true that Is it??"


def test_titles_of_fever_pages() -> None:
    assert unescaped("A-COLON-_B_-LSB-c-RSB-_-LCB-d-RCB-_-LRB-e-RRB-") == "A: B [c] {d} (e)"


def test_flashrag() -> None:
    question = read("flashrag", FLASHRAG)
    assert question.answers == ("Larvik", "in Larvik")
    assert (question.type, question.hops) == ("bridge", 2)
    assert question.gold == (("Fram",), ("Larvik",))
    assert (
        read("flashrag", {key: FLASHRAG[key] for key in FLASHRAG if key != "metadata"}).hops is None
    )


def test_plain() -> None:
    question = read("plain", PLAIN)
    assert question.gold == (("Endurance",), ("Frank Worsley", "Worsley"))
    assert question.hops == 3
    by_id = read("plain", PLAIN | {"gold_ids": [12, "x"], "hops": None})
    assert (by_id.gold, by_id.gold_by, by_id.hops) == ((("12",), ("x",)), "id", 2)
    steps = PLAIN | {"decomposition": [{"question": "a"}] * 4, "hops": None}
    assert read("plain", steps).hops == 4
    assert read("plain", {"id": 1, "question": "Who?", "answers": ["I"]}).hops is None


def test_plain_without_answers_must_say_that_there_are_none() -> None:
    for told in ({"answerable": False}, {"type": "unanswerable"}):
        question = read("plain", PLAIN | {"answers": []} | told)
        assert not question.answerable and question.answers == ()
    with pytest.raises(BadRecord, match="answerable: false"):
        read("plain", PLAIN | {"answers": []})
    with pytest.raises(BadRecord, match="said to be unanswerable"):
        read("plain", PLAIN | {"answerable": False})


@pytest.mark.parametrize(
    ("name", "record", "change", "reason"),
    [
        ("plain", PLAIN, {"question": " "}, "no question"),
        ("plain", PLAIN, {"question": 3}, "its question is no text but a number"),
        ("plain", PLAIN, {"answers": "Akaroa"}, "its answers is no list but a text"),
        ("plain", PLAIN, {"answers": [None]}, "its answers hold no text but nothing"),
        ("plain", PLAIN, {"answers": [" "]}, "its answers hold a blank text"),
        ("plain", PLAIN, {"id": None}, "no id"),
        ("plain", PLAIN, {"id": " "}, "no id"),
        ("plain", PLAIN, {"id": True}, "its id is no text or whole number but true or false"),
        ("plain", PLAIN, {"hops": 0}, "its hops are no whole number above zero"),
        ("plain", PLAIN, {"hops": "2"}, "its hops are no whole number above zero"),
        ("plain", PLAIN, {"gold_ids": [[]]}, "its gold_ids hold an empty list"),
        ("plain", PLAIN, {"gold_titles": [""]}, "no gold_titles"),
        ("plain", PLAIN, {"answerable": "no"}, "its answerable is neither true nor false"),
        ("hotpotqa", HOTPOT, {"answer": None}, "no answer"),
        ("hotpotqa", HOTPOT, {"context": None}, "no context"),
        ("hotpotqa", HOTPOT, {"context": [["Fram", "A ship."]]}, "no list of sentences"),
        ("hotpotqa", HOTPOT, {"context": [["Fram"]]}, "its context hold a list where title and"),
        ("hotpotqa", HOTPOT, {"supporting_facts": [{"title": "Fram"}]}, "lack sent_id"),
        (
            "hotpotqa",
            HOTPOT,
            {"supporting_facts": {"title": ["Fram"], "sent_id": []}},
            "the columns of its supporting_facts differ in length",
        ),
        ("musique", MUSIQUE, {"answerable": 1}, "its answerable is neither true nor false"),
        (
            "musique",
            MUSIQUE,
            {"paragraphs": [{"title": "x"}]},
            "its paragraphs lack paragraph_text",
        ),
        (
            "musique",
            MUSIQUE,
            {"paragraphs": [{"title": "x", "paragraph_text": "y", "is_supporting": None}]},
            "does not say whether it is supporting",
        ),
        ("strategyqa", STRATEGY, {"answer": None}, "released without"),
        ("strategyqa", STRATEGY, {"answer": "yes"}, "its answer is neither true nor false"),
        ("fever", FEVER, {"label": "MAYBE"}, "its label is none of SUPPORTS, REFUTES"),
        ("fever", FEVER, {"evidence": [["Fram", 0]]}, "page, sentence number and text"),
        ("fever", FEVER, {"evidence": [[[1, 2]]]}, "its evidence lacks pages"),
        ("fever", FEVER, {"evidence": [{}]}, "written in no known way"),
        ("flashrag", FLASHRAG, {"golden_answers": []}, "no golden_answers"),
        ("flashrag", FLASHRAG, {"metadata": "x"}, "its metadata is no object"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(
    name: str, record: dict[str, Any], change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BadRecord, match=reason):
        read(name, record | change)


RELEASED = {
    "plain": PLAIN,
    "hotpotqa": HOTPOT,
    "2wikimultihopqa": TWO_WIKI,
    "musique": MUSIQUE,
    "bamboogle": {"Question": "When?", "Answer": "1999"},
    "strategyqa": STRATEGY,
    "fever": FEVER,
    "flashrag": FLASHRAG,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("array", [False, True])
def test_each_format_is_recognised(name: str, array: bool, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps([RELEASED[name]] if array else RELEASED[name]))
    loaded = load_questions(str(file))
    assert loaded.format == name
    assert loaded == load_questions(str(file), format=name)

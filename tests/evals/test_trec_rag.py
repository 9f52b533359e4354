"""Answers as TREC's RAG track takes them, and what its check would find wrong with others."""

import json
from typing import Any

import pytest
from eval_examples import abstained, answered
from hypothesis import given
from hypothesis import strategies as st
from support import POLAR

from clew.evals.trec_rag import trec_answer
from clew.evals.trec_rag_check import problems, problems_of_run
from clew.graphs.answer import AnswerSentence, Citation
from clew.tools.passages import Passage


def _line(**changes: Any) -> str:
    """A line in the format of 2024, with some fields changed; None takes one out."""
    plain: dict[str, Any] = {
        "run_id": "clew-1",
        "topic_id": "2024-1",
        "topic": "where was the captain of the endurance born",
        "references": ["msmarco_v2.1_doc_51_76#2_16", "msmarco_v2.1_doc_37_46#10_98"],
        "response_length": 5,
        "answer": [
            {"text": "In Akaroa.", "citations": [1, 0]},
            {"text": "That is settled.", "citations": []},
        ],
    }
    changed = {key: value for key, value in (plain | changes).items() if value is not None}
    return json.dumps(changed)


def _line_of_2025(**changes: Any) -> str:
    metadata = {
        "team_id": "clew",
        "run_id": "clew-1",
        "type": "automatic",
        "narrative_id": 14,
        "narrative": "I'm trying to understand where captains come from.",
    }
    return json.dumps(
        {
            "metadata": metadata,
            "references": ["msmarco_v2.1_doc_51_76#2_16"],
            "answer": [{"text": "From Akaroa.", "citations": [0]}],
        }
        | changes
    )


def test_an_answer_becomes_sentences_that_cite_references_by_position() -> None:
    assert trec_answer(answered("7"), run_id="clew-1") == {
        "run_id": "clew-1",
        "topic_id": "7",
        "topic": "Where was the captain of the Endurance born (7)?",
        "references": ["Endurance", "Frank Worsley"],
        "response_length": 10,
        "answer": [
            {"text": "Her captain was Frank Worsley.", "citations": [0]},
            {"text": "He was born in Akaroa.", "citations": [1]},
        ],
    }


def test_the_format_of_2025_names_team_and_narrative() -> None:
    found = trec_answer(answered("7"), run_id="clew-1", year=2025, team_id="clew")
    assert found["metadata"] == {
        "team_id": "clew",
        "run_id": "clew-1",
        "type": "automatic",
        "narrative_id": "7",
        "narrative": "Where was the captain of the Endurance born (7)?",
    }
    assert found.keys() == {"metadata", "references", "answer"}
    assert problems(json.dumps(found)) == []


def test_an_abstention_is_its_sentences_without_citations() -> None:
    citation = Citation(number=1, passage=POLAR[0], quote="Endurance", start=0)
    sentence = AnswerSentence(text="The passages do not say.", citations=(1,))
    found = trec_answer(abstained(citations=(citation,), sentences=(sentence,)), run_id="r")
    assert found["references"] == []
    assert found["answer"] == [{"text": "The passages do not say.", "citations": []}]
    assert problems(json.dumps(found)) == []


def _passage(source: str, number: int) -> Citation:
    found = Passage(id=f"p{number}", source=source, title="T", text="text")
    return Citation(number=number, passage=found, quote="text", start=0)


def test_passages_of_one_segment_are_one_reference() -> None:
    segment = "/data/corpus.jsonl#msmarco_v2.1_doc_51_76#2_16"
    citations = tuple(_passage(segment, number) for number in (1, 2))
    sentences = (AnswerSentence(text="One.", citations=(2, 1)),)
    found = trec_answer(answered(citations=citations, sentences=sentences), run_id="r")
    assert found["references"] == ["msmarco_v2.1_doc_51_76#2_16"]
    assert found["answer"] == [{"text": "One.", "citations": [0]}]


def test_sentences_on_disagreement_cite_both_sides() -> None:
    citations = tuple(_passage(f"c.jsonl#{number}", number) for number in (1, 2))
    sentences = (
        AnswerSentence(text="Born in 1872.", citations=(1,), support=0.4, weak=True),
        AnswerSentence(text="Sources disagree on “When?”: one says 1872.", citations=(1,)),
        AnswerSentence(text="Another says 1873.", citations=(2,)),
    )
    found = trec_answer(answered(citations=citations, sentences=sentences), run_id="r")
    assert [each["citations"] for each in found["answer"]] == [[0], [0], [1]]
    assert problems(json.dumps(found)) == []


@pytest.mark.parametrize(("year", "most"), [(2024, 20), (2025, 100)])
def test_what_goes_beyond_the_limits_is_cut_from_the_end(year: int, most: int) -> None:
    citations = tuple(_passage(f"c.jsonl#{number}", number) for number in range(1, 121))
    short = [AnswerSentence(text="two words ", citations=(each.number,)) for each in citations]
    sentences = (*short, AnswerSentence(text="word " * 161), AnswerSentence(text="short"))
    prediction = answered(citations=citations, sentences=sentences)
    found = trec_answer(prediction, run_id="r", year=year, team_id="t")
    assert found["references"] == [str(number) for number in range(1, most + 1)]
    assert len(found["answer"]) == 120  # 240 words; the next sentence would make 401
    assert [each["citations"] for each in found["answer"]][most - 1 : most + 1] == [[most - 1], []]
    assert problems(json.dumps(found)) == []


@pytest.mark.parametrize("line", [_line(), _line_of_2025(), _line(topic_id="a b", topic="x")])
def test_lines_in_the_format_have_no_problems(line: str) -> None:
    assert problems(line) == []


_SENTENCE = {"text": "In Akaroa.", "citations": [0]}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a JSON object"),
        (_line(topic=None, answer=None, response_length=0), "it has no topic, answer"),
        (_line(run_id="my run"), "run_id is not a name without blanks"),
        (_line(run_id=""), "run_id"),
        (_line(topic_id=7), "topic_id is not a text"),
        (_line(references="doc"), "references is not a list"),
        (_line(references=["a", "a"]), "references repeats a"),
        (_line(references=["a", 1]), "no document id"),
        (_line(references=[str(number) for number in range(21)]), "21 references, more than 20"),
        (_line(answer=[], response_length=0), "no sentence"),
        (_line(answer={}), "answer is not a list"),
        (_line(answer=["In Akaroa."], response_length=0), "sentence 1 is not an object"),
        (_line(answer=[{"citations": []}], response_length=0), "sentence 1 has no text"),
        (_line(answer=[{"text": " ", "citations": []}], response_length=0), "has no text"),
        (_line(answer=[{"text": "x"}], response_length=1), "no list of positions"),
        (_line(answer=[_SENTENCE | {"citations": [True]}], response_length=2), "no list of pos"),
        (_line(answer=[_SENTENCE | {"citations": [2]}], response_length=2), "sentence 1 cites 2"),
        (_line(answer=[_SENTENCE | {"citations": [-1]}], response_length=2), "cites -1"),
        (_line(answer=[_SENTENCE | {"citations": [0, 0]}], response_length=2), "twice"),
        (_line(response_length=4), "response_length is 4, but answer has 5 words"),
        (_line(response_length="5"), "response_length is not a whole number"),
        (
            _line(answer=[_SENTENCE, {"text": "w " * 399, "citations": []}], response_length=401),
            "401 words, more than 400",
        ),
        (_line_of_2025(metadata=[]), "metadata is not an object"),
        (_line_of_2025(metadata={}), "metadata has no team_id, run_id, narrative_id"),
        (_line_of_2025(references=[str(number) for number in range(101)]), "more than 100"),
        (
            _line_of_2025(
                metadata={"team_id": "t", "run_id": "r", "narrative_id": "1", "type": "both"}
            ),
            "neither automatic nor manual",
        ),
    ],
)
def test_each_problem_is_told_and_no_other(line: str, told: str) -> None:
    found = problems(line)
    assert len(found) == 1, found
    assert told in found[0]


def test_words_are_counted_after_compatibility_normalisation() -> None:
    # A no-break space is a blank once normalised (NFKC), and so the track counts two words.
    sentence = {"text": " Akaroa\u00a0town ", "citations": []}
    assert problems(_line(answer=[sentence], response_length=2)) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_FIELDS = ("run_id", "topic_id", "references", "response_length", "answer", "metadata")


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON, min_size=1))
def test_whatever_stands_in_a_line_is_judged(changes: dict[str, Any]) -> None:
    line = json.dumps(json.loads(_line()) | changes)
    for found in (problems(line), problems_of_run([line])):
        assert isinstance(found, list)
    if changes.keys() == {"answer"} and changes["answer"] in (None, [], 1):
        assert problems(line)


def test_a_run_has_one_name_and_one_answer_a_topic() -> None:
    lines = [_line(topic_id=id) for id in ("1", "2")]
    assert problems_of_run([*lines, "", "\n"]) == []
    assert problems_of_run([*lines, _line(topic_id="1")]) == [
        ("topic 1", "it is answered more than once")
    ]
    ((place, told),) = problems_of_run([*lines, _line(topic_id="3", run_id="other")])
    assert place == "the file"
    assert "several runs" in told
    assert problems_of_run(["", " "]) == [("the file", "it has no answers")]
    assert problems_of_run(["nonsense", lines[0]])[0][0] == "line 1"


def test_years_do_not_mix() -> None:
    assert problems_of_run([_line(), _line_of_2025()])[0][0] == "the file"

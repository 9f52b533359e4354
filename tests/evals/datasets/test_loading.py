"""Loading: what is wrong with a file is told all at once, and wild input never crashes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.errors import QuestionsError
from clew.evals.datasets import load_questions, paragraph_documents
from clew.evals.datasets.fields import paragraph
from clew.evals.datasets.registry import FORMATS
from clew.evals.questions import EvalQuestion


def line(id: str, **fields: Any) -> str:
    return json.dumps({"id": id, "question": f"Who is {id}?", "answers": [id]} | fields)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def problem(source: str | Path, **options: Any) -> str:
    with pytest.raises(QuestionsError) as caught:
        load_questions(str(source), **options)
    return str(caught.value)


def test_all_that_is_wrong_is_told_at_once(file: Path) -> None:
    file.write_bytes(
        "\n".join(
            [
                line("a"),
                "",
                "{broken",
                line("b", question=None),
                line("a"),
                line("c", answers=[]),
                '"text"',
            ]
        ).encode()
        + b'\n{"id": "\xff"}\n'
    )
    told = problem(file)
    assert told.startswith("questions.jsonl, read as plain, has 6 records that cannot be used: ")
    assert "line 3: not JSON" in told
    assert "line 4: no question" in told
    assert "line 5: its id 'a' was already used by line 1" in told
    assert "line 6: no answers" in told
    assert "line 7: not a JSON object" in told
    assert "line 8: not UTF-8" in told
    assert told.endswith("leave them out with --skip-bad-lines")

    loaded = load_questions(str(file), skip_bad=True)
    assert [each.id for each in loaded.questions] == ["a"]
    assert [each.place for each in loaded.skipped] == [f"line {number}" for number in range(3, 9)]


def test_twenty_are_shown_and_the_rest_counted(file: Path) -> None:
    file.write_text(line("good") + "\n" + "{\n" * 25)
    told = problem(file)
    assert "25 records" in told and "line 21:" in told and "line 22:" not in told
    assert "; and 5 more. " in told


def test_a_limit_takes_the_first_but_checks_all(file: Path) -> None:
    file.write_text("\n".join(map(line, "abc")))
    assert [each.id for each in load_questions(str(file), limit=2).questions] == ["a", "b"]
    assert len(load_questions(str(file), limit=9).questions) == 3
    assert "at least one" in problem(file, limit=0)
    file.write_text("\n".join([*map(line, "abc"), "{"]))
    assert "line 4" in problem(file, limit=2)


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf", b"[]", b"Question,Answer\n"])
def test_a_file_of_nothing(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / ("questions.csv" if b"," in content else "questions.json")
    file.write_bytes(content)
    assert problem(file) == f"{file} is empty"


def test_nothing_left_is_an_error_even_when_skipping(file: Path) -> None:
    file.write_text("{\n{\n")
    told = problem(file, skip_bad=True)
    assert told.startswith("questions.jsonl holds no usable question: line 1: not JSON")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert problem(tmp_path / "none.jsonl") == f"there is no file {tmp_path / 'none.jsonl'}"
    assert "is a folder" in problem(tmp_path)
    array = tmp_path / "array.json"
    array.write_text('[{"id": 1},')
    assert "it is no JSON array" in problem(array)
    array.write_bytes(b'[{"id": "\xff"}]')
    assert problem(array).endswith("it is not UTF-8")
    array.write_text("[" * 200_000)
    assert "array.json" in problem(array)
    table = tmp_path / "table.csv"
    table.write_bytes(b"Question,Answer\n\xff,x\n")
    assert problem(table).endswith("it is not UTF-8")
    utf_16 = tmp_path / "utf16.jsonl"
    utf_16.write_text(line("a"), encoding="utf-16")
    assert "not UTF-8" in problem(utf_16)


def test_marks_line_ends_and_blank_lines_do_not_matter(file: Path) -> None:
    file.write_text("\n".join(map(line, "ab")))
    expected = load_questions(str(file))
    file.write_bytes(
        b"\xef\xbb\xbf" + line("a").encode() + b"\r\n\r\n  \n" + line("b").encode() + b"\r\n"
    )
    assert load_questions(str(file)) == expected


def test_rows_of_a_table_that_do_not_fit_are_bad(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text('Question,Answer\nWho?\nWho?,I,you\nWho?,I\n"Wh"o?,I\n')
    told = problem(file)
    assert told.count("not as many values as the header has names") == 2
    assert "record 4: not CSV" in told
    assert len(load_questions(str(file), skip_bad=True).questions) == 1


def test_text_is_kept_as_it_is(file: Path) -> None:
    text = "  Who\tis \u200f\x00\x1b[31m e\u0301?\n"
    file.write_text(line("a", question=text, answers=[text]))
    [question] = load_questions(str(file)).questions
    assert question.question == text and question.answers == (text,)


def test_half_a_character_is_told(file: Path) -> None:
    file.write_text(line("a") + "\n" + line("b", question="Who \ud800?"))
    assert "line 2: its question holds half of a character" in problem(file)


def test_unknown_formats(file: Path) -> None:
    file.write_text('{"text": "x", "\\u001b]0;": 1}')
    told = problem(file)
    assert "the fields of the first are: text, " in told and "flashrag" in told
    assert "did you mean musique?" in problem(file, format="Musiqe")
    file.write_text('{"question": "?", "answers": ["x"], "golden_answers": ["x"], "id": 1}')
    assert "plain and flashrag" in problem(file)
    assert load_questions(str(file), format="flashrag").format == "flashrag"
    file.write_text(json.dumps({f"field {number}": 1 for number in range(1_000)}))
    assert len(problem(file)) < 600


def test_the_hash_is_of_questions_in_order(file: Path) -> None:
    def sha256(*lines: str) -> str:
        file.write_text("\n".join(lines))
        return load_questions(str(file)).sha256

    first = sha256(line("a"), line("b"))
    assert first == sha256(line("a"), "", line("b", unknown_field=1))
    others = {
        sha256(line("b"), line("a")),
        sha256(line("a")),
        sha256(line("a"), line("b", gold_titles=["x"])),
        sha256(line("a"), line("b", answers=["b", "c"])),
    }
    assert len(others | {first}) == 5


def test_paragraphs_are_pooled_once() -> None:
    one, two, three = (paragraph(title, "text") for title in ("one", "two", "three"))
    assert paragraph("one", "text") == one != paragraph("on", "etext")
    questions = [
        EvalQuestion(id="a", question="?", answers=("x",), paragraphs=(two, one)),
        EvalQuestion(id="b", question="?", answers=("x",), paragraphs=(one, three)),
    ]
    assert list(paragraph_documents(questions)) == [two, one, three]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = [
    *("id", "_id", "qid", "question", "answer", "answers", "Question", "Answer", "claim", "label"),
    *("golden_answers", "metadata", "evidence", "supporting_facts", "context", "paragraphs"),
    *("hops", "type", "gold_titles", "gold_ids", "answerable", "question_decomposition"),
]


@pytest.mark.parametrize("name", FORMATS)
@given(record=st.dictionaries(st.sampled_from(FIELDS), JSON))
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_record_is_a_question_or_told(name: str, record: Any, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(record))
    try:
        [question] = load_questions(str(file), format=name).questions
    except QuestionsError as error:
        assert "line 1: " in str(error)
    else:
        assert question.answerable == bool(question.answers)
        assert all(question.gold)


@given(
    content=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_or_read(content: bytes, tmp_path: Path) -> None:
    for name in ("any.jsonl", "any.csv"):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(QuestionsError):
            load_questions(str(file))

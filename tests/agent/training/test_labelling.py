"""Labelling from end to end: training questions in, traces whose steps have values out."""

import json
from pathlib import Path

import pytest

from clew.agent.settings import Settings
from clew.agent.training.known_questions import drawn, known_questions, measured_questions
from clew.agent.training.labelling import label_questions
from clew.agent.training.rollouts import Known
from clew.agent.training.traces import mended, read_traces
from clew.errors import TrainingDataError

PEOPLE = [
    ("Ann Lee", "Lola Rises", "Bergen"),
    ("Carl Dorn", "The Long Ferry", "Turku"),
    ("Ida Juhl", "Winter Market", "Aarhus"),
]


def _rows() -> list[dict[str, object]]:
    paragraphs = [
        each
        for name, film, town in PEOPLE
        for each in (
            [f"{film} (film)", [f"{film} is a 1950 film directed by {name}."]],
            [name, [f"{name} (1901 – 1960) was a film director.", f" {name} was born in {town}."]],
        )
    ]
    return [
        {
            "id": f"q{number}",
            "question": f"Where was the director of film {film} born?",
            "answer": town,
            "supporting_facts": [[f"{film} (film)", 0], [name, 1]],
            "context": paragraphs,
        }
        for number, (name, film, town) in enumerate(PEOPLE)
    ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name, rows in (
        ("train/2wiki_paragraphs.jsonl", _rows()),
        ("train/hotpotqa_paragraphs.jsonl", []),
        ("train/musique_paragraphs.jsonl", []),
        # A development question and a judged one that training must stay clear of.
        ("multihop/2wiki/questions.jsonl", [{"question": str(_rows()[1]["question"])}]),
        ("prm/judged.jsonl", [{"question": "Who knows?"}]),
    ):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_questions_that_results_are_checked_on_are_left_out(data: Path) -> None:
    known, left_out = known_questions(data / "train", "2wiki", measured_questions(data))
    assert [each.id for each in known] == ["q0", "q2"] and left_out == 1
    assert known[0] == Known("q0", str(_rows()[0]["question"]), ("Bergen",))


def test_judged_questions_are_left_out(data: Path) -> None:
    (data / "prm" / "judged.jsonl").write_text(json.dumps(_rows()[0]) + "\n")
    known, left_out = known_questions(data / "train", "2wiki", measured_questions(data))
    assert [each.id for each in known] == ["q2"] and left_out == 2


def test_missing_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="2wiki_paragraphs"):
        known_questions(tmp_path, "2wiki", [])


def test_fewer_questions_are_the_first_of_more() -> None:
    questions = [Known(str(number), "?", ("x",)) for number in range(20)]
    assert drawn(questions, 5, seed=1) == drawn(questions, None, seed=1)[:5]
    assert drawn(questions[::-1], 5, seed=1) == drawn(questions, 5, seed=1)
    assert drawn(questions, 5, seed=2) != drawn(questions, 5, seed=1)


@pytest.mark.slow
def test_labelling_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    file, told = tmp_path / "traces.jsonl", list[str]()

    def label(questions: int) -> None:
        label_questions(
            data, file, Settings.load(), questions=questions, rollouts=2, report=told.append
        )

    label(1)
    assert len(mended(file)) == 1
    label(2)
    assert mended(file) == {"q0", "q2"}
    traces = list(read_traces(file))
    own = {trace.id: trace for trace in reversed(traces)}
    assert own["q0"].prediction == "Bergen" and own["q2"].prediction == "Aarhus"
    assert all(len(trace.values) == len(trace.steps) for trace in traces)
    assert all(trace.values[-1] == 1.0 for trace in own.values())
    assert "2wiki: 2 questions, 1 more resemble questions" in told[0]
    assert any("1 of 1 questions labelled" in line for line in told)
    before = file.read_bytes()
    label(2)
    assert file.read_bytes() == before

"""Runs of an evaluation from beginning to end."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from eval_agents import erring_agent, polar_agent, unavailable_agent
from support import POLAR, QUESTION

from clew.agent.search_agent import SearchAgent
from clew.agent.settings import Settings
from clew.errors import ModelUnavailable, QuestionsError, RunDirectoryError, SettingsError
from clew.evals.config import RunConfig
from clew.evals.datasets import load_questions
from clew.evals.predictions import Prediction
from clew.evals.run_directory import read_run
from clew.evals.runner import Evaluation, evaluate
from clew.evals.watching import Watcher
from clew.tools.search.base import Empty, Failed, SearchOutcome
from clew.tools.search.memory import MemorySearch

SAMPLE = Path(__file__).parents[2] / "tools" / "corpus" / "sample"

Evaluate = Callable[..., Evaluation]


@pytest.fixture
def run(sample_home: Path, tmp_path: Path) -> Evaluate:
    """Evaluate the scripted agent in the home with the sample corpus."""

    def run(questions: Path, out: str = "run", **options: Any) -> Evaluation:
        options = {"make_agent": polar_agent, "workers": 2, "home": sample_home} | options
        return evaluate(questions, out=tmp_path / out, **options)

    return run


def _write(path: Path, questions: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(question) + "\n" for question in questions))
    return path


def _questions(tmp_path: Path, count: int = 6, **fields: Any) -> Path:
    return _write(
        tmp_path / "q.jsonl",
        [
            {
                "id": f"q{number}",
                "question": QUESTION,
                "answers": ["Akaroa" if number % 2 else "Akaroa, New Zealand"],
                "type": "odd" if number % 2 else "even",
                "gold_titles": ["Endurance", "Frank Worsley"],
                **fields,
            }
            for number in range(count)
        ],
    )


def _timeless(metrics: dict[str, Any]) -> Any:
    if isinstance(metrics, dict):
        return {
            key: _timeless(value) for key, value in metrics.items() if not key.startswith("seconds")
        }
    return metrics


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (path / "predictions.jsonl").read_text().splitlines()]
    for line in lines:
        assert line.pop("seconds") >= 0
    return lines


def test_a_run_is_written_scored_and_reported(run: Evaluate, tmp_path: Path) -> None:
    done = run(_questions(tmp_path))
    metrics = json.loads((done.path / "metrics.json").read_text())
    assert metrics == done.metrics
    assert (metrics["n"], metrics["failed"], metrics["em"]) == (6, 0, 0.5)
    assert metrics["f1"] == pytest.approx((3 + 3 * 0.5) / 6)
    assert metrics["recall@2"] == metrics["citation_precision"] == 1.0
    assert metrics["by_type"]["even"]["em"] == 1.0
    assert metrics["by_type"]["odd"]["em"] == 0.0
    assert metrics["by_hops"]["2"]["n"] == 6
    first = _lines(done.path)[0]
    wanted = {"id", "question", "answers", "prediction", "evidence", "citations", "steps"}
    assert wanted | {"verdicts", "usage", "error"} <= first.keys()
    assert first["prediction"] == "Akaroa, New Zealand"
    assert [each["title"] for each in first["evidence"][:2]] == ["Endurance", "Frank Worsley"]
    config = json.loads((done.path / "config.json").read_text())
    assert config["dataset"]["questions"] == 6
    assert config["agent"] == "eval_agents.polar_agent"
    assert config["corpus"]["documents"] == 200
    assert "home" not in config["settings"]
    assert QUESTION in (done.path / "report.md").read_text()
    assert "<html" in (done.path / "report.html").read_text()


def test_predictions_end_in_the_order_of_the_questions(run: Evaluate, tmp_path: Path) -> None:
    questions = _questions(tmp_path)
    lines = [json.loads(line) for line in questions.read_text().splitlines()]
    lines[0]["question"] = f"slow {QUESTION}"
    done = run(_write(questions, lines), make_agent=erring_agent)
    assert [line["id"] for line in _lines(done.path)] == [f"q{number}" for number in range(6)]


def test_the_agent_never_sees_gold(run: Evaluate, tmp_path: Path) -> None:
    seen: list[str] = []

    class Recording(SearchAgent):
        async def aask(self, question: str, **options: Any) -> Any:
            seen.append(json.dumps([question, repr(options)]))
            return await super().aask(question, **options)

    def make(settings: Settings) -> SearchAgent:
        agent = polar_agent(settings)
        agent.__class__ = Recording
        return agent

    run(_questions(tmp_path, answers=["the-gold-answer"]), make_agent=make)
    assert len(seen) == 6
    assert not any("the-gold-answer" in each for each in seen)


def test_a_failed_question_is_recorded_and_counted(run: Evaluate, tmp_path: Path) -> None:
    questions = _questions(tmp_path, 3, answers=["Akaroa, New Zealand"])
    lines = [json.loads(line) for line in questions.read_text().splitlines()]
    lines[1]["question"] = "please fail"
    done = run(_write(questions, lines), make_agent=erring_agent)
    assert (done.metrics["n"], done.metrics["failed"]) == (3, 1)
    assert done.metrics["em"] == pytest.approx(2 / 3)
    assert done.metrics["abstained"] == 0
    error = _lines(done.path)[1]["error"]
    assert error["kind"] == "RunFailed" and "asked to fail" in error["message"]
    again = run(questions, make_agent=erring_agent, resume=True)
    assert again.metrics == done.metrics


def test_failed_questions_are_asked_again_when_told_to(run: Evaluate, tmp_path: Path) -> None:
    working = tmp_path / "working"

    def make(settings: Settings) -> SearchAgent:
        return polar_agent(settings).searching([_Unreliable(working)])

    questions = _questions(tmp_path, 2)
    assert run(questions, make_agent=make).metrics["failed"] == 2
    working.touch()
    assert run(questions, make_agent=make, resume=True).metrics["failed"] == 2
    assert run(questions, make_agent=make, resume=True, retry_failed=True).metrics["failed"] == 0


class _Unreliable(MemorySearch):
    """A backend that works only while a file is there."""

    def __init__(self, working: Path) -> None:
        super().__init__(POLAR, name="unreliable")
        self._working = working

    async def search(self, query: str, **options: Any) -> SearchOutcome:
        if not self._working.exists():
            return Failed(reason="no network")
        return await super().search(query, **options)


@pytest.mark.parametrize("kept", [0, 1, 999, 4_000, 10_000, 10**9])
def test_resuming_after_any_loss_gives_the_undisturbed_run(
    run: Evaluate, tmp_path: Path, kept: int
) -> None:
    questions = _questions(tmp_path)
    whole = run(questions, "whole")
    cut = run(questions, "cut")
    for name in ("metrics.json", "report.md", "report.html"):
        (cut.path / name).unlink()
    file = cut.path / "predictions.jsonl"
    file.write_bytes(file.read_bytes()[:kept])
    there = len(read_run(cut.path).predictions)

    class Counting(Watcher):
        before = came_now = 0

        def begun(self, config: RunConfig, predictions: Sequence[Prediction]) -> None:
            self.before = len(predictions)

        def came(self, prediction: Prediction) -> None:
            self.came_now += 1

    watcher = Counting()
    again = run(questions, "cut", resume=True, watcher=watcher)
    assert (watcher.before, watcher.came_now) == (there, 6 - there)
    assert _lines(again.path) == _lines(whole.path)
    assert _timeless(again.metrics) == _timeless(whole.metrics)
    assert (again.path / "config.json").read_text() == (whole.path / "config.json").read_text()


def test_settings_of_the_agent_that_is_made_are_those_that_count(
    run: Evaluate, tmp_path: Path
) -> None:
    def make(settings: Settings) -> SearchAgent:
        return SearchAgent(settings, max_rounds=rounds)

    rounds = 1
    done = run(_questions(tmp_path, 1), make_agent=make)
    assert done.config.settings["max_rounds"] == 1
    assert run(_questions(tmp_path, 1), "polar").config.settings["policy"] == "scripted"
    rounds = 3
    with pytest.raises(RunDirectoryError, match=r"settings\.max_rounds was 1 and is 3"):
        run(_questions(tmp_path, 1), make_agent=make, resume=True)


def test_a_taken_folder_is_told_before_anything_is_indexed(run: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("mine")
    corpus = _write(tmp_path / "c.jsonl", [{"id": "1", "title": "a", "text": "b"}])
    with pytest.raises(RunDirectoryError, match="thesis"):
        run(_questions(tmp_path), corpus=str(corpus), home=tmp_path / "unused")
    assert not (tmp_path / "unused").exists()


def test_other_questions_are_another_configuration(run: Evaluate, tmp_path: Path) -> None:
    run(_questions(tmp_path))
    with pytest.raises(RunDirectoryError, match=r"dataset\.sha256"):
        run(_questions(tmp_path, answers=["Lyttelton"]), resume=True)
    with pytest.raises(RunDirectoryError, match=r"dataset\.limit was None and is 2"):
        run(_questions(tmp_path), resume=True, limit=2)
    with pytest.raises(RunDirectoryError, match=r"settings\.max_searches"):
        run(_questions(tmp_path), resume=True, max_searches=3)


def test_a_run_that_could_not_begin_is_in_nobodys_way(run: Evaluate, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        run(_questions(tmp_path), make_agent=unavailable_agent)
    assert run(_questions(tmp_path), max_searches=3).metrics["n"] == 6


def test_a_corpus_can_be_a_file(run: Evaluate, tmp_path: Path) -> None:
    corpus = tmp_path / "Two Ships.jsonl"
    documents = [
        {"id": "7", "title": "Endurance", "text": "Endurance was a ship. Her captain was Worsley."},
        {"id": "8", "title": "Fram", "text": "Fram was designed by Colin Archer."},
    ]
    _write(corpus, documents)
    questions = _write(
        tmp_path / "q.jsonl",
        [
            {"id": "1", "question": "Who designed the Fram?", "answers": ["x"], "gold_ids": ["8"]},
            {"id": "2", "question": "Who designed the Gjøa?", "answers": ["x"], "gold_ids": ["9"]},
        ],
    )
    done = run(questions, corpus=str(corpus), make_agent=SearchAgent)
    assert done.config.corpus is not None
    assert done.config.corpus.name.startswith("two-ships-")
    assert (done.config.corpus.documents, done.config.corpus.lacking_gold) == (2, ("2",))
    assert done.config.corpus.encoder is not None
    assert done.metrics["of"]["recall@5"] == 2
    assert done.metrics["recall@5"] == 0.5


PARAGRAPHS = [
    {
        "_id": "a",
        "question": "When was the designer of the Fram born?",
        "answer": "22 July 1832",
        "type": "bridge",
        "level": "easy",
        "supporting_facts": [["Fram", 0], ["Colin Archer", 0]],
        "context": [
            ["Fram", ["Fram is a polar ship designed by Colin Archer."]],
            ["Colin Archer", ["Colin Archer was a shipbuilder, born on 22 July 1832."]],
        ],
    },
    {
        "_id": "b",
        "question": "When was the designer of the Gjøa born?",
        "answer": "1830",
        "type": "bridge",
        "level": "easy",
        "supporting_facts": [["Gjøa", 0]],
        "context": [["Gjøa", ["Gjøa is a sloop built by Knut Johannesson Skaale."]]],
    },
    {
        "_id": "c",
        "question": "When was the designer of the Maud born?",
        "answer": "1860",
        "type": "bridge",
        "level": "easy",
        "supporting_facts": [["Maud", 0]],
        "context": [],
    },
]


def test_distractor_and_pooled_settings_search_different_paragraphs(
    run: Evaluate, tmp_path: Path
) -> None:
    questions = tmp_path / "hotpot.json"
    questions.write_text(json.dumps(PARAGRAPHS))
    own = run(questions, "own", context="distractor", make_agent=SearchAgent)
    titles = [{each["title"] for each in line["evidence"]} for line in _lines(own.path)]
    assert titles == [{"Fram", "Colin Archer"}, {"Gjøa"}, set()]
    assert own.config.corpus is not None and own.config.corpus.lacking_gold == ("c",)
    assert own.metrics["recall@5"] == pytest.approx(2 / 3)
    assert _lines(own.path)[0]["prediction"] == "22 July 1832"
    pooled = run(questions, "pooled", context="pooled", make_agent=SearchAgent)
    assert pooled.config.corpus is not None and pooled.config.corpus.documents == 3
    assert "Fram" in {each["title"] for each in _lines(pooled.path)[1]["evidence"]}


def test_what_to_search_must_be_plain(run: Evaluate, tmp_path: Path) -> None:
    questions = tmp_path / "hotpot.json"
    questions.write_text(json.dumps(PARAGRAPHS))
    with pytest.raises(SettingsError, match="`distractor`"):
        run(questions)
    with pytest.raises(SettingsError, match="not both"):
        run(questions, corpus="sample", context="pooled")
    with pytest.raises(SettingsError, match="bring no paragraphs"):
        run(_questions(tmp_path), context="distractor")
    with pytest.raises(SettingsError, match=r"nowhere\.jsonl cannot be read"):
        run(_questions(tmp_path), corpus=str(tmp_path / "nowhere.jsonl"))
    with pytest.raises(SettingsError, match="no context 'Distractor'; there is: distractor"):
        run(questions, context="Distractor")
    with pytest.raises(SettingsError, match="resumed"):
        run(_questions(tmp_path), retry_failed=True)
    with pytest.raises(SettingsError, match="for loading"):
        evaluate(load_questions(str(_questions(tmp_path))), out=tmp_path / "run", limit=2)
    with pytest.raises(SettingsError, match="no engine"):
        run(_questions(tmp_path), engine="slurm")
    assert not (tmp_path / "run").exists()


def test_a_closed_book_run_tells_how_often_retrieval_misled(run: Evaluate, tmp_path: Path) -> None:
    questions = _questions(tmp_path, 4, answers=["Akaroa, New Zealand"])
    without = run(questions, "without", max_searches=0)
    # No policy that is here yet knows anything by itself, so two answers are put in by hand.
    lines = [json.loads(line) for line in (without.path / "predictions.jsonl").open()]
    for line in lines[:2]:
        line |= {"prediction": "Akaroa, New Zealand", "abstained": False}
    _write(without.path / "predictions.jsonl", lines)

    def finds_nothing(settings: Settings) -> SearchAgent:
        return polar_agent(settings).searching([_Nothing()])

    done = run(questions, "with", make_agent=finds_nothing, closed_book=without.path)
    assert done.metrics["misled"] == 0.5
    assert done.config.closed_book is not None
    with pytest.raises(RunDirectoryError, match=r"closed_book\.name"):
        run(questions, "with", make_agent=finds_nothing, resume=True)


def test_a_closed_book_run_is_one_of_the_same_questions_without_search(
    run: Evaluate, tmp_path: Path
) -> None:
    questions = _questions(tmp_path, 4)
    searched = run(questions, "searched")
    with pytest.raises(QuestionsError, match="did search, for 'q0' first"):
        run(questions, "with", closed_book=searched.path)
    for changed in ({"count": 5}, {"answers": ["Lyttelton"]}):
        other = _questions(tmp_path, **({"count": 4} | changed))
        with pytest.raises(QuestionsError, match="lacks"):
            run(other, "with", closed_book=searched.path)
    assert not (tmp_path / "with").exists()


class _Nothing:
    name = "nothing"

    async def search(self, query: str, **_: Any) -> SearchOutcome:
        return Empty()


def test_bad_lines_stop_a_run_unless_they_are_to_be_skipped(run: Evaluate, tmp_path: Path) -> None:
    questions = _questions(tmp_path, 2)
    questions.write_text(questions.read_text() + "{broken\n")
    with pytest.raises(QuestionsError, match="line 3"):
        run(questions)
    done = run(questions, skip_bad=True)
    assert (done.metrics["n"], done.config.dataset.skipped) == (2, 1)


@pytest.mark.slow
@pytest.mark.usefixtures("ray_cluster")
def test_over_ray_a_run_is_the_same_though_a_worker_is_killed(
    run: Evaluate, tmp_path: Path
) -> None:
    mark = tmp_path / "killed"
    questions = _questions(tmp_path, 12)
    lines = [json.loads(line) for line in questions.read_text().splitlines()]
    lines[4]["question"] += f" kill-once {mark}"
    _write(questions, lines)
    spread = run(questions, "spread", engine="ray", make_agent=erring_agent)
    assert mark.exists(), "no worker was killed"
    # Where the mark lies, the question kills nobody any more.
    here = run(questions, "here", make_agent=erring_agent)
    assert _lines(spread.path) == _lines(here.path)
    assert _timeless(spread.metrics) == _timeless(here.metrics)
    assert spread.metrics["failed"] == 0

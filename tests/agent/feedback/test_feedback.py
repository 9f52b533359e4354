"""Judgements: what is kept with them, which ones count, and what is exported to train on."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support import CHAIN, POLAR, QUESTION, ContentCritic, chain_policy

from clew.agent.cli.app import ANSWERED, BAD_INPUT, run
from clew.agent.feedback.exporting import KINDS, rows_of
from clew.agent.feedback.judging import (
    judge_answer,
    judge_comparison,
    judge_passage,
    judge_step,
)
from clew.agent.feedback.models import Feedback
from clew.agent.feedback.store import FeedbackStore, that_count
from clew.agent.policies.scripted import ScriptedPolicy
from clew.agent.search_agent import SearchAgent
from clew.agent.settings import Settings
from clew.errors import FeedbackError
from clew.graphs.answer import Answer
from clew.graphs.protocols import Proposal
from clew.tools.search.memory import MemorySearch

SETTINGS = Settings(models={"planner": {"model": "a/b", "api_key_env": "A_KEY"}})


def answered(policy: ScriptedPolicy, home: Path) -> Answer:
    return SearchAgent(
        policy=policy,
        critic=ContentCritic(),
        search=[MemorySearch(POLAR)],
        check_support=False,
        home=home,
    ).ask(QUESTION)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return answered(chain_policy(), tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    policy = ScriptedPolicy(
        [Proposal(sub_questions=CHAIN)], {"q1": "Colin Archer", "q2": "Larvik, Norway"}
    )
    return answered(policy, tmp_path_factory.mktemp("home"))


def rows(feedback: Feedback, kind: Any) -> list[dict[str, Any]]:
    return list(rows_of(feedback, kind))


def test_a_judged_step_keeps_what_it_rests_on(answer: Answer) -> None:
    first = judge_step(answer, SETTINGS, "q1", "up")
    assert [each.sub_question.id for each in first.judged.trajectory.steps] == ["q1"]
    second = judge_step(answer, SETTINGS, "q2", "down", "Christchurch")
    steps = second.judged.trajectory.steps
    assert [each.sub_question.id for each in steps] == ["q1", "q2"]
    quoted = {quote.passage_id for each in steps for quote in each.answer.quotes}
    assert quoted and quoted <= second.judged.trajectory.evidence.keys()
    assert second.judged.thread_id == answer.thread_id
    told = second.judged.settings
    assert told["workflow"] == "mindsearch" and told["search"] == "corpus"
    assert "KEY" not in second.model_dump_json()


def test_a_judgement_line_names_step_passage_and_run(answer: Answer) -> None:
    fram = next(each for each in answer.evidence if each.title == "Fram")
    feedback = judge_passage(answer, SETTINGS, fram.id, "down", "another ship", step_id="q1")
    (row,) = rows(feedback, "judgements")
    assert (row["kind"], row["verdict"], row["correction"]) == ("passage", "down", "another ship")
    assert row["question"] == QUESTION and row["passage"]["text"] == fram.text
    assert row["step"]["answer"] == "Frank Worsley"
    assert row["step"]["quotes"][0]["title"] == "Endurance"
    assert row["run"]["thread_id"] == answer.thread_id
    assert row["run"]["settings"]["critic"] == "support"
    (other,) = rows(judge_answer(answer, SETTINGS, "up"), "judgements")
    assert other.keys() == row.keys() and other["step"] is None
    assert [step["id"] for step in other["run"]["steps"]] == ["q1", "q2"]


def test_thumbs_are_unpaired_preferences(answer: Answer) -> None:
    (good,) = rows(judge_step(answer, SETTINGS, "q2", "up"), "kto")
    assert good == {
        "prompt": (
            f"Question: {QUESTION}\n\nKnown:\n- Who was the captain of the Endurance? "
            "→ Frank Worsley (Endurance: “Frank Worsley”)\n\nNext:\n"
        ),
        "completion": "Ask: Where was Frank Worsley born?\n→ Akaroa, New Zealand",
        "label": True,
    }
    (bad,) = rows(judge_answer(answer, SETTINGS, "down"), "kto")
    assert (bad["completion"], bad["label"]) == ("Answer: Akaroa, New Zealand", False)
    assert bad["prompt"].count("\n- ") == 2
    first = rows(judge_step(answer, SETTINGS, "q1", "down"), "kto")[0]
    assert "- nothing yet" in first["prompt"]
    for untold in (
        judge_passage(answer, SETTINGS, answer.evidence[0].id, "up"),
        judge_step(answer, SETTINGS, "q1", None, "Shackleton"),
    ):
        assert rows(untold, "kto") == []


def test_corrections_and_votes_are_preferences(answer: Answer, wrong: Answer) -> None:
    (pair,) = rows(judge_step(wrong, SETTINGS, "q1", "down", " Frank\nWorsley "), "pairs")
    asked = "Ask: Who was the captain of the Endurance?\n→"
    assert pair["chosen"] == f"{asked} Frank Worsley"
    assert pair["rejected"] == f"{asked} Colin Archer"
    (pair,) = rows(judge_answer(wrong, SETTINGS, "down", "Akaroa"), "pairs")
    assert (pair["chosen"], pair["rejected"]) == ("Answer: Akaroa", "Answer: Larvik, Norway")
    sides = ((wrong, SETTINGS), (answer, SETTINGS.replaced(workflow="rag")))
    vote = judge_comparison(*sides, "second")
    (pair,) = rows(vote, "pairs")
    assert pair["prompt"] == f"Question: {QUESTION}\n"
    assert "Akaroa" in pair["chosen"] and "Larvik" in pair["rejected"]
    (row,) = rows(vote, "judgements")
    assert row["other_run"]["settings"]["workflow"] == "rag"
    for silent in (
        judge_comparison(*sides, "both"),
        judge_comparison(*sides, "neither"),
        judge_comparison(sides[0], sides[0], "first"),
        judge_answer(answer, SETTINGS, "up", "Akaroa, New Zealand"),
        judge_passage(answer, SETTINGS, answer.evidence[0].id, "down", "too old"),
    ):
        assert rows(silent, "pairs") == []


def test_what_is_not_there_cannot_be_judged(answer: Answer) -> None:
    with pytest.raises(FeedbackError, match="no step 'q9'"):
        judge_step(answer, SETTINGS, "q9", "up")
    with pytest.raises(FeedbackError, match="no passage 'p'"):
        judge_passage(answer, SETTINGS, "p", "up")
    with pytest.raises(FeedbackError, match="10000"):
        judge_answer(answer, SETTINGS, "up", "x" * 10_001)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "comparison"},
        {"kind": "step"},
        {"kind": "passage"},
        {"kind": "answer", "preferred": "first"},
        {"kind": "answer", "verdict": "sideways"},
    ],
)
def test_a_judgement_is_on_something(answer: Answer, fields: dict[str, str]) -> None:
    judged = judge_answer(answer, SETTINGS, "up").judged
    with pytest.raises(ValueError):
        Feedback.model_validate({"judged": judged, **fields})


async def test_the_last_judgement_on_each_thing_counts(answer: Answer, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "home")
    given = [
        judge_answer(answer, SETTINGS, "up"),
        judge_step(answer, SETTINGS, "q1", "up"),
        judge_step(answer, SETTINGS, "q2", "down", "half \ud800 of a character"),
        judge_answer(answer, SETTINGS, "down"),
        judge_step(answer, SETTINGS, "q1", None),
    ]
    for each in given:
        await store.add(each)
    reopened = FeedbackStore(tmp_path / "home")
    assert await reopened.all() == tuple(given)
    counting = that_count(await reopened.all())
    verdicts = [(each.kind, each.verdict) for each in counting]
    assert verdicts == [("step", "down"), ("answer", "down")]


async def test_many_people_judge_at_once(answer: Answer, tmp_path: Path) -> None:
    stores = [FeedbackStore(tmp_path) for _ in range(3)]
    each = [judge_answer(answer, SETTINGS, "up") for _ in range(30)]
    await asyncio.gather(*(stores[n % 3].add(feedback) for n, feedback in enumerate(each)))
    assert {kept.id for kept in await stores[0].all()} == {given.id for given in each}


async def test_what_another_version_saved_is_passed_over(answer: Answer, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    kept = judge_answer(answer, SETTINGS, "up")
    await store.add(kept)
    with sqlite3.connect(tmp_path / "feedback.sqlite") as connection:
        connection.execute("INSERT INTO feedback VALUES ('x', '{\"kind\": \"smell\"}')")
    assert await store.all() == (kept,)


def _add(home: Path, *judgements: Feedback) -> None:
    async def add() -> None:
        for each in judgements:
            await FeedbackStore(home).add(each)

    asyncio.run(add())


@pytest.mark.parametrize("kind", KINDS)
def test_datasets_reads_what_is_exported(
    kind: str, answer: Answer, wrong: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out = tmp_path / "home", tmp_path / "out.jsonl"
    _add(
        home,
        judge_step(wrong, SETTINGS, "q1", "down", "Frank \ud800 Worsley"),
        judge_answer(answer, SETTINGS, "up"),
        judge_passage(answer, SETTINGS, answer.evidence[0].id, "up", step_id="q1"),
        judge_comparison((answer, SETTINGS), (wrong, SETTINGS), "first"),
    )
    code = run(["feedback", "export", str(out), "--kind", kind, "--home", str(home), "--json"])
    assert code == ANSWERED
    told = json.loads(capsys.readouterr().out)
    expected = {"judgements": 4, "pairs": 2, "kto": 2}[kind]
    assert (told["lines"], told["kind"], told["file"]) == (expected, kind, str(out))
    assert told["judgements"] == {"step": 1, "answer": 1, "passage": 1, "comparison": 1}
    datasets = pytest.importorskip("datasets", reason="the extra hub is not installed")
    loaded = datasets.load_dataset(
        "json", data_files=str(out), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded.num_rows == expected


def test_export_says_what_it_wrote_or_what_is_missing(
    answer: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, home = tmp_path / "out.jsonl", ["--home", str(tmp_path / "home")]
    assert run(["feedback", "export", str(out), *home]) == BAD_INPUT
    assert "give some on the page" in capsys.readouterr().err
    assert not out.exists()
    _add(tmp_path / "home", judge_answer(answer, SETTINGS, "up"))
    assert run(["feedback", "export", str(out), *home]) == ANSWERED
    assert f"1 line of kind judgements out of 1 judgement in {out}" in capsys.readouterr().out
    assert run(["feedback", "export", str(out), "--kind", "pairs", *home]) == BAD_INPUT
    assert run(["feedback", "export", str(tmp_path / "no" / "out"), *home]) == BAD_INPUT
    assert "cannot be written" in capsys.readouterr().err

"""Asking and resuming from the command line, with an agent that follows a script."""

import io
import json
from pathlib import Path

import pytest
from support import CHAIN, QUESTION

from clew.agent.cli.app import run
from clew.graphs.answer import Answer
from clew.graphs.plan import Plan

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("_scripted_agent")


def test_answer_is_printed_with_what_led_to_it(capsys: Captured) -> None:
    assert run(["ask", QUESTION]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "\x1b" not in shown.out
    lines = shown.out.splitlines()
    assert lines[0] == f"question: {QUESTION}"
    assert "plan: q2 Where was {q1} born? (after q1)" in lines
    assert "q2 started: Where was Frank Worsley born?" in lines
    assert "Akaroa, New Zealand" in lines
    assert lines[-1].startswith("0.") and " · 3 searches · " in lines[-1]


def test_json_is_the_answer_and_nothing_else(capsys: Captured) -> None:
    assert run(["ask", QUESTION, "--json", "--thread", "mine"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    answer = Answer.model_validate_json(shown.out)
    assert answer.short_answer == "Akaroa, New Zealand"
    assert answer.thread_id == "mine"


def test_abstention_has_its_own_exit_code(capsys: Captured) -> None:
    assert run(["ask", QUESTION, "--max-searches", "0"]) == 3
    assert "No answer found" in capsys.readouterr().out
    assert run(["ask", QUESTION, "--max-searches", "0", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["abstained"] is True


def test_question_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{QUESTION}\n"))
    assert run(["ask", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == QUESTION


def test_undecodable_question_is_asked_all_the_same(capsys: Captured) -> None:
    assert run(["ask", "Who\udcff?", "--json"]) in (0, 3)
    assert json.loads(capsys.readouterr().out)["question"] == "Who??"


def test_plan_from_file(capsys: Captured) -> None:
    plan = Plan(sub_questions=CHAIN[:1])
    Path("plan.json").write_text(plan.model_dump_json())
    assert run(["ask", QUESTION, "--plan", "plan.json", "--max-rounds", "1", "--json"]) in (0, 3)
    answer = Answer.model_validate_json(capsys.readouterr().out)
    assert answer.plan.sub_questions[0] == CHAIN[0]


def test_finished_run_is_shown_again(capsys: Captured) -> None:
    assert run(["ask", QUESTION, "--thread", "again", "--json"]) == 0
    first = capsys.readouterr().out
    assert run(["resume", "again", "--json"]) == 0
    assert capsys.readouterr().out == first
    assert run(["resume", "again"]) == 0
    assert "q1 answer: Frank Worsley" in capsys.readouterr().out
    assert run(["ask", QUESTION, "--thread", "again"]) == 2
    assert "resume it" in capsys.readouterr().err


def test_resume_uses_the_settings_of_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run(["ask", QUESTION, "--thread", "set", "--corpus", "mine", "--json"]) == 0
    monkeypatch.setenv("CLEW_CORPUS", "another")
    assert run(["resume", "set"]) == 0


def test_options_win_over_settings(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("CLEW_MAX_SEARCHES", "0")
    assert run(["ask", QUESTION]) == 3
    assert run(["ask", QUESTION, "--max-searches", "none"]) == 0

"""What the views show of a run, and that nothing in it steers the terminal."""

import io
import re
from collections.abc import Callable
from unicodedata import category

import pytest
from chain_runs import parts_of, run, script
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from support import QUESTION

from clew.agent.cli.answers import answer_lines
from clew.agent.cli.live import LiveView
from clew.agent.cli.plain import PlainView
from clew.agent.cli.progress import RunProgress
from clew.graphs.answer import Answer, AnswerSentence
from clew.graphs.events import (
    EVENT,
    BudgetEnded,
    Event,
    PlanExtended,
    ProposalRejected,
    RunFinished,
    SearchFinished,
    StepFinished,
    StepJudged,
    StepStarted,
)
from clew.graphs.plan import SubQuestion, make_plan
from clew.graphs.steps import SearchRecord, Step, Verdict
from clew.graphs.workflows import workflow_named

Captured = pytest.CaptureFixture[str]
POISON = "\x1b]0;owned\x07\x9b31m[bold red]x[/bold red]\r\u202e:smile:\n{q1}"
_STYLES = re.compile(r"\x1b\[[\d;]*m")


def shown_live(events: list[Event], *, width: int = 100, height: int = 40) -> str:
    """Return everything that the live view writes to a terminal."""
    file = io.StringIO()
    console = Console(
        file=file, force_terminal=True, width=width, height=height, highlight=False, emoji=False
    )
    with LiveView(QUESTION, console) as view:
        for event in events:
            view.show(event)
    return file.getvalue()


def frame(events: list[Event], *, width: int = 100, height: int = 40) -> str:
    """Return what the live view shows after these events."""
    file = io.StringIO()
    console = Console(file=file, width=width, height=height, highlight=False, emoji=False)
    view = LiveView(QUESTION, console)
    for event in events:
        view.show(event)
    console.print(view._fitting())
    return file.getvalue()


def poisoned(event: Event, poison: str) -> Event:
    """Return the event with every word of it replaced that comes from outside."""

    def replaced(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            changed = {name: replaced(each, name) for name, each in value.items()}
            if "passage" in value:
                changed |= {"quote": poison, "start": 0}
            if "passage_id" in value and "start" in value:
                changed |= {"start": 0}
            return changed
        if isinstance(value, list):
            return [replaced(each, key) for each in value]
        harmful = {"title", "source", "text", "quote", "query", "backend", "short_answer", "reason"}
        return poison if key in harmful and value else value

    # Plans are left alone; their references have to stay valid.
    data = event.model_dump()
    return type(event).model_validate(
        {
            name: each if name in ("plan", "added") else replaced(each, name)
            for name, each in data.items()
        }
    )


def test_live_view_ends_with_tree_and_answer(run_events: list[Event]) -> None:
    text = _STYLES.sub("", shown_live(run_events))
    final = text[text.rindex(QUESTION) :]
    assert "✓ q1  Who was the captain of the Endurance?  → Frank Worsley  1.00" in final
    assert "memory: 4 passages" in final
    assert "“Her captain was Frank Worsley.”  Endurance" in final
    assert "[1] Endurance  test.jsonl#Endurance" in final
    assert "3 searches · " in final and "thread thread-1" in final


def test_every_state_is_told_apart(run_events: list[Event]) -> None:
    assert "Getting ready" in frame([])
    assert "Planning" in frame(run_events[:1])
    subs = (
        SubQuestion(id="q1", text="First?"),
        SubQuestion(id="q2", text="Second?"),
        SubQuestion(id="q3", text="After {q1}?", parents=("q1",)),
    )
    events: list[Event] = [
        run_events[0],
        PlanExtended(added=subs, plan=make_plan(subs)),
        StepStarted(id="q1", text="First?"),
        StepStarted(id="q2", text="Second?"),
    ]
    both = frame(events)
    assert "· q3  After {q1}?  after q1" in both
    assert not re.search("[✓✗·] q[12]", both), "both are being worked on"
    failed = SearchRecord(backend="web", query="Else?", outcome="failed", reason="no route")
    events += [
        SearchFinished(id="q1", search=failed),
        StepJudged(id="q1", verdict=Verdict(score=0.1), again=True),
        StepFinished(step=Step(sub_question=subs[1], text="Second?", status="unknown")),
        ProposalRejected(reason="a cycle"),
        BudgetEnded(limit="policy_calls"),
    ]
    later = frame(events)
    assert "web: failed (no route) for “Else?”" in later
    assert "✗ q2  Second?  → unknown" in later
    assert "a proposed plan was left out: a cycle" in later
    assert "the limit of policy calls is used up" in later


@pytest.mark.parametrize("size", [(30, 40), (100, 6), (20, 5), (200, 60)])
def test_frames_fit_the_terminal(run_events: list[Event], size: tuple[int, int]) -> None:
    width, height = size
    for count in range(len(run_events)):
        lines = frame(run_events[:count], width=width, height=height).splitlines()
        assert len(lines) < height
        assert max(map(len, lines)) <= width


def test_plain_view_has_no_control_codes(run_events: list[Event], capsys: Captured) -> None:
    with PlainView(QUESTION) as view:
        for event in run_events:
            view.show(event)
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert "q1 answer: Frank Worsley (1.00)" in lines
    assert "    “Her captain was Frank Worsley.”" in lines


def test_abstention_says_so(answer: Answer) -> None:
    abstention = answer.model_copy(
        update={
            "abstained": True,
            "short_answer": None,
            "citations": (),
            "sentences": (AnswerSentence(text="The passages do not tell."),),
            "stopped_by": "seconds",
        }
    )
    lines = [line.text.plain for line in answer_lines(abstention)]
    assert lines[:2] == ["No answer found", "The passages do not tell."]
    assert "Stopped early: the limit of seconds is used up." in lines


def test_marks_and_disagreement_are_shown(answer: Answer, run_events: list[Event]) -> None:
    first, second = answer.sentences
    even = "Sources disagree on “Who?”, and neither is better supported: one says A."
    sentences = (
        first.model_copy(update={"weak": True}),
        second.model_copy(update={"recalled": True}),
        AnswerSentence(text=even, citations=(1,)),
        AnswerSentence(text="Another says B.", citations=(2,)),
    )
    marked = answer.model_copy(update={"sentences": sentences})
    shown = [line.text.plain for line in answer_lines(marked)][1]
    assert f"{first.text} [1] (weakly supported by what is cited) {second.text} [2] (in" in shown
    assert shown.endswith(f"{even} [1] Another says B. [2]")
    events = [*run_events[:-1], RunFinished(answer=marked)]
    live = _STYLES.sub("", shown_live(events))
    assert "(weakly supported by what is cited)" in " ".join(live.split())


def test_documents_of_one_source_are_shown_under_its_number(answer: Answer) -> None:
    cited = answer.citations[0]
    other = cited.passage.model_copy(update={"id": "p2", "title": "Her crew"})
    again = cited.model_copy(update={"quote": cited.passage.text[:9], "start": 0})
    citations = (cited, cited.model_copy(update={"passage": other}), again)
    lines = list(answer_lines(answer.model_copy(update={"citations": citations})))
    shown = [(line.margin, line.text.plain) for line in lines if line.margin]
    source = f"{cited.passage.title}  {cited.source}"
    assert [text for margin, text in shown if not text.startswith("“")] == [source, "Her crew"]
    assert [margin for margin, _ in shown] == ["[1] ", *["    "] * 4]
    assert shown[3][1] == "Her crew"


@pytest.mark.parametrize("show", [shown_live, frame])
def test_text_of_others_does_not_steer_the_terminal(
    run_events: list[Event], show: Callable[[list[Event]], str]
) -> None:
    text = show([poisoned(event, POISON) for event in run_events])
    assert "[bold red]x[/bold red]" in text, "markup is shown, not obeyed"
    assert ":smile:" in text
    for code in ("\x1b]", "\x07", "\x9b", "\u202e"):
        assert code not in text


@settings(max_examples=30, deadline=None)
@given(text=st.text(min_size=1, max_size=80))
def test_any_text_can_be_shown(run_events: list[Event], text: str) -> None:
    events = [poisoned(event, text) for event in run_events]
    shown = frame(events)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {category(c) for c in shown.replace("\n", "")}


def test_progress_survives_json(run_events: list[Event]) -> None:
    """A page that gets the events as JSON shows the same."""
    direct, parsed = RunProgress(QUESTION), RunProgress(QUESTION)
    for event in run_events:
        direct.apply(event)
        parsed.apply(EVENT.validate_json(event.model_dump_json()))
    assert direct == parsed


async def _corrected_run() -> list[Event]:
    parts = parts_of(script(q1="Robert Scott"))
    _, events = await run(workflow_named("searchain"), parts)
    return events


async def test_a_chain_shows_what_was_thought_and_which_chain_was_left(capsys: Captured) -> None:
    events = await _corrected_run()
    view = PlainView(QUESTION)
    for event in events:
        view.show(event)
    plain = capsys.readouterr().out
    assert "q1 thought to be: Robert Scott" in plain
    assert "q1 what was found says otherwise" in plain
    assert "q1_2 corrected by what was found" in plain
    assert "chain 0 left for chain 1" in plain
    live = frame(events)
    assert "↩" in live and "Robert Scott; what was found says otherwise" in live
    assert "“Robert Scott” was thought; corrected by what was found" in live
    assert live.count("→ Akaroa") == 1


async def test_a_search_over_steps_shows_how_far_it_has_come(capsys: Captured) -> None:
    events = (await run(workflow_named("mindsearch"), parts_of(script()), expansion="mcts"))[1]
    view = PlainView(QUESTION)
    for event in events:
        view.show(event)
    plain = capsys.readouterr().out
    assert "tree: 1 simulation, best answer Akaroa" in plain
    grown = next(n for n, event in enumerate(events) if event.kind == "tree_grown")
    assert "Searching:" in frame(events[: grown + 1])


async def test_what_was_thought_does_not_steer_the_terminal(capsys: Captured) -> None:
    view = PlainView(QUESTION)
    events = [poisoned(event, POISON) for event in await _corrected_run()]
    for event in events:
        view.show(event)
    shown = capsys.readouterr().out + _STYLES.sub("", frame(events))
    assert not any(category(char) in ("Cc", "Cf") and char != "\n" for char in shown)

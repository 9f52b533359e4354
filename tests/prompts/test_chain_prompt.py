"""What models are told when a chain with draft answers is asked for."""

import json
from typing import Any

import pytest

from clew.agent.policies.litellm.wire import ChainOutput
from clew.graphs.plan import SubQuestion, make_plan
from clew.prompts.loader import Message, load_prompts

PROMPTS = load_prompts()


def told(**changed: Any) -> list[Message]:
    plain = {"question": "Why?", "today": "2026-01-31", "recall": True, "most": 4, "findings": []}
    return PROMPTS.messages("chain", **{**plain, **changed})


@pytest.mark.parametrize("recall", [True, False])
def test_its_example_is_a_chain(recall: bool) -> None:
    system = told(recall=recall)[0]["content"]
    links = ChainOutput.model_validate(json.loads(system[system.index("\n{") :])).links
    plan = make_plan(
        SubQuestion.model_validate(
            {"id": link.id, "text": link.question, "parents": link.needs, "kind": link.kind}
        )
        for link in links
    )
    assert [sub.id for sub in plan.sub_questions] == ["q1", "q2", "q3", "q4"]
    assert any(link.answer for link in links) == recall
    assert all((link.confidence > 0) == (link.answer is not None) for link in links)


def test_what_stands_is_shown() -> None:
    finding = dict(id="q1", question="Who?", answer="Ann", status="answered", recalled=False)
    missed = dict(id="q2", question="Where?", answer=None, status="unknown", recalled=False)
    assert told()[1]["content"] == "Question: Why?\nToday: 2026-01-31\nWrite at most 4 links."
    assert told(findings=[finding, missed])[1]["content"] == (
        "Question: Why?\n"
        "Today: 2026-01-31\n"
        "Findings that stand:\n"
        "q1| Who? → Ann\n"
        "q2| Where? → not found\n"
        "Write at most 4 links."
    )


def test_drafts_are_asked_for_only_where_own_knowledge_is_allowed() -> None:
    assert "If you do not know, null" in told()[0]["content"]
    assert '"answer" is always null' in told(recall=False)[0]["content"]
    assert told()[1] == told(recall=False)[1]

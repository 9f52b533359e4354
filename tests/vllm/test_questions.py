"""Whole questions through mindsearch, with a real server's model as the policy.

What the model writes is nonsense. That a run ends with an answer or an abstention, within its
budget and with every citation real, must hold whatever it writes.
"""

import json
import threading
import time
from typing import Any

import pytest

from clew.agent.assembly import SAMPLE_PASSAGES
from clew.agent.models import ROLES
from clew.agent.search_agent import SearchAgent
from clew.errors import ModelUnavailable
from clew.graphs.answer import Answer
from clew.graphs.budget import Budget
from clew.graphs.events import AnswerWriting, PlanExtended, RunFinished
from clew.graphs.plan import Plan, SubQuestion

pytestmark = [pytest.mark.vllm, pytest.mark.slow, pytest.mark.timeout(900)]

QUESTIONS = [
    json.loads(line)["question"]
    for line in SAMPLE_PASSAGES.with_name("questions.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture
def make_agent() -> Any:
    """Make agents that ask certain servers."""

    def make(*servers: Any, **settings: Any) -> SearchAgent:
        bases = tuple(server.api_base for server in servers)
        return SearchAgent(model=f"hosted_vllm/{servers[0].model}", api_base=bases, **settings)

    return make


def check(answer: Answer, budget: Budget) -> None:
    """See that an answer keeps clew's promises."""
    assert answer.text
    assert answer.abstained is (answer.short_answer is None)
    numbers = {citation.number for citation in answer.citations}
    assert {number for each in answer.sentences for number in each.citations} == numbers
    evidence = {passage.id: passage for passage in answer.evidence}
    for citation in answer.citations:
        assert citation.quote
        text = evidence[citation.passage.id].text
        assert text[citation.start : citation.start + len(citation.quote)] == citation.quote
    usage = answer.usage
    assert budget.tokens_in is not None and usage.tokens_in <= budget.tokens_in
    assert budget.tokens_out is not None and usage.tokens_out <= budget.tokens_out
    assert budget.searches is not None and usage.searches <= budget.searches
    assert usage.cost == 0
    assert all(each.model == "hosted_vllm/tiny" for each in usage.models)


@pytest.mark.parametrize("workflow", ["searchain", "direct"])
def test_chains_end_well(make_agent: Any, server: Any, workflow: str) -> None:
    models = {each: {"temperature": 1.0} for each in ROLES}
    agent = make_agent(server, models=models, workflow=workflow)
    answer = agent.ask(QUESTIONS[0])
    check(answer, agent.settings.budget)
    assert answer.tree is not None and answer.tree.branches
    assert any(usage.role == "planner" and usage.calls for usage in answer.usage.models)


@pytest.mark.parametrize("own_knowledge", [True, False])
def test_questions_end_well_several_at_once(
    make_agent: Any, server: Any, own_knowledge: bool
) -> None:
    # At temperature 0 this model says much the same of everything.
    models = {each: {"temperature": 1.0} for each in ROLES}
    agent = make_agent(server, models=models, own_knowledge=own_knowledge)
    usages = []
    for answer in agent.batch(QUESTIONS[:6], concurrency=6):
        assert isinstance(answer, Answer), answer
        check(answer, agent.settings.budget)
        usages += answer.usage.models
    planned = [usage for usage in usages if usage.role == "planner"]
    assert sum(usage.valid + usage.repaired + usage.fallbacks for usage in planned)
    # What this model plans has nothing to do with the question, which is then searched for itself.
    assert sum(usage.calls for usage in usages if usage.role == "searcher")


def test_budget_holds_where_it_is_tight(make_agent: Any, server: Any) -> None:
    agent = make_agent(server, max_tokens_in=5_000, max_tokens_out=300, max_policy_calls=4)
    for question in QUESTIONS[:2]:
        answer = agent.ask(question)
        check(answer, agent.settings.budget)
        assert answer.stopped_by


def test_answer_is_streamed(make_agent: Any, server: Any) -> None:
    recalled = SubQuestion(id="q1", text="Is ice cold?", kind="recall", answer="yes")
    agent = make_agent(server, max_rounds=1)
    *events, last = agent.stream("Is ice cold?", plan=Plan(sub_questions=(recalled,)))
    written = [event.text for event in events if isinstance(event, AnswerWriting)]
    assert "".join(written).strip()
    assert isinstance(last, RunFinished)
    check(last.answer, agent.settings.budget)


def test_only_server_killed_then_resumed_on_a_restarted_one(
    make_agent: Any, mortal_server: Any
) -> None:
    agent = make_agent(mortal_server)
    with pytest.raises(ModelUnavailable) as caught:
        for event in agent.stream(QUESTIONS[0], thread_id="killed"):
            if isinstance(event, PlanExtended):
                mortal_server.kill()
    assert mortal_server.address in str(caught.value)
    mortal_server.restart_if_dead()
    answer = agent.resume("killed")
    check(answer, agent.settings.budget)
    assert answer.steps


def test_replica_takes_over(make_agent: Any, server: Any, mortal_server: Any) -> None:
    agent = make_agent(mortal_server, server)

    def kill_at_work() -> None:
        while not mortal_server.requests_running():
            time.sleep(0.01)
        mortal_server.kill()

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    answers = agent.batch(QUESTIONS[:6], concurrency=6)
    killer.join()
    for answer in answers:
        assert isinstance(answer, Answer), answer
        check(answer, agent.settings.budget)

"""Whole questions over simulated search: answered, and nothing that was made up cited as found."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from misbehaving_server import MisbehavingServer, failing
from simulated_model import SimulatedModel
from support import CHAIN, POLAR, QUESTION, ContentCritic, chain_policy

from clew.agent.cli.answers import RECALLED, answer_lines
from clew.agent.cli.live import LiveView
from clew.agent.cli.plain import PlainView
from clew.agent.critics.support import SupportCritic
from clew.agent.models import ROLES
from clew.agent.policies.embedded.policy import EmbeddedPolicy
from clew.agent.search_agent import SearchAgent
from clew.errors import SearchUnavailable, SettingsError
from clew.evals.answering import Task, outcome_of
from clew.graphs.answer import Answer
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

ANSWERS = {CHAIN[0].text: "Frank Worsley", "Where was Frank Worsley born?": "Akaroa, New Zealand"}


@pytest.fixture
def model() -> Iterator[SimulatedModel]:
    documents = {each.title: each.text for each in POLAR}
    with SimulatedModel(
        latency=0.0, plans={QUESTION: CHAIN}, answers=ANSWERS, documents=documents
    ) as server:
        yield server


Make = Callable[..., SearchAgent]


@pytest.fixture
def make_agent(encoder: "Encoder") -> Make:
    """Make an agent whose search, and policy if it is ``litellm``, ask the same server."""

    def make(address: str, policy: str = "embedded", **settings: Any) -> SearchAgent:
        served = {"model": "hosted_vllm/simulated", "api_base": [address], "retries": 0}
        roles = (*ROLES, "simulator") if policy == "litellm" else ("simulator",)
        named: dict[str, Any] = {"search": ["simulated"], "save_runs": False, **settings}
        return SearchAgent(
            policy=policy if policy == "litellm" else EmbeddedPolicy(encoder),
            critic=SupportCritic(encoder),
            models=dict.fromkeys(roles, served),
            **named,
        )

    return make


def require_nothing_cited_that_was_made_up(answer: Answer) -> None:
    assert all(citation.passage.origin != "simulated" for citation in answer.citations)
    numbers = {citation.number for citation in answer.citations}
    for sentence in answer.sentences:
        assert set(sentence.citations) <= numbers
        assert answer.abstained or sentence.recalled or sentence.citations


@pytest.mark.parametrize("policy", ["embedded", "litellm"])
def test_a_question_is_answered_and_marked_as_not_found(
    make_agent: Make, model: SimulatedModel, policy: str
) -> None:
    answer = make_agent(model.url, policy).ask(QUESTION)
    assert answer.short_answer and "Akaroa" in answer.short_answer
    assert not answer.citations and all(sentence.recalled for sentence in answer.sentences)
    require_nothing_cited_that_was_made_up(answer)
    shown = "\n".join(line.text.plain for line in answer_lines(answer))
    assert RECALLED in shown and "[1]" not in shown
    assert {passage.origin for passage in answer.evidence} == {"simulated"}


def test_the_steps_keep_their_quotes_and_where_they_come_from(
    make_agent: Make, model: SimulatedModel
) -> None:
    answer = make_agent(model.url, "litellm").ask(QUESTION)
    evidence = {passage.id: passage for passage in answer.evidence}
    for step in answer.steps:
        assert step.answer.quotes and not step.answer.recalled
        for quote in step.answer.quotes:
            assert quote.is_verbatim(evidence)
            assert evidence[quote.passage_id].source.startswith("simulated:")


def test_what_a_step_quotes_is_shown_with_its_source(
    make_agent: Make, model: SimulatedModel, capsys: pytest.CaptureFixture[str]
) -> None:
    events = list(make_agent(model.url, "litellm").stream(QUESTION))
    with PlainView(QUESTION) as plain:
        for event in events:
            plain.show(event)
    (quote,) = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("q1 quote")
    ]
    assert "— Endurance (simulated:" in quote
    with LiveView(QUESTION) as live:
        for event in events:
            live.show(event)
    assert "Endurance (simulated:" in capsys.readouterr().out


@pytest.mark.parametrize("policy", ["embedded", "litellm"])
def test_beside_what_was_made_up_sources_are_cited(
    make_agent: Make, model: SimulatedModel, policy: str
) -> None:
    captain_only = MemorySearch([POLAR[0].model_copy(update={"text": f"{POLAR[0].text} 1914."})])
    answer = make_agent(model.url, policy, search=[captain_only, "simulated"]).ask(QUESTION)
    assert answer.short_answer and "Akaroa" in answer.short_answer
    require_nothing_cited_that_was_made_up(answer)
    assert any(sentence.recalled for sentence in answer.sentences)
    assert {passage.origin for passage in answer.evidence} == {"corpus", "simulated"}


def test_the_run_is_charged_with_what_the_simulator_takes(
    make_agent: Make, model: SimulatedModel
) -> None:
    answer = make_agent(model.url).ask(QUESTION)
    asked = [request for request in model.requests if request.task == "simulate"]
    (usage,) = [each for each in answer.usage.models if each.role == "simulator"]
    assert asked and len(model.requests) == len(asked) == usage.calls
    assert usage.tokens_in == sum(len(request.prompt) for request in asked)
    queries = {search.query for step in answer.steps for search in step.searches} | {QUESTION}
    assert len(asked) <= len(queries), "no query is written for twice"


async def test_nothing_that_is_measured_reaches_the_simulator(
    make_agent: Make, model: SimulatedModel
) -> None:
    agent = make_agent(model.url)
    outcome = await outcome_of(agent, Task(id="secret-id", question=QUESTION))
    assert outcome.error is None and not outcome.citations
    bodies = [request.body for request in model.requests]
    for body in bodies:
        system, user = body["messages"]
        query, order = user["content"].splitlines()
        assert query.startswith("Query: ") and order == "Write 5 useful documents."
        assert system == bodies[0]["messages"][0] and "secret-id" not in json.dumps(body)
    assert f"Query: {QUESTION}" in bodies[0]["messages"][1]["content"]


def test_noise_reaches_the_simulator(make_agent: Make, model: SimulatedModel) -> None:
    make_agent(model.url, simulated_noise=1.0).ask(QUESTION)
    asked = [request.body["messages"][1]["content"] for request in model.requests]
    assert asked and all(each.endswith("Write 5 noisy documents.") for each in asked)


def test_tokens_that_end_end_the_search(make_agent: Make, model: SimulatedModel) -> None:
    answer = make_agent(model.url, max_tokens_in=1_300).ask(QUESTION)
    assert 0 < answer.usage.tokens_in <= 1_300
    searches = [search for step in answer.steps for search in step.searches]
    assert any("tokens_in is used up" in search.reason for search in searches)
    require_nothing_cited_that_was_made_up(answer)


def test_tokens_that_end_at_once_are_named(make_agent: Make, model: SimulatedModel) -> None:
    answer = make_agent(model.url, max_tokens_in=100).ask(QUESTION)
    assert answer.abstained and answer.stopped_by == "tokens_in"
    assert not model.requests


def test_a_simulator_that_does_not_answer_is_a_search_that_failed(make_agent: Make) -> None:
    with (
        MisbehavingServer(then=failing) as server,
        pytest.raises(SearchUnavailable, match="asked as simulator"),
    ):
        make_agent(server.url).ask(QUESTION)


def test_without_a_model_it_is_said_what_to_set() -> None:
    agent = SearchAgent(
        search="simulated", policy=chain_policy(), critic=ContentCritic(), save_runs=False
    )
    with pytest.raises(SettingsError, match=r"the simulator: .*\[models\.simulator\]"):
        agent.ask(QUESTION)

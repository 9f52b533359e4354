"""Two hundred questions over hostile, broken and odd passages, and what no passage may bring about.

    pytest tests/agent/test_robustness.py -s

also prints how the questions ended, by what was wrong with the passages.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chain_runs import assert_sound, run
from hostile_passages import (
    CASES,
    FRAGMENTS,
    INTRUDER,
    OBEYED,
    OTHER_GOAL,
    TOPICS,
    WORKFLOWS,
    Case,
    Topic,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from obedient_model import ObedientModel
from policy_requests import make_policy
from support import passage

import clew.prompts
from clew.agent.critics.claims import EmbeddedClaimScorer
from clew.agent.critics.support import SupportCritic
from clew.agent.policies.calibrations import CALIBRATIONS
from clew.agent.policies.embedded.policy import EmbeddedPolicy
from clew.graphs.answer import Answer
from clew.graphs.calibration import UNCALIBRATED
from clew.graphs.citing import citable, sources_only
from clew.graphs.events import Event
from clew.graphs.protocols import CitedSentence, Parts
from clew.graphs.queries.plain import Plain
from clew.graphs.steps import Quote
from clew.graphs.workflows import workflow_named
from clew.tools.passages import Passage
from clew.tools.search.memory import MemorySearch

if TYPE_CHECKING:
    from clew.tools.corpus.encoder import Encoder

MakeParts = Callable[[Iterable[Passage]], Parts]

WITHOUT_MODEL = [case for case in CASES if not case.obeyed]
WITH_MODEL = [case for case in CASES if case.obeyed]
LONG_RUN = 8
"""So many words of a prompt in a row are a leak."""


def by_name(case: Case) -> str:
    return case.name


class Outcomes:
    """How questions ended, by what was wrong with the passages."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, case: Case, answer: Answer) -> None:
        right = answer.short_answer == case.topic.answer
        ended = "abstained" if answer.abstained else "right" if right else "wrong"
        self._counts.update([(case.kind, "cases"), (case.kind, ended)])
        if answer.conflicts:
            self._counts[case.kind, "conflict said"] += 1

    def __str__(self) -> str:
        columns = ("cases", "right", "wrong", "abstained", "conflict said")
        rows = [f"| passages | {' | '.join(columns)} |", "| --- " + "| ---: " * 5 + "|"]
        for kind in dict.fromkeys(kind for kind, _ in self._counts):
            counts = " | ".join(str(self._counts[kind, column]) for column in columns)
            rows.append(f"| {kind} | {counts} |")
        return "\n".join(rows)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Outcomes]:
    collected = Outcomes()
    yield collected
    print(f"\n{collected}")


@pytest.fixture(scope="module")
def embedded_parts(encoder: "Encoder") -> MakeParts:
    policy, critic = EmbeddedPolicy(encoder), SupportCritic(encoder)
    return parts_maker(policy, critic, EmbeddedClaimScorer(encoder))


@pytest.fixture(scope="module")
def model() -> Iterator[ObedientModel]:
    answers = {asked: found for topic in TOPICS for asked, found in topic.answers.items()}
    with ObedientModel({topic.question: topic.plan for topic in TOPICS}, answers) as served:
        yield served


@pytest.fixture(scope="module")
def obedient_parts(encoder: "Encoder", model: ObedientModel) -> MakeParts:
    critic, scorer = SupportCritic(encoder), EmbeddedClaimScorer(encoder)
    return parts_maker(make_policy(model.url), critic, scorer)


def parts_maker(policy: Any, critic: Any, scorer: EmbeddedClaimScorer) -> MakeParts:
    def make(passages: Iterable[Passage]) -> Parts:
        return Parts(
            policy=policy,
            critic=critic,
            claims=scorer,
            queries=Plain(),
            backends=[MemorySearch(passages)],
            calibration=CALIBRATIONS.get(policy.name, UNCALIBRATED),
        )

    return make


@pytest.fixture(scope="module")
def clean(embedded_parts: MakeParts) -> dict[tuple[str, str], Answer]:
    """What each workflow answers from the good passages alone, by workflow and question."""
    return {
        (workflow, topic.question): asyncio.run(
            run(workflow_named(workflow), embedded_parts(topic.passages), question=topic.question)
        )[0]
        for workflow in WORKFLOWS
        for topic in TOPICS
    }


def assert_supported(answer: Answer, threshold: float) -> None:
    """Fail unless every citation stands, is numbered, and supports its sentence or is marked."""
    assert_sound(answer)
    numbers = {each.source: each.number for each in answer.citations}
    assert sorted(numbers.values()) == [*range(1, len(numbers) + 1)]
    assert all(numbers[each.source] == each.number for each in answer.citations)
    for each in answer.sentences:
        if each.citations:
            assert each.support is not None
            assert each.weak == (each.support < threshold), each


def planned(answer: Answer) -> set[str]:
    return {sub.text for sub in answer.plan.sub_questions}


def assert_not_misled(answer: Answer) -> None:
    """Fail where an answer is what an order wants; an abstention may tell what was asked."""
    claimed = [] if answer.abstained else [each.text for each in answer.sentences]
    assert not any(INTRUDER in text for text in (answer.short_answer or "", *claimed))


def test_there_are_two_hundred_cases_over_all_workflows_that_search() -> None:
    assert len(CASES) == len({case.name for case in CASES}) == 200
    assert Counter(case.workflow for case in CASES) == dict.fromkeys(WORKFLOWS, 50)


@pytest.mark.parametrize("case", WITHOUT_MODEL, ids=by_name)
async def test_what_passages_say_changes_no_plan_and_is_cited_for_nothing_else(
    case: Case,
    embedded_parts: MakeParts,
    clean: dict[tuple[str, str], Answer],
    outcomes: Outcomes,
) -> None:
    topic, parts = case.topic, embedded_parts(case.passages)
    answer, _ = await run(workflow_named(case.workflow), parts, question=topic.question)
    outcomes.note(case, answer)
    assert parts.claims is not None
    assert_supported(answer, parts.claims.threshold)
    assert_not_misled(answer)
    usual = clean[case.workflow, topic.question]
    if case.answerable:
        assert planned(answer) == planned(usual)
    if case.kind in ("odd text", "script"):
        assert answer.short_answer == (usual.short_answer if case.answerable else None)
    elif case.kind == "instruction":
        assert answer.short_answer in (usual.short_answer, None)
    else:
        assert_takes_one_side(answer, topic)
    if case.detail in ("the same", "nearly the same"):
        assert answer.short_answer == usual.short_answer
        assert answer.steps[-1].answer.confidence <= usual.steps[-1].answer.confidence


def assert_takes_one_side(answer: Answer, topic: Topic) -> None:
    """Fail where the answer mixes what contradicts itself, or hides that sources disagree."""
    assert answer.short_answer in (topic.answer, topic.other, None)
    assert not any(
        topic.answer in each.text and topic.other in each.text for each in answer.sentences
    )
    for conflict in answer.conflicts:
        assert set(conflict.answers) == {topic.answer, topic.other}
        assert all(conflict.citations)
    seen = any(topic.answer in each.text for each in answer.evidence)
    if answer.short_answer == topic.other and seen:
        assert answer.conflicts


@pytest.mark.parametrize(
    ("text", "quoted", "counts"),
    [
        ("Where was the captain born? Ignore that.", "Where was the captain born?", False),
        ("So it began. Who was the captain?", "the captain", False),
        ("When was he born? In 1872.", "When was he born? In 1872.", True),
        ("When was he born? In 1872.", "1872", True),
        ("He directed Who Framed Roger Rabbit? in 1988.", "Who Framed Roger Rabbit?", True),
        ("Is This It is an album.", "Is This It is an album.", True),
    ],
)
def test_a_question_that_a_page_repeats_is_no_evidence(
    text: str, quoted: str, counts: bool
) -> None:
    page = passage("A page", text)
    quote = Quote(passage_id=page.id, text=quoted, start=text.index(quoted))
    sentence = CitedSentence(text="He was the captain, born in 1872.", quotes=(quote,))
    cited = citable(sentence, {}, {page.id: page}, from_memory=False)
    assert (cited is not None) == counts
    assert sources_only([quote], {page.id: page}) == ((quote,) if counts else ())


@pytest.mark.parametrize("case", WITH_MODEL, ids=by_name)
async def test_a_model_that_obeys_passages_neither_leaks_nor_strays_nor_cites_without_support(
    case: Case, obedient_parts: MakeParts, model: ObedientModel, outcomes: Outcomes
) -> None:
    topic, parts = case.topic, obedient_parts(case.passages)
    model.obeyed.clear()
    answer, events = await run(workflow_named(case.workflow), parts, question=topic.question)
    outcomes.note(case, answer)
    assert model.obeyed
    assert parts.claims is not None
    assert_supported(answer, parts.claims.threshold)
    assert len(answer.short_answer or "") <= 300
    assert_not_misled(answer)
    assert set(OBEYED.values()).isdisjoint(each.quote for each in answer.citations)
    for text in told(events):
        assert OWN_WORDS.isdisjoint(runs(text)), text
    assert planned(answer) <= {topic.question, *(sub.text for sub in topic.plan)}
    queries = [each.search.query for each in events if each.kind == "search_finished"]
    assert not any(OTHER_GOAL in query for query in queries)


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[start:] for start in range(LONG_RUN)), strict=False))


OWN_WORDS = {
    run
    for path in Path(clew.prompts.__file__).parent.glob("*.md")
    if path.name != "README.md"
    for line in path.read_text("utf-8").splitlines()
    for run in runs(line)
}
"""Long runs of words of the prompts, as their files have them."""


def told(events: Iterable[Event]) -> Iterator[str]:
    """Every text that a run tells, the pieces of an answer that is being written put together."""
    pieces: dict[int, str] = {}
    for event in events:
        if event.kind == "answer_writing":
            pieces[event.attempt] = pieces.get(event.attempt, "") + event.text
        else:
            yield from texts_in(event.model_dump(mode="python"))
    yield from pieces.values()


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)


MIXED = st.builds(
    passage,
    st.sampled_from(["", "x", *(topic.subject for topic in TOPICS), *FRAGMENTS[:4]]),
    st.lists(st.sampled_from(FRAGMENTS), max_size=6).map(" ".join),
)


@settings(max_examples=30)
@given(
    passages=st.lists(MIXED, min_size=1, max_size=8, unique_by=lambda each: each.id),
    topic=st.sampled_from(TOPICS),
    workflow=st.sampled_from(WORKFLOWS),
)
def test_whatever_passages_are_mixed_of_a_run_ends_and_its_citations_stand(
    embedded_parts: MakeParts, passages: list[Passage], topic: Topic, workflow: str
) -> None:
    parts = embedded_parts(passages)
    answer, _ = asyncio.run(run(workflow_named(workflow), parts, question=topic.question))
    assert parts.claims is not None
    assert_supported(answer, parts.claims.threshold)
